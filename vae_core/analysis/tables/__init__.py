"""Rows of tables: errors per column, anomalies, new rows, holes filled in."""
