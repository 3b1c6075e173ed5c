"""The Diagnose page: checks, best and worst images, anomalies, noise."""
