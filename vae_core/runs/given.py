"""Arrays that came with an imported run: codes, and the images, labels and factors beside them; in its weights file."""

from __future__ import annotations

from pathlib import Path

import torch

from ..datasets import ImageData
from .files import RunError, read_tensors

#: Names of a run's data that is no registered set and no path.
NO_IMAGES, OWN_IMAGES = "no images", "its own images"
#: Names of the arrays in the weights file.
IMAGES, LABELS, FACTORS = "data.images", "data.labels", "data.factors"


def is_given(name: str) -> bool:
    """Whether a run's data came with it, or is missing."""
    return name in (NO_IMAGES, OWN_IMAGES)


def given_images(name: str, weights: Path) -> ImageData:
    """The images beside the codes; all of them are the test split.

    Raises:
        RunError: there are none, or the file cannot be read.
    """
    tensors, names = read_tensors(weights)
    if IMAGES not in tensors:
        raise RunError("This run was imported without images.")
    factors = tensors.get(FACTORS)
    return ImageData(
        name, tensors[IMAGES], 0, tensors.get(LABELS), tuple(names.get("class_names", ())), factors,
        tuple(names.get("factor_names", ())),
        () if factors is None else tuple(int(top) + 1 for top in torch.amax(factors, 0)),
    )  # fmt: skip
