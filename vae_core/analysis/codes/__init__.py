"""Codes of test images, and arithmetic on them: means, paths, matching of dimensions."""
