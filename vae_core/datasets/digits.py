"""Digits: 1,797 real handwritten digits that ship with scikit-learn, so no network is needed.

Source: E. Alpaydin, C. Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository
(its test set), 8×8 with values 0..16.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .base import DataConfig, DataError, ImageData, check_available, shuffled_split, test_count
from .resizing import resize

DEFAULT_SIZE = 1797
DEFAULT_SIDE = 32
#: More than the usual tenth, which would be only 180 points on a map.
TEST_SHARE = 0.25


def load(config: DataConfig, split: str) -> ImageData:
    """`(N, 1, 32, 32)` by default, `image_size=8` for the native pixels; a seeded quarter is the test split."""
    native, labels = _published()
    size = config.size or DEFAULT_SIZE
    check_available(config.name, size, len(native))
    order, _ = shuffled_split(len(native), config.seed)
    rows, n_train = order[:size], size - test_count(size, TEST_SHARE)
    return ImageData(
        name=config.name,
        images=resize(native[rows, None], config.image_size or DEFAULT_SIDE),
        n_train=n_train,
        labels=labels[rows],
        class_names=tuple("0123456789"),
    )


@cache
def _published() -> tuple[Tensor, Tensor]:
    """All images `(1797, 8, 8)` uint8, 0 … 255, and their labels `(1797,)` int64.

    Read from scikit-learn's folder without importing it, which takes one to four seconds.
    """
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise DataError("digits come with scikit-learn, which is not installed; install what requirements.txt names.")
    file = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    table = torch.from_numpy(np.loadtxt(file, delimiter=","))
    return (table[:, :64].view(-1, 8, 8) * (255 / 16)).round().to(torch.uint8), table[:, 64].long()
