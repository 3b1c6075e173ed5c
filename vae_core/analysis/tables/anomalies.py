"""Rows ranked by how unlikely a model finds them, and the columns that make them so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...datasets.tables import Schema
from ...models import Model
from ...models.tabular_vae import TabularVAE
from ...training.batches import in_order

Floats = NDArray[np.float64]
#: Score → its title; anomalous rows have larger ones.
ROW_ANOMALY_SCORES = {
    "nelbo": "−ELBO at z = μ, in nats",
    "distortion": "Distortion at z = μ, in nats",
    "rate": "Rate, in nats",
}


@dataclass(frozen=True)
class RowScores:
    """Scores of N rows, and what they are made of.

    by_name: score → `(N,)` nats. nats: −log p(x_c|z) at z = mu `(N, W)`, 0 where a value is missing. expected `(N, W)`: the rows as
    decoded at z = mu, standardised numbers and indices of categories.
    """

    by_name: dict[str, Floats]
    nats: Floats
    expected: Tensor

    def excess(self, usual: Floats) -> Floats:
        """Nats of each value beyond what its column usually has, `(N, W)`; usual: a column's median nats `(W,)`."""
        return self.nats - usual


@torch.no_grad()
def row_scores_of(model: Model, rows: Tensor) -> RowScores:
    """Scores of rows `(N, W)`; deterministic, at z = mu."""
    tabular = cast(TabularVAE, model)
    rates, nats, expected = [], [], []
    for x, _ in in_order(rows, None, next(model.parameters()).device):
        posterior = tabular.encode(x)
        logits = tabular.decode_logits(posterior.mu)
        nats.append(tabular.nll_per_column(logits, x).cpu())
        rates.append(posterior.rate_per_dim().sum(1).cpu())
        expected.append(tabular.columns.likeliest(tabular.columns.means(logits.float())).cpu())
    per_column, rate = torch.cat(nats).double().numpy(), torch.cat(rates).double().numpy()
    distortion = per_column.sum(1)
    return RowScores(
        {"nelbo": distortion + rate, "distortion": distortion, "rate": rate}, per_column, torch.cat(expected)
    )


def usual_nats(scores: RowScores, rows: Tensor) -> Floats:
    """The median nats of each column over the rows in which it is observed, `(W,)`; 0 for a column that never is."""
    nats = np.where(rows.isnan().numpy(), np.nan, scores.nats)
    medians = np.zeros(nats.shape[1])
    seen = ~np.isnan(nats).all(0)
    medians[seen] = np.nanmedian(nats[:, seen], axis=0)
    return medians


def reasons(scores: RowScores, rows: Tensor, schema: Schema, row: int, usual: Floats, most: int = 3) -> list[str]:
    """ "weight 180.0, expected 71.2": the columns that lie furthest beyond their usual nats, at most `most`, furthest first."""
    excess = scores.excess(usual)[row]
    texts, expected = schema.texts(rows[row : row + 1])[0], schema.texts(scores.expected[row : row + 1])[0]
    return [
        f"{schema.names[column]} {texts[column]}, expected {expected[column]}"
        for column in np.argsort(-excess, kind="stable")[:most]
        if excess[column] > 0.5 and texts[column]
    ]
