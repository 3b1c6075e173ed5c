"""Histories as a data set: for each user which items there was an event of (watched, bought, liked), as ones and zeros."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
import torch
from torch import Tensor

from ..base import Data, DataConfig, DataError, check_available, fingerprint_of, shuffled_split, test_count
from ..roots import permitted
from .limits import LIMITS
from .read import Events, read

#: Of few users a quarter is held out: a tenth would give noisy scores.
SMALL, SHARE_OF_SMALL, SHARE = 4000, 0.25, 0.1
#: Share of a held-out user's events that is to be recommended, as published (Liang et al. 2018, §4.3).
TARGET_SHARE = 0.2
#: Users that are summed or drawn for at a time.
BLOCK = 1000


@dataclass(frozen=True)
class HistoryData(Data):
    """Users whose events are trained on first, held-out users after them.

    events: `(N, I)` bool, whether a user had an item. item_names: of the I items. seed: of the split of held-out users' events.
    labels, class_names: of users, where they are known. The items are those of the training users, as published.
    """

    kind = "history"
    item = "user"

    name: str
    events: Tensor
    item_names: tuple[str, ...]
    n_train: int
    labels: Tensor | None = None
    class_names: tuple[str, ...] = ()
    factors: Tensor | None = None
    factor_names: tuple[str, ...] = ()
    seed: int = 0
    train_size: int = field(default=-1)

    @property
    def items(self) -> Tensor:
        return self.events

    def of_rows(self, rows: Tensor | slice, n_train: int, train_size: int) -> Self:
        labels = None if self.labels is None else self.labels[rows]
        return replace(self, events=self.events[rows], labels=labels, n_train=n_train, train_size=train_size)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the name, the sizes, the items' names and every held-out user's events."""
        return fingerprint_of(self, *self.item_names)

    @cached_property
    def folds(self) -> tuple[Tensor, Tensor]:
        """Strong generalisation: of each held-out user four fifths of the events, which the model sees, and the others, which it
        is to recommend; both `(n_test, I)` bool. At least one event is a target, and at least one is seen.
        """
        return fold(self.test.items, self.seed)


def fold(users: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """Users' events `(n, I)` bool → those to see, and a fifth at random, at least one, to be found from them."""
    generator = torch.Generator().manual_seed(seed)
    targets = torch.zeros_like(users)
    for start in range(0, len(users), BLOCK):  # random numbers for all users at once would not fit
        rows = users[start : start + BLOCK]
        order = torch.where(rows, torch.rand(rows.shape, generator=generator), 2.0).argsort(1).argsort(1)
        counts = (TARGET_SHARE * rows.sum(1)).long().clamp(min=1)
        targets[start : start + BLOCK] = rows & (order < counts[:, None])
    return users & ~targets, targets


def load(config: DataConfig, split: str) -> HistoryData:
    """The histories at the path `config.name`.

    Raises:
        DataError: as `read` and `history_of`.
    """
    path = permitted(config.name)
    return history_of(read(path), config, path.name)


def history_of(events: Events, config: DataConfig, name: str) -> HistoryData:
    """Events as a matrix: those with a high enough rating, of users with enough of them, in a seeded order of users.

    Raises:
        DataError: a rating is asked for where there is none, or too few or too many users or items.
    """
    check_settings(config, name)
    users, items = events.users, events.items
    if config.min_rating is not None:
        if events.ratings is None:
            raise DataError(f"--min-rating {config.min_rating:g}: {name} has no column rating; omit this option.")
        high = events.ratings >= config.min_rating
        users, items = users[high], items[high]
    for what, names, most in (("users", events.user_names, LIMITS.users), ("items", events.item_names, LIMITS.items)):
        if len(names) > most:
            raise DataError(f"{name} has {len(names):,} {what}; histories may have at most {most:,}.")
    # Equal rows count once.
    pairs = np.unique(users * len(events.item_names) + items)
    users, items = np.divmod(pairs, len(events.item_names))
    enough = np.flatnonzero(np.bincount(users, minlength=len(events.user_names)) >= config.min_events)
    size = config.size or len(enough)
    check_available(name, size, len(enough), "users")
    if size < 10:
        raise DataError(
            f"{name} has {size} users with at least {config.min_events} events; at least 10 are needed to train and test on."
        )
    order, _ = shuffled_split(len(enough), config.seed)
    n_train = size - test_count(size, SHARE_OF_SMALL if size < SMALL else SHARE)
    row_of = np.full(len(events.user_names), -1)
    row_of[enough[order[:size].numpy()]] = np.arange(size)
    rows = row_of[users]
    # As published, the items are those of the training users; popular ones first.
    counts = np.bincount(items[(rows >= 0) & (rows < n_train)], minlength=len(events.item_names))
    kept = np.argsort(-counts, kind="stable")[: int((counts > 0).sum())]
    if len(kept) < 2:
        raise DataError(f"{name} has {len(kept)} items; at least 2 are needed to recommend one.")
    if size * len(kept) > LIMITS.cells:
        raise DataError(
            f"{name} has {size:,} users × {len(kept):,} items, {size * len(kept) >> 20:,} MiB in memory; at most "
            f"{LIMITS.cells >> 20:,} MiB fit: use fewer users with --size, or a larger --min-rating."
        )
    column_of = np.full(len(events.item_names), -1)
    column_of[kept] = np.arange(len(kept))
    columns = column_of[items]
    there = (rows >= 0) & (columns >= 0)
    matrix = torch.zeros(size, len(kept), dtype=torch.bool)
    matrix[torch.from_numpy(rows[there]), torch.from_numpy(columns[there])] = True
    kept_names = tuple(events.item_names[index] for index in kept)
    return without_short(HistoryData(name, matrix, kept_names, n_train, seed=config.seed))


def events_per_user(events: Tensor) -> Tensor:
    """How many events each user `(n, I)` has, `(n,)`; in blocks, as torch sums bool as int64, eight bytes a cell."""
    return torch.cat([block.sum(1) for block in events.split(BLOCK)])


def users_per_item(events: Tensor) -> Tensor:
    """How many users `(n, I)` had each item, `(I,)`."""
    total = torch.zeros(events.shape[1], dtype=torch.int64)
    for block in events.split(BLOCK):
        total += block.sum(0)
    return total


def without_short(data: HistoryData) -> HistoryData:
    """Without held-out users of fewer than two events, of whom nothing could be both seen and recommended.

    Raises:
        DataError: no held-out user is left.
    """
    enough = torch.ones(len(data.events), dtype=torch.bool)
    enough[data.n_train :] = events_per_user(data.test.items) >= 2
    if not enough[data.n_train :].any():
        raise DataError(
            f"{data.name} has no held-out user with two events of items that others have, too; use more users."
        )
    return data if enough.all() else data.of_rows(enough, data.n_train, data.train_size)


def check_settings(config: DataConfig, name: str) -> None:
    """
    Raises:
        DataError: a setting of images or of tables.
    """
    for setting, value in (("image_size", config.image_size), ("label", config.label), ("kinds", config.kinds)):
        if value:
            raise DataError(
                f"--{setting.replace('_', '-')} {value}: has no meaning for the histories of {name}; omit this option."
            )
