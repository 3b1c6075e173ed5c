"""Codes without a model, from NPZ or Parquet.

NPZ: `codes (N, D)`, and optionally `images`, `labels (N,)`, `factors (N, F)`, `class_names`, `factor_names`. Parquet: a column of
numbers for each dimension, or one column "codes" of lists; "label" (numbers or texts) is the label, "factor:NAME" a factor.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..datasets.base import DataError
from ..datasets.own import UNREADABLE
from ..datasets.own.arrays import as_images
from .graphs import layout_of
from .halves import Given, ImportFailed, Request

#: Codes, numbers in each, and unpacked bytes of a file, at most.
MOST, WIDEST, LARGEST = 100_000, 512, 2 << 30
#: Different values of a factor, and characters of a name, at most.
MOST_VALUES, LONGEST = 1000, 40
ENDINGS = (".npz", ".parquet")


def recognises(path: Path) -> bool:
    """Whether the path is such a file."""
    return path.suffix in ENDINGS and path.is_file()


def open_model(path: Path, request: Request) -> Given:
    """
    Raises:
        ImportFailed: one sentence on the first thing that does not fit.
    """
    if request.data is not None:
        raise ImportFailed("--dataset: codes bring their own images, as an array 'images' in an NPZ; leave it out.")
    arrays = _from_npz(path) if path.suffix == ".npz" else _from_parquet(path)
    codes = _codes(arrays["codes"])
    count = len(codes)
    labels, classes = _classes(arrays.get("labels"), arrays.get("class_names"), count)
    factors, names = _factors(arrays.get("factors"), arrays.get("factor_names"), count)
    images = arrays.get("images")
    if images is not None:
        if images.ndim and len(images) != count:
            raise ImportFailed(f"{path.name} has {len(images)} images for {count} codes; there must be one for each.")
        images = _images(images, path)
        layout_of(tuple(images.shape[1:]), "file")
    return Given(
        f"{path.suffix[1:].upper()} of codes", torch.from_numpy(codes), labels, factors, images, classes, names
    )


def _from_npz(path: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > LARGEST:
                raise ImportFailed(f"{path.name} unpacks to more than {LARGEST >> 30} GiB; take fewer codes.")
        with np.load(path, allow_pickle=False) as arrays:
            if "codes" not in arrays:
                raise ImportFailed(f"{path.name} holds no array 'codes'; it holds {_listed(arrays.files)}.")
            wanted = ("codes", "images", "labels", "factors", "class_names", "factor_names")
            return {name: arrays[name] for name in wanted if name in arrays}
    except ImportFailed:
        raise
    except (KeyError, *UNREADABLE) as error:
        raise ImportFailed(
            f"{path.name} is no NPZ of plain arrays; write it by numpy.savez(file, codes=...)."
        ) from error


def _from_parquet(path: Path) -> dict[str, Any]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise ImportFailed("Parquet needs pyarrow: `pip install pyarrow`, or write the codes as an NPZ.") from error
    try:
        file = parquet.ParquetFile(path)
        if file.metadata.num_rows > MOST or file.metadata.num_columns > 2 * WIDEST:
            raise ImportFailed(
                f"{path.name} has {file.metadata.num_rows:,} rows and {file.metadata.num_columns:,} columns; at most {MOST:,} and {2 * WIDEST:,} are read."
            )
        frame = file.read().to_pandas()
    except (ArrowException, OSError, ValueError) as error:
        raise ImportFailed(f"{path.name} is no Parquet file that can be read; write it again.") from error
    names = list(map(str, frame.columns))
    frame.columns = names
    arrays: dict[str, Any] = {}
    if "label" in names:
        arrays["labels"] = frame.pop("label").to_numpy()
    factors = [name for name in names if name.startswith("factor:")]
    try:
        if factors:
            columns = [np.unique(frame.pop(name).to_numpy(), return_inverse=True)[1] for name in factors]
            arrays |= {
                "factors": np.stack(columns, 1),
                "factor_names": [name.removeprefix("factor:") for name in factors],
            }
    except (TypeError, ValueError) as error:
        raise ImportFailed(
            f"{path.name}: a factor holds lists, or mixes numbers and texts; write it as one of them."
        ) from error
    if "codes" in frame:
        try:
            return arrays | {"codes": np.stack(frame["codes"].to_numpy())}
        except (TypeError, ValueError) as error:
            raise ImportFailed(f"{path.name}: 'codes' must be lists of numbers, all of one length.") from error
    plain = frame.select_dtypes("number")
    if len(plain.columns) < len(frame.columns):
        others = [name for name in frame.columns if name not in plain.columns]
        raise ImportFailed(
            f"{path.name}: the column {others[0][:LONGEST]!r} holds no numbers; drop it, or call it 'label' or 'factor:NAME'."
        )
    return arrays | {"codes": plain.to_numpy()}


def _codes(array: NDArray[Any]) -> NDArray[np.float32]:
    if array.ndim != 2 or not (np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)):
        raise ImportFailed(f"'codes' has the shape {array.shape} and holds {array.dtype}; numbers (N, D) are needed.")
    if not 10 <= len(array) <= MOST or not 1 <= array.shape[1] <= WIDEST:
        raise ImportFailed(
            f"'codes' has the shape {array.shape}; from 10 to {MOST:,} codes of 1 to {WIDEST} numbers are shown."
        )
    codes = np.ascontiguousarray(array, np.float32)
    if bad := int((~np.isfinite(codes)).any(1).sum()):
        raise ImportFailed(
            f"'codes' has {bad:,} rows with NaN or infinite numbers; drop them, and what belongs to them."
        )
    return codes


def _images(array: NDArray[Any], path: Path) -> torch.Tensor:
    try:
        return as_images(array, path)
    except DataError as error:
        raise ImportFailed(str(error)) from error


def _classes(array: Any, names: Any, count: int) -> tuple[torch.Tensor | None, tuple[str, ...]]:
    """Labels from 0 on and the names of their classes; texts are classes in the order of the alphabet."""
    if array is None:
        return None, ()
    if array.shape != (count,):
        raise ImportFailed(f"'labels' has the shape {array.shape}; ({count},) is needed.")
    if array.dtype.kind in "OUS":
        if any(np.ndim(value) for value in array):
            raise ImportFailed("'labels' holds lists; a number or a text is needed for each code.")
        found, numbers = np.unique(array.astype(str), return_inverse=True)
        given: Sequence[Any] = found.tolist()
    else:
        numbers = _whole(array, "labels")
        given = range(int(numbers.max()) + 1) if names is None else np.asarray(names).tolist()
    if len(given) > MOST_VALUES or len(given) <= int(numbers.max()):
        raise ImportFailed(
            f"'labels' goes to {int(numbers.max())} and {len(given)} classes have names; from 1 to {MOST_VALUES} classes, all with a name, are shown."
        )
    return torch.from_numpy(numbers.astype(np.int64)), tuple(_name(name) for name in given)


def _factors(array: Any, names: Any, count: int) -> tuple[torch.Tensor | None, tuple[str, ...]]:
    if array is None:
        return None, ()
    if array.ndim != 2 or len(array) != count or not array.shape[1]:
        raise ImportFailed(f"'factors' has the shape {array.shape}; ({count}, F) is needed.")
    numbers = _whole(array, "factors")
    given = [f"factor {index + 1}" for index in range(array.shape[1])] if names is None else np.asarray(names).tolist()
    if len(given) != array.shape[1]:
        raise ImportFailed(
            f"'factor_names' has {len(given)} names for {array.shape[1]} factors; there must be one for each."
        )
    return torch.from_numpy(numbers.astype(np.int64)), tuple(_name(name) for name in given)


def _whole(array: NDArray[Any], name: str) -> NDArray[Any]:
    """
    Raises:
        ImportFailed: not whole numbers from 0 on.
    """
    plain = array.dtype.kind in "iufb" and np.isfinite(array).all() and (array == np.floor(array)).all()
    if not plain or array.min() < 0 or array.max() >= MOST_VALUES:
        raise ImportFailed(
            f"'{name}' must be whole numbers from 0 to {MOST_VALUES - 1}: the index of a class or of a factor's value."
        )
    return array


def _name(text: Any) -> str:
    """On one line, of at most `LONGEST` characters."""
    return " ".join(str(text).split())[:LONGEST]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(_name(name) for name in list(names)[:8]) or "nothing"
