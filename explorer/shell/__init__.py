"""What every page stands in: frame, sidebar, style, start-up, errors."""
