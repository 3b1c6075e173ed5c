"""Data sets by name or path: `load("sprites")`, `load(DataConfig("mnist", size=5000))`, `load("my/folder")`, `load("my.csv")`.

Importing this package loads neither torchvision nor scikit-learn; the set that needs them loads them.
"""

from __future__ import annotations

from typing import Any

from . import digits, histories, own, public, shapes3d, sprites, tables
from .base import Data, DataConfig, DataError, ImageData, Source, Split, shuffled_split
from .histories import HISTORIES, HistoryData
from .public_sets import PUBLIC_SETS
from .tables import TABLES, TableData

__all__ = [
    "DATASETS", "HISTORIES", "TABLES", "Data", "DataConfig", "DataError", "HistoryData", "ImageData", "Source", "Split", "TableData",
    "kind_of", "load", "shuffled_split", "sources",
]  # fmt: skip


def _public(name: str, title: str, description: str, channels: int) -> Source:
    published = PUBLIC_SETS[name]
    shape = (channels, published.side, published.side)
    classes, factors = len(published.class_names), published.factor_names
    return Source(title, description, public.load, shape, classes, factors, published.default_size, download=True)


# fmt: off
#: Sets of images.
DATASETS: dict[str, Source] = {
    "sprites": Source("Sprites", "Drawn white shapes over the five factors of dSprites", sprites.load, (1, 64, 64), 3, sprites.SPACE.names, sprites.DEFAULT_SIZE, drawn=True),
    "shapes3d": Source("Shapes3D", "A coloured object in a coloured room over the six factors of 3D Shapes", shapes3d.load, (3, 64, 64), 4, shapes3d.SPACE.names, shapes3d.DEFAULT_SIZE, drawn=True),
    "digits": Source("Digits", "Real handwritten digits that ship with scikit-learn", digits.load, (1, 32, 32), 10, (), digits.DEFAULT_SIZE),
    "mnist": _public("mnist", "MNIST", "Handwritten digits", 1),
    "fashion_mnist": _public("fashion_mnist", "Fashion-MNIST", "Clothes, shoes and bags", 1),
    "kmnist": _public("kmnist", "KMNIST", "Handwritten Japanese characters", 1),
    "emnist": _public("emnist", "EMNIST", "Handwritten digits and letters, 47 balanced classes", 1),
    "cifar10": _public("cifar10", "CIFAR-10", "Small colour photographs of ten kinds of object", 3),
    "svhn": _public("svhn", "SVHN", "House numbers photographed from the street", 3),
    "celeba": _public("celeba", "CelebA", "Aligned celebrity faces with 40 yes/no attributes", 3),
}
# fmt: on


def sources() -> dict[str, Source]:
    """All registered sets: images, tables and histories."""
    return DATASETS | TABLES | HISTORIES


def kind_of(name: str) -> str:
    """ "images", "table" or "history", of a registered name or a path; a table with the columns of histories is histories."""
    if (source := sources().get(name)) is not None:
        return source.kind
    if not tables.is_table(name) or own.is_images(name):
        return "images"
    return "history" if histories.is_history(name) else "table"


def load(config: DataConfig | str, split: str = "all") -> Any:
    """The images (`ImageData`), the table (`TableData`) or the histories (`HistoryData`) that a configuration, or just a name, stands for.

    split: "all", or "test" for the test items only: the same items and fingerprint, loaded faster.

    Raises:
        DataError: an unknown name or split, more images requested than there are, or files that are missing,
            unreadable or not images.
    """
    if isinstance(config, str):
        config = DataConfig(config)
    if split not in ("all", "test"):
        raise DataError(f"split {split!r} is not known; use 'all' or 'test'.")
    # Leaving out a class needs the training labels, to count the training images that remain.
    needed_split = split if config.leave_out is None else "all"
    data: Data
    if (given := config.of_histories) and kind_of(config.name) != "history":
        raise DataError(f"--{given[0].replace('_', '-')}: for histories (user,item[,rating]) only; omit it.")
    if (source := sources().get(config.name)) is not None:
        if given := config.of_own_images:
            raise DataError(
                f"--{given[0].replace('_', '-')}: for your own images only, not for {config.name}; omit it."
            )
        data = source.load(config, needed_split)
    elif (kind := kind_of(config.name)) != "images":
        data = (histories if kind == "history" else tables).load(config, needed_split)
    elif own.is_path(config.name) or own.is_on_hub(config.name):
        data = own.load(config, needed_split)
    else:
        raise DataError(
            f"data set {config.name!r} is not known; choose one of {', '.join(sources())}, "
            f"or give the path of {own.ACCEPTED}, of a .csv or .parquet table, or hf:NAME for a data set of the Hugging Face hub."
        )
    if config.leave_out is not None:
        data = data.without(config.leave_out)
    return data.only_test() if split == "test" else data
