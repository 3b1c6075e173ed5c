"""What several pages show of a run: its name, its summary, its condition, and which one is in view."""
