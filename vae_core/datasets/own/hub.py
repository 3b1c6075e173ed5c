"""`hf:NAME[:SPLIT]`: a data set of the Hugging Face hub, through the optional library `datasets`, downloaded on first use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ...places import to_install
from ..base import DataConfig, DataError
from ..roots import permitted
from .limits import LIMITS
from .listing import Entry, Listing
from .parquet import columns_of, image_bytes, labels_of

PREFIX = "hf:"


def from_hub(config: DataConfig) -> Listing:
    """One split as it is; without SPLIT, `train` and `test` (or `validation`) as training and test images.

    Raises:
        DataError: the library is not installed, a folder that may not be read, or a data set or split that does not exist or cannot be downloaded.
    """
    name, _, split = config.name.removeprefix(PREFIX).partition(":")
    if name.startswith(("/", ".", "~")) or Path(name).exists():  # the library opens folders of this computer, too
        permitted(name)
    parts = _splits(config.name, name, split)
    entries: list[Entry] = []
    labels: list[Any] = []
    is_test: list[bool] = []
    class_names: tuple[str, ...] = ()
    label = ""
    for part, rows in parts.items():
        images = [column for column, kind in rows.features.items() if type(kind).__name__ == "Image"]
        classes = [column for column, kind in rows.features.items() if type(kind).__name__ == "ClassLabel"]
        image, label = columns_of(f"{name} ({part})", images, list(rows.features), config, classes)
        LIMITS.check_count(name, len(entries) + len(rows))
        entries += [
            Entry(f"{part} row {row + 1}", _Row(_as_stored(rows, image), row, image)) for row in range(len(rows))
        ]
        if label:
            labels += rows[label]
            class_names = tuple(getattr(rows.features[label], "names", None) or ())
        is_test += [part != "train"] * len(rows)
    if not entries:
        raise DataError(f"{config.name} has no rows.")
    found, names = labels_of(name, label, labels if label else None, class_names)
    return Listing(name, entries, found, names, is_test=torch.tensor(is_test) if len(parts) > 1 else None)


def _splits(title: str, name: str, split: str) -> dict[str, Any]:
    """Split → its rows."""
    try:
        import datasets
    except ImportError:
        raise DataError(f"{title} needs the library `datasets`: {to_install('hub')}.") from None
    try:
        if split:
            return {split: datasets.load_dataset(name, split=split)}  # nosec B615  # the newest of a name; no code of it is run
        found = datasets.load_dataset(name)  # nosec B615  # the same
        every = dict(found)
    except Exception as error:  # the library raises its own types, those of its network stack and of file systems
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise DataError(f"{title} could not be opened ({reason}); check its name and the connection.") from error
    test = next((part for part in ("test", "validation") if part in every), None)
    if "train" in every and test:
        return {"train": every["train"], test: every[test]}
    if len(every) == 1:
        return every
    raise DataError(f"{title} has the splits {', '.join(every)}; name one, as in {title}:{next(iter(every))}.")


def _as_stored(rows: Any, image: str) -> Any:
    """The same rows with their images as bytes."""
    from datasets import Image

    return rows.cast_column(image, Image(decode=False))


class _Row:
    """Reads the image in one row."""

    def __init__(self, rows: Any, row: int, image: str) -> None:
        self.rows, self.row, self.image = rows, row, image

    def __call__(self) -> bytes:
        cell = self.rows[self.row][self.image]
        if isinstance(cell, dict) and cell.get("bytes") is None and cell.get("path"):
            return Path(cell["path"]).read_bytes()  # a file that the library has downloaded
        return image_bytes(cell)
