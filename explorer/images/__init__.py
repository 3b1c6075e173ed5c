"""Tensors to sheets, PNG addresses and thumbnails."""
