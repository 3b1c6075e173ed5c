"""New rows of a model, how far they are from the real ones, and whether they copy any."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...config import ConfigError
from ...datasets.tables import Column, Schema
from ...models import Model
from ...models.tabular_vae import TabularVAE

MAX_ROWS = 100_000
#: Training rows that new rows are compared with, the first ones, and new rows that are compared.
COMPARED, CHECKED = 20_000, 1000
BLOCK = 250


@torch.no_grad()
def new_rows(model: Model, count: int, temperature: float = 1.0, seed: int = 0) -> Tensor:
    """Rows `(count, W)` drawn from p(x|z) with z drawn from the prior, whose σ is multiplied by `temperature`. None has a missing value.

    Raises:
        ConfigError: a count or a temperature out of range.
    """
    if not 1 <= count <= MAX_ROWS:
        raise ConfigError(f"{count} rows: must be from 1 to {MAX_ROWS:,}.")
    if not 0 <= temperature <= 5:
        raise ConfigError(f"A temperature of {temperature:g}: must be from 0 to 5.")
    generator = torch.Generator().manual_seed(seed)
    tabular = cast(TabularVAE, model)
    z = temperature * tabular.prior_sample(count, generator)
    return torch.cat([tabular.rows(part, generator) for part in z.split(5000)])


def to_csv(schema: Schema, rows: Tensor) -> str:
    """Rows `(n, W)` as a CSV file with a line of names; missing values are empty.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([_harmless(name) for name in schema.names])
    for texts in schema.texts(rows):
        writer.writerow([_harmless(text) if column.categories else text for column, text in zip(schema.columns, texts, strict=True)])  # fmt: skip
    return file.getvalue()


def _harmless(text: str) -> str:
    if not text or text[0] not in "=+-@\t\r":
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text


@dataclass(frozen=True)
class Marginal:
    """distance: between real and new values of a column, in [0, 1]: of numbers the Kolmogorov–Smirnov statistic, of categories
    the total variation ½ Σ|p − q|. between_real: the same between the training and the test split, what chance alone makes.
    """

    column: Column
    distance: float
    between_real: float


def marginals(schema: Schema, train: Tensor, test: Tensor, new: Tensor) -> list[Marginal]:
    """The marginal of each column: rows `(·, W)` of the splits and new ones. Missing values are left out."""
    found = []
    for index, column in enumerate(schema.columns):
        parts = [_known(rows[:, index]) for rows in (train, test, new)]
        found.append(Marginal(column, _distance(column, parts[0], parts[2]), _distance(column, parts[0], parts[1])))
    return found


def _known(values: Tensor) -> NDArray[np.float64]:
    return values[~values.isnan()].double().numpy()


def _distance(column: Column, a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    from scipy.stats import ks_2samp

    if not len(a) or not len(b):
        return float("nan")
    if column.categories:
        shares = [np.bincount(part.astype(int), minlength=column.cardinality) / len(part) for part in (a, b)]
        return 0.5 * float(np.abs(shares[0] - shares[1]).sum())
    return float(ks_2samp(a, b, method="asymp").statistic)


def correlations(schema: Schema, rows: Tensor) -> tuple[list[str], NDArray[np.float64]]:
    """Pearson's r of each pair of numbers and of columns with two categories (0 or 1), over rows in which both are observed.

    Returns their names and the matrix; NaN where a column does not vary.
    """
    import pandas as pd

    places = [index for index, column in enumerate(schema.columns) if column.cardinality <= 2]
    frame = pd.DataFrame(rows[:, places].double().numpy())
    return [schema.names[place] for place in places], frame.corr(min_periods=3).to_numpy()


@dataclass(frozen=True)
class Copies:
    """Distances of rows to their nearest training row: per row √(mean over columns of squares), in standard deviations of numbers,
    1 for another category; columns that are missing on either side do not count.

    new, test `(n,)`: of new and of test rows. exact: new rows that stand in the training split as they are. compared: training rows.
    """

    new: NDArray[np.float64]
    test: NDArray[np.float64]
    exact: int
    compared: int

    @property
    def close(self) -> float:
        """Share of new rows that are nearer to a training row than 95 % of the test rows are."""
        return float((self.new < np.quantile(self.test, 0.05)).mean())


def copies(schema: Schema, train: Tensor, test: Tensor, new: Tensor) -> Copies:
    """Whether new rows copy training rows: the first `CHECKED` rows beside the first `COMPARED` training rows."""
    train, test, new = train[:COMPARED], test[:CHECKED], new[:CHECKED]
    known = {tuple(texts) for texts in schema.texts(train)}
    exact = sum(tuple(texts) in known for texts in schema.texts(new))
    return Copies(nearest_rows(schema, new, train)[1], nearest_rows(schema, test, train)[1], exact, len(train))


def nearest_rows(schema: Schema, rows: Tensor, training: Tensor) -> tuple[Tensor, NDArray[np.float64]]:
    """For each of `rows (n, W)` the nearest training row `(n,)` and its distance `(n,)` (see `Copies`)."""
    places, distances = [], []
    for block in rows.split(BLOCK):
        squares = _squares(schema, block, training)
        least, place = squares.min(1)
        places.append(place)
        distances.append(least.sqrt())
    return torch.cat(places), torch.cat(distances).double().numpy()


def _squares(schema: Schema, block: Tensor, training: Tensor) -> Tensor:
    total = block.new_zeros(len(block), len(training))
    count = torch.zeros_like(total)
    for index, column in enumerate(schema.columns):
        difference = block[:, index, None] - training[None, :, index]
        seen = ~difference.isnan()
        square = (difference != 0).float() if column.categories else difference.square()
        total += torch.where(seen, square, 0.0)
        count += seen
    return torch.where(count > 0, total / count.clamp(min=1), torch.inf)


def mean_difference(real: NDArray[np.float64], new: NDArray[np.float64]) -> float:
    """Mean |Δr| over the pairs of two correlation matrices; NaN without a pair."""
    upper = np.triu_indices(len(real), 1)
    differences = np.abs(real[upper] - new[upper])
    return float(np.nanmean(differences)) if np.isfinite(differences).any() else float("nan")
