"""How well a model reproduces each column, beside predicting a constant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from ...datasets.tables import Column, Schema
from ...models import Model
from ...models.tabular_vae import TabularVAE
from ...training.batches import in_order

#: Name in a run's evaluation → title, whether larger is better, digits.
ROW_SCORES = {
    "rmse": ("RMSE of numbers in σ", False, 3),
    "accuracy": ("Categories right", True, 3),
    "constant_rmse": ("RMSE of a constant", None, 3),
    "constant_accuracy": ("Right by a constant", None, 3),
}


@dataclass(frozen=True)
class ColumnError:
    """One column over the observed values of some rows.

    error: of numbers the root mean square in standard deviations of the training split, of categories the share of wrong ones.
    nats: mean −log p(x_c|z). constant_error, constant_nats: the same of the training split's mean (with its deviation) or most
    frequent category (with its shares). count: observed values; without any, the numbers are NaN.
    """

    column: Column
    error: float
    nats: float
    constant_error: float
    constant_nats: float
    count: int


@torch.no_grad()
def column_errors(model: Model, schema: Schema, rows: Tensor) -> list[ColumnError]:
    """Errors of each column for rows `(N, W)`, reconstructed at z = mu."""
    reproduced, nats = reconstructed(model, rows)
    return [
        _error(column, rows[:, index].double(), reproduced[:, index].double(), nats[:, index].double())
        for index, column in enumerate(schema.columns)
    ]


@torch.no_grad()
def reconstructed(model: Model, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows `(N, W)` as decoded at z = mu, means and likeliest categories, and −log p(x_c|z) in nats `(N, W)`."""
    tabular, outputs, nats = cast(TabularVAE, model), [], []
    for x, _ in in_order(rows, None, next(model.parameters()).device):
        logits = tabular.decode_logits(tabular.embed(x))
        nats.append(tabular.nll_per_column(logits, x).cpu())
        outputs.append(tabular.columns.likeliest(tabular.columns.means(logits.float())).cpu())
    return torch.cat(outputs), torch.cat(nats)


def _error(column: Column, x: Tensor, reproduced: Tensor, nats: Tensor) -> ColumnError:
    known = ~x.isnan()
    x, reproduced, nats, count = x[known], reproduced[known], nats[known], int(known.sum())
    if not count:
        return ColumnError(column, math.nan, math.nan, math.nan, math.nan, 0)
    if column.categories:
        shares = torch.tensor(column.shares, dtype=torch.float64)
        # A category that the training split lacks has no share, and its logarithm no bound.
        constant = -shares.clamp(min=1e-6).log()[x.long()].mean()
        wrong, frequent = (x != reproduced).double().mean(), (x != int(shares.argmax())).double().mean()
        return ColumnError(column, float(wrong), float(nats.mean()), float(frequent), float(constant), count)
    constant = 0.5 * (x.square().mean() + math.log(2 * math.pi))
    error, spread = (x - reproduced).square().mean().sqrt(), x.square().mean().sqrt()
    return ColumnError(column, float(error), float(nats.mean()), float(spread), float(constant), count)


def row_scores(errors: Sequence[ColumnError]) -> dict[str, float | None]:
    """The errors as one number each (`ROW_SCORES`), every observed value counting the same; None without such columns."""
    numbers = [one for one in errors if not one.column.categories and one.count]
    categories = [one for one in errors if one.column.categories and one.count]
    root = lambda values: math.sqrt(_mean(numbers, [value**2 for value in values])) if numbers else None
    right = lambda values: 1 - _mean(categories, values) if categories else None
    return {
        "rmse": root([one.error for one in numbers]),
        "accuracy": right([one.error for one in categories]),
        "constant_rmse": root([one.constant_error for one in numbers]),
        "constant_accuracy": right([one.constant_error for one in categories]),
    }


def _mean(errors: Sequence[ColumnError], values: Sequence[float]) -> float:
    counts = [one.count for one in errors]
    return sum(count * value for count, value in zip(counts, values, strict=True)) / sum(counts)
