"""The Measure page: scores, matrices, responses, statistics of codes."""
