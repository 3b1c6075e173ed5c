"""What several pages show of a run: name, summary and condition; actions on runs, and the choice of runs."""
