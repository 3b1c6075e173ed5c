"""Arrays: an `.npz` with images and annotations, or an `.npy` of any size.

An `.npz` holds `images`, `(N, H, W)`, `(N, H, W, C)` or `(N, C, H, W)`, uint8 or floats in [0, 1], and optionally
`labels (N,)`, `factors (N, F)` and `factor_names (F,)`.

An `.npy` is memory-mapped: uint8 images, square, `(N, H, W)`, `(N, H, W, C)` or `(N, C, H, W)`, are read from disk when
needed, so a set may be larger than memory. Its split follows the order of the file: the last tenth (at most 10,000) is for
testing. `NAME-labels.npy` beside it holds the labels, if any.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..base import DataConfig, DataError, ImageData, check_available, test_count
from ..resizing import crop_square, pad_square, resize
from .reading import DEFAULT_SIDE, LARGEST, SMALLEST

#: Limit for the test images of an `.npy`.
MAX_TEST_IMAGES = 10_000
#: Different labels, or values of a factor, at most.
MAX_CLASSES = 10_000


def from_npz(path: Path, config: DataConfig, file: BinaryIO | None = None) -> ImageData:
    """All images of an `.npz`, unsplit; `file` holds it where it is not on the disk.

    Raises:
        DataError: arrays that are missing or do not fit. OSError, ValueError, BadZipFile: not an `.npz`.
    """
    with np.load(file or path, allow_pickle=False) as arrays:
        if "images" not in arrays:
            raise DataError(f"{path} holds no array 'images'; it holds {', '.join(arrays.files) or 'nothing'}.")
        images = as_images(arrays["images"], path)
        annotations = {
            name: torch.from_numpy(arrays[name].astype(np.int64)) for name in ("labels", "factors") if name in arrays
        }
        names = tuple(map(str, arrays["factor_names"].ravel())) if "factor_names" in arrays else ()
    for name, values in annotations.items():
        if values.ndim != (1 if name == "labels" else 2) or len(values) != len(images):
            raise DataError(
                f"{name!r} in {path} has the shape {tuple(values.shape)}, which does not fit {len(images)} images."
            )
        if len(values) and not 0 <= int(values.min()) <= int(values.max()) < MAX_CLASSES:
            raise DataError(
                f"{name!r} in {path} go from {int(values.min())} to {int(values.max())}; 0 to {MAX_CLASSES - 1:,} are read."
            )
    factors, labels = annotations.get("factors"), annotations.get("labels")
    if factors is not None and len(names) != factors.shape[1]:
        names = tuple(f"factor {i + 1}" for i in range(factors.shape[1]))
    classes = () if labels is None else tuple(str(i) for i in range(int(labels.max()) + 1))
    square = (crop_square if config.fit == "crop" else pad_square)(in_colour(images, config.colour))
    return ImageData(path.name, resize(square, _side(square, config.image_size)), 0, labels, classes, factors, names)


def in_colour(images: Tensor, colour: str) -> Tensor:
    """`(N, C, H, W)` uint8 with one channel or three, as requested; luma as in ITU-R 601, which Pillow uses."""
    if colour == "grey" and images.shape[1] == 3:
        red, green, blue = images.to(torch.int32).unbind(1)
        return ((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16).to(torch.uint8)[:, None]
    return images.expand(-1, 3, -1, -1) if colour == "colour" else images


def _side(images: Tensor, requested: int | None) -> int:
    side = min(images.shape[-2:])
    if requested is not None:
        return requested
    return DEFAULT_SIDE if side > LARGEST else max(side, SMALLEST)


def from_npy(path: Path, config: DataConfig) -> ImageData:
    """A memory-mapped `.npy`.

    Raises:
        DataError: an array or settings that do not fit. OSError, ValueError: not an `.npy`.
    """
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path} is an archive; name it .npz.")
    if array.dtype != np.uint8:
        raise DataError(f"{path} holds {array.dtype}; an .npy of images must be uint8 (an .npz may hold floats).")
    array = _channels_first(array, path)
    side = array.shape[-1]
    if array.shape[-2] != side or not SMALLEST <= side <= LARGEST:
        raise DataError(
            f"{path} holds images {array.shape[1:]}; an .npy needs squares of {SMALLEST} to {LARGEST} pixels."
        )
    if config.image_size not in (None, side):
        raise DataError(
            f"--image-size {config.image_size}: an .npy is not resized, and its images are {side} pixels wide; omit this option."
        )
    size = config.size or len(array)
    check_available(path.name, size, len(array))
    if size < 10:
        raise DataError(f"{config.name!r} holds {size} images; at least 10 are needed to train and test on.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns that the array is read-only, which is intended
        images = torch.from_numpy(array)[:size]
    labels, names = _labels_beside(path, len(array))
    used_labels = None if labels is None else labels[:size]
    return ImageData(path.name, images, size - min(test_count(size), MAX_TEST_IMAGES), used_labels, names)


def _labels_beside(path: Path, count: int) -> tuple[Tensor | None, tuple[str, ...]]:
    file = path.with_name(f"{path.stem}-labels.npy")
    if not file.exists():
        return None, ()
    labels = torch.from_numpy(np.load(file, allow_pickle=False).astype(np.int64))
    if labels.shape != (count,) or not 0 <= int(labels.min()) <= int(labels.max()) < MAX_CLASSES:
        raise DataError(
            f"{file} has the shape {tuple(labels.shape)}; {count} labels from 0 to {MAX_CLASSES - 1:,} are needed."
        )
    return labels, tuple(str(i) for i in range(int(labels.max()) + 1))


def as_images(array: NDArray, path: Path) -> Tensor:
    """Any accepted array → `(N, C, H, W)` uint8."""
    array = _channels_first(array, path)
    if not array.size:
        raise DataError(f"'images' in {path} has the shape {array.shape}, so there is no image in it.")
    if np.issubdtype(array.dtype, np.floating):
        if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
            raise DataError(f"'images' in {path} are floats outside 0 to 1; scale them, or save uint8.")
        array = np.round(array * 255)
    elif array.dtype != np.uint8:
        raise DataError(f"'images' in {path} are {array.dtype}; uint8 or floats in 0 to 1 are needed.")
    return torch.from_numpy(np.ascontiguousarray(array.astype(np.uint8)))


def _channels_first(array: NDArray, path: Path) -> NDArray:
    """The same array as a view `(N, C, H, W)`."""
    if array.ndim == 3:
        array = array[:, None]
    elif array.ndim == 4 and array.shape[-1] in (1, 3) and array.shape[1] not in (1, 3):
        array = array.transpose(0, 3, 1, 2)
    if array.ndim != 4 or array.shape[1] not in (1, 3):
        raise DataError(
            f"'images' in {path} has the shape {array.shape}; (N, H, W), (N, H, W, C) or (N, C, H, W) with 1 or 3 channels is needed."
        )
    return array
