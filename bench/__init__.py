"""Every speed and quality claim, one command each: `python -m bench.NAME [--quick] [--json]`."""
