"""Rows of a table as frames, and their errors per column; no page's own."""
