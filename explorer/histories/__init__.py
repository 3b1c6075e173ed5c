"""What users had and what is recommended to them, for every page; no page's own."""
