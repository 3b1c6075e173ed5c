"""The Apply page: repair, mixing, compression, more training images."""
