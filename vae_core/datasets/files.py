"""The user's own images by path: a folder, a `.zip` of one, an `.npz`, or an `.npy` of any size.

In a folder or archive, first-level subfolders are classes. An `.npz` holds `images`, `(N, H, W)`,
`(N, H, W, C)` or `(N, C, H, W)`, uint8 or floats in [0, 1], and optionally `labels (N,)`, `factors (N, F)` and
`factor_names (F,)`. Images are cropped to their centre square; they stay grey if all are grey.

An `.npy` is memory-mapped: uint8 images, square, `(N, H, W)`, `(N, H, W, C)` or `(N, C, H, W)`, are read from disk when
needed, so a set may be larger than memory. Its split follows the order of the file: the last tenth (at most 10,000) is for
testing. `NAME-labels.npy` beside it holds the labels, if any.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from .base import DataConfig, DataError, ImageData, check_available, shuffled_split, test_count
from .resizing import crop_square, resize

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
SMALLEST, LARGEST, DEFAULT_SIDE = 8, 128, 64
#: Limit for one unpacked file of an archive, so that it cannot fill the memory.
MAX_BYTES = 64 << 20
#: Limit for the test images of an `.npy`.
MAX_TEST_IMAGES = 10_000


def is_path(name: str) -> bool:
    """Whether a data set's name is a path rather than a registered name."""
    return "/" in name or "\\" in name or name.endswith((".zip", ".npz", ".npy")) or Path(name).is_dir()


def load(config: DataConfig, split: str) -> ImageData:
    """Everything at the path, in a seeded order, a tenth for testing.

    Raises:
        DataError: the path does not exist, is not readable, or holds arrays of wrong shapes.
    """
    path = Path(config.name).expanduser()
    if not path.exists():
        raise DataError(
            f"There is nothing at {config.name!r}; name a folder of images, a .zip of one, an .npz or an .npy."
        )
    try:
        if path.suffix == ".npy":
            return _from_npy(path, config)
        source = _from_npz(path) if path.suffix == ".npz" else _from_files(path, config.image_size)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{config.name!r} cannot be read ({error}); name a folder of images, a .zip, an .npz or an .npy."
        ) from error
    images = resize(crop_square(source.images), _side(source.images, config.image_size))
    size = config.size or len(images)
    check_available(path.name, size, len(images))
    if size < 10:
        raise DataError(f"{config.name!r} holds {size} images; at least 10 are needed to train and test on.")
    order, _ = shuffled_split(len(images), config.seed)
    rows = order[:size]
    _, n_train = shuffled_split(size, config.seed)
    labels = None if source.labels is None else source.labels[rows]
    factors = None if source.factors is None else source.factors[rows]
    sizes = () if source.factors is None else tuple(int(v) + 1 for v in source.factors.amax(0))
    return ImageData(path.name, images[rows], n_train, labels, source.class_names, factors, source.factor_names, sizes)


def _side(images: Tensor, requested: int | None) -> int:
    side = min(images.shape[-2:])
    if requested is not None:
        return requested
    return DEFAULT_SIDE if side > LARGEST else max(side, SMALLEST)


def _from_files(path: Path, side: int | None) -> ImageData:
    """Every readable image of a folder or archive, at one common size."""
    pictures, classes = [], []
    for name, content in _in_folder(path) if path.is_dir() else _in_zip(path):
        try:
            with Image.open(io.BytesIO(content)) as picture:
                grey = picture.mode in ("1", "L", "I", "I;16")
                pixels = torch.from_numpy(np.array(picture.convert("L" if grey else "RGB")))
        except (UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise DataError(f"{name} in {path} is not a readable image ({error}); remove it.") from error
        planes = pixels[None] if grey else pixels.permute(2, 0, 1)
        square = crop_square(planes)
        if side is None:  # the first image sets the size of all
            side = square.shape[-1] if SMALLEST <= square.shape[-1] <= LARGEST else DEFAULT_SIDE
        pictures.append(resize(square[None], side))
        classes.append(PurePosixPath(name).parts[0] if len(PurePosixPath(name).parts) > 1 else "")
    if not pictures:
        raise DataError(f"{path} holds no images ({', '.join(SUFFIXES)}).")
    if len({p.shape[1] for p in pictures}) > 1:
        pictures = [p.expand(-1, 3, -1, -1) for p in pictures]
    names = tuple(sorted(set(classes))) if len(set(classes)) > 1 else ()
    labels = torch.tensor([names.index(c) for c in classes]) if names else None
    return ImageData(path.name, torch.cat(pictures), 0, labels, names)


def _in_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(path.rglob("*")):
        if file.suffix.lower() in SUFFIXES and file.is_file():
            yield file.relative_to(path).as_posix(), file.read_bytes()


def _in_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    """Members read in memory, never unpacked to disk."""
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda info: info.filename):
            if PurePosixPath(member.filename).suffix.lower() in SUFFIXES and "__MACOSX" not in member.filename:
                if member.file_size > MAX_BYTES:
                    raise DataError(f"{member.filename} in {path} is larger than {MAX_BYTES >> 20} MiB; remove it.")
                yield member.filename, archive.read(member)


def _from_npz(path: Path) -> ImageData:
    with np.load(path, allow_pickle=False) as arrays:
        if "images" not in arrays:
            raise DataError(f"{path} holds no array 'images'; it holds {', '.join(arrays.files) or 'nothing'}.")
        images = as_images(arrays["images"], path)
        annotations = {
            name: torch.from_numpy(arrays[name].astype(np.int64)) for name in ("labels", "factors") if name in arrays
        }
        names = tuple(map(str, arrays["factor_names"])) if "factor_names" in arrays else ()
    for name, values in annotations.items():
        if len(values) != len(images) or values.ndim != (1 if name == "labels" else 2):
            raise DataError(
                f"{name!r} in {path} has the shape {tuple(values.shape)}, which does not fit {len(images)} images."
            )
    factors, labels = annotations.get("factors"), annotations.get("labels")
    if factors is not None and len(names) != factors.shape[1]:
        names = tuple(f"factor {i + 1}" for i in range(factors.shape[1]))
    classes = () if labels is None else tuple(str(i) for i in range(int(labels.max()) + 1))
    return ImageData(path.name, images, 0, labels, classes, factors, names)


def _from_npy(path: Path, config: DataConfig) -> ImageData:
    """A memory-mapped `.npy`."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
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
    if labels.shape != (count,) or int(labels.min()) < 0:
        raise DataError(f"{file} has the shape {tuple(labels.shape)}; {count} labels from 0 on are needed.")
    return labels, tuple(str(i) for i in range(int(labels.max()) + 1))


def as_images(array: NDArray, path: Path) -> Tensor:
    """Any accepted array → `(N, C, H, W)` uint8."""
    array = _channels_first(array, path)
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
