"""Items by name: of a history, and those that a code ranks first."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis import decode
from vae_core.datasets import HistoryData
from vae_core.metrics.ranking import ranking
from vae_core.runs import Run

from .. import library

#: Items of a list.
SHOWN = 10


def history_data(run: Run) -> HistoryData | None:
    """The run's held-out users; None, after a notice, where its data is not available."""
    data, why = library.test_data(run)
    if data is None:
        st.info(f"{why} Until then items have numbers instead of names.", icon=":material/queue_music:")
        return None
    assert isinstance(data, HistoryData), "called for runs on histories"
    return data


def item_names(run: Run) -> tuple[str, ...]:
    """Names of the run's items, from its data; their numbers where that is not available."""
    data, _ = library.test_data(run)
    if isinstance(data, HistoryData):
        return data.item_names
    return tuple(f"item {number}" for number in range(run.config.model.shape[0]))


def probabilities(run: Run, z: Tensor) -> Tensor:
    """π of codes `(n, D)`: the probability of each item, `(n, I)`."""
    return decode(library.model_of(run), z)


def first_items(run: Run, scores: Tensor, seen: Tensor | None = None, k: int = SHOWN) -> list[list[int]]:
    """The k items of highest score for each of `scores (n, I)`, without those that were `seen (n, I)`."""
    seen = torch.zeros_like(scores, dtype=torch.bool) if seen is None else seen
    return ranking(scores, seen, k).tolist()


def lists_frame(run: Run, scores: Tensor, titles: Sequence[str], k: int = SHOWN) -> pd.DataFrame:
    """A column for each of `scores (n, I)` with the names of its first k items."""
    names = item_names(run)
    ranked = first_items(run, scores, k=k)
    return pd.DataFrame(
        {title: [names[item] for item in items] for title, items in zip(titles, ranked, strict=True)},
        index=pd.RangeIndex(1, min(k, len(names)) + 1, name="Rank"),
    )
