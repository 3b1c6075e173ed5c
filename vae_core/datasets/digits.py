"""Digits: 1,797 real handwritten digits that ship with scikit-learn, so no network is needed.

Source: E. Alpaydin, C. Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository
(its test set), 8×8 with values 0..16.
"""

from __future__ import annotations

import torch

from .base import DataConfig, ImageData, check_available, shuffled_split, test_count
from .resizing import resize

DEFAULT_SIZE = 1797
DEFAULT_SIDE = 32
#: More than the usual tenth, which would be only 180 points on a map.
TEST_SHARE = 0.25


def load(config: DataConfig, split: str) -> ImageData:
    """`(N, 1, 32, 32)` by default, `image_size=8` for the native pixels; a seeded quarter is the test split."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    size = config.size or DEFAULT_SIZE
    check_available(config.name, size, len(bunch.images))
    order, _ = shuffled_split(len(bunch.images), config.seed)
    rows, n_train = order[:size], size - test_count(size, TEST_SHARE)
    native = (torch.from_numpy(bunch.images)[rows] * (255 / 16)).round().to(torch.uint8)  # (N, 8, 8)
    return ImageData(
        name=config.name,
        images=resize(native[:, None], config.image_size or DEFAULT_SIDE),
        n_train=n_train,
        labels=torch.from_numpy(bunch.target)[rows].long(),
        class_names=tuple("0123456789"),
    )
