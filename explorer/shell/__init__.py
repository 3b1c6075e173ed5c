"""What all pages share: frame, sidebar, style, start-up, errors."""
