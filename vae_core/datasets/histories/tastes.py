"""Tastes: drawn histories with known structure, so that no network is needed and the best possible ranking is known.

200 items in 8 genres, more and less popular ones; each user prefers a mixture of genres and draws items without repetition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..base import DataConfig, DataError, Source, test_count
from .data import SHARE, SHARE_OF_SMALL, SMALL, HistoryData, check_settings

GENRES = ("Ambient", "Blues", "Classical", "Folk", "Jazz", "Metal", "Pop", "Techno")
PER_GENRE, DEFAULT_SIZE, MOST = 25, 2000, 200_000
#: Dirichlet concentration of a user's mixture: most users have one to three genres.
CONCENTRATION = 0.25
#: Popularity of the k-th item of a genre is ∝ k^−this.
DECAY = 0.8
#: Share of events that follow popularity alone.
STRAY = 0.1
#: Fewest events of a user, and the mean number beyond.
FEWEST, BEYOND = 8, 12.0


@dataclass(frozen=True)
class Drawn:
    """events: `(N, I)` bool. mixtures: of genres, `(N, G)`. preferences: the probability of a user's next event, were items
    to repeat, `(N, I)`.
    """

    events: Tensor
    mixtures: Tensor
    preferences: Tensor


def draw(size: int, seed: int) -> Drawn:
    """Users with their true preferences; the same for the same size and seed."""
    generator = torch.Generator().manual_seed(seed)
    popularity = torch.arange(1, PER_GENRE + 1).double().pow(-DECAY).repeat(len(GENRES))
    genre = torch.arange(len(GENRES)).repeat_interleave(PER_GENRE)
    shares = np.random.RandomState(seed % 2**32).dirichlet([CONCENTRATION] * len(GENRES), size)
    mixtures = torch.from_numpy(shares)
    weights = mixtures[:, genre] * popularity
    preferences = (1 - STRAY) * weights / weights.sum(1, keepdim=True) + STRAY * popularity / popularity.sum()
    beyond = -BEYOND * torch.log1p(-torch.rand(size, generator=generator, dtype=torch.float64))
    counts = (FEWEST + beyond.long()).clamp(max=len(genre) // 2)
    # The largest of log p + Gumbel noise are draws without replacement.
    noise = -torch.empty_like(preferences).exponential_(generator=generator).log()
    ranks = (preferences.log() + noise).argsort(1, descending=True).argsort(1)
    return Drawn(ranks < counts[:, None], mixtures, preferences)


def load(config: DataConfig, split: str) -> HistoryData:
    """
    Raises:
        DataError: more users than are drawn, or a setting that has no meaning here.
    """
    check_settings(config, config.name)
    size = config.size or DEFAULT_SIZE
    if size > MOST:
        raise DataError(f"--size {size}: at most {MOST:,} users of {config.name} are drawn.")
    if config.min_rating is not None:
        raise DataError(f"--min-rating {config.min_rating:g}: {config.name} has no ratings; omit this option.")
    drawn = draw(size, config.seed)
    names = tuple(f"{genre} {place:02d}" for genre in GENRES for place in range(1, PER_GENRE + 1))
    n_train = size - test_count(size, SHARE_OF_SMALL if size < SMALL else SHARE)
    return HistoryData(config.name, drawn.events, names, n_train, drawn.mixtures.argmax(1), GENRES, seed=config.seed)


# fmt: off
HISTORIES: dict[str, Source] = {
    "tastes": Source("Tastes", "Drawn listeners of eight genres: which of 200 tracks each of them played", load, (len(GENRES) * PER_GENRE,), len(GENRES), (), DEFAULT_SIZE, kind="history"),
}
# fmt: on
