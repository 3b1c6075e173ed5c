"""What an administrator sees of each request: an id, a line in the log, a count. docs/watching.md says how to read them."""
