"""Stage mode and tours: what a lecturer shows, view by view."""
