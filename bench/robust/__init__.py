"""Attacks on everything that comes from outside; `python -m bench.robust` counts what was tried, refused well, and failed."""
