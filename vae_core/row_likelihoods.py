"""Observation models of rows of a table: one likelihood per column, missing values left out of the sum.

A row `(B, W)` holds one number per column: a standardised value, or the index of a category; NaN where the value is missing.
A decoder outputs parameters `(B, P)`: one for a number (its mean), one for two categories (the logit of the second), k for
k > 2 categories (their logits). −log p(x|z) = Σ over observed columns of −log p(x_c|z): a missing value is marginalised,
which leaves nothing of it in the sum (Nazábal et al. 2020, HI-VAE, eq. 2 and 3).

Numbers have a Gaussian on the standardised scale with one learned variance per column. In nats of the original units it is
larger by log σ_c for each observed number, σ_c being the standard deviation that the column was divided by.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate, chain

import torch
import torch.nn.functional as F
from torch import Tensor, nn

#: A column that the code determines exactly has a density without bound: σ stays above a hundredth of the column's own.
LOWEST_LOGVAR, HIGHEST_LOGVAR = 2 * math.log(0.01), 4.0
#: A logit that no category has: of places beyond a column's last category.
NEVER = -1e9


class Columns(nn.Module):
    """Where the parameters of each column are; it has no weights.

    cardinalities: per column 1 for a number, else how many categories.
    """

    numbers: Tensor
    binaries: Tensor
    categoricals: Tensor
    source: Tensor
    level: Tensor
    number_parameters: Tensor
    binary_parameters: Tensor
    categorical_parameters: Tensor
    is_categorical: Tensor
    place: Tensor

    def __init__(self, cardinalities: Sequence[int]) -> None:
        super().__init__()
        self.cardinalities = tuple(cardinalities)
        #: Parameters of each column, and the first of them.
        self.widths = tuple(width if width > 2 else 1 for width in self.cardinalities)
        self.starts = tuple(accumulate(self.widths, initial=0))[:-1]
        self.total = sum(self.widths)
        of: dict[int, list[int]] = {1: [], 2: [], 3: []}
        for column, width in enumerate(self.cardinalities):
            of[min(width, 3)].append(column)
        columns = [*of[1], *of[2], *of[3]]
        #: Columns listed as numbers, two categories, more categories → their own order.
        self.order = sorted(range(len(columns)), key=columns.__getitem__)
        most = max((self.cardinalities[column] for column in of[3]), default=0)
        # The parameters of each column with more than two categories, filled up with the place after the last one.
        places = [
            [self.starts[column] + level if level < self.widths[column] else self.total for level in range(most)]
            for column in of[3]
        ]
        at = {parameter: index for index, parameter in enumerate(chain(*places)) if parameter < self.total}
        self._index("numbers", of[1])
        self._index("binaries", of[2])
        self._index("categoricals", of[3])
        self._index("number_parameters", [self.starts[column] for column in of[1]])
        self._index("binary_parameters", [self.starts[column] for column in of[2]])
        self._index("categorical_parameters", places)
        self._index("source", [column for column, width in enumerate(self.widths) for _ in range(width)])
        self._index("place", [at.get(parameter, 0) for parameter in range(self.total)])
        self.register_buffer("is_categorical", torch.tensor([p in at for p in range(self.total)]), persistent=False)
        level = [
            math.nan if cardinality == 1 else 1.0 if cardinality == 2 else float(place)
            for cardinality, width in zip(self.cardinalities, self.widths, strict=True)
            for place in range(width)
        ]
        self.register_buffer("level", torch.tensor(level), persistent=False)

    def _index(self, name: str, values: Sequence[object]) -> None:
        self.register_buffer(name, torch.tensor(values, dtype=torch.int64), persistent=False)

    def inputs(self, x: Tensor) -> Tensor:
        """Rows `(B, W)` → an encoder's inputs `(B, P + W)`: numbers, zero where missing, categories as ones and zeros, and
        which values are observed.
        """
        values = x[:, self.source]
        numbers = torch.nan_to_num(values) * self.level.isnan()
        observed = (~x.isnan()).to(x.dtype)
        return torch.cat([numbers + (values == self.level).to(x.dtype), observed], 1)

    def nll(self, parameters: Tensor, x: Tensor, logvar: Tensor) -> Tensor:
        """−log p(x_c|z) in nats `(B, W)`, 0 where x is missing. logvar: of the numbers, `(numbers,)`."""
        observed, known = ~x.isnan(), torch.nan_to_num(x)
        logvar = logvar.clamp(LOWEST_LOGVAR, HIGHEST_LOGVAR)
        difference = known[:, self.numbers] - parameters[:, self.number_parameters]
        gaussian = 0.5 * (difference.square() * torch.exp(-logvar) + logvar + math.log(2 * math.pi))
        logits, truth = parameters[:, self.binary_parameters], known[:, self.binaries]
        parts = [gaussian, F.softplus(logits) - truth * logits]
        if self.categoricals.numel():
            index = known[:, self.categoricals].long()[..., None]
            parts.append(-self.log_probabilities(parameters).gather(2, index)[..., 0])
        return torch.where(observed, torch.cat(parts, 1)[:, self.order], 0.0)

    def log_probabilities(self, parameters: Tensor) -> Tensor:
        """Of the columns with more than two categories: log p `(B, columns, most categories)`."""
        padded = torch.cat([parameters, torch.full_like(parameters[:, :1], NEVER)], 1)
        return torch.log_softmax(padded[:, self.categorical_parameters], 2)

    def means(self, parameters: Tensor) -> Tensor:
        """Means of numbers and probabilities of categories `(B, P)`, where the parameters were."""
        means = torch.where(self.level.isnan(), parameters, torch.sigmoid(parameters))
        if not self.categoricals.numel():
            return means
        flat = self.log_probabilities(parameters).exp().flatten(1)
        return torch.where(self.is_categorical, flat[:, self.place], means)

    def likeliest(self, means: Tensor) -> Tensor:
        """Means `(B, P)` → rows `(B, W)`: the mean of each number, the likeliest category."""
        return self._rows(means, lambda probabilities: probabilities.argmax(1))

    def drawn(self, means: Tensor, logvar: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Rows `(B, W)` drawn from p(x|z) with these means `(B, P)`."""
        rows = self._rows(means, lambda shares: torch.multinomial(shares, 1, generator=generator)[:, 0])
        sigma = torch.exp(0.5 * logvar.clamp(LOWEST_LOGVAR, HIGHEST_LOGVAR))
        noise = torch.randn(len(means), len(sigma), generator=generator, device=means.device)
        rows[:, self.numbers] += sigma * noise
        return rows

    def _rows(self, means: Tensor, choose: Callable[[Tensor], Tensor]) -> Tensor:
        """Rows whose categories `choose` picks from probabilities `(B, k)`."""
        rows = means.new_empty(len(means), len(self.cardinalities))
        for column, (start, width) in enumerate(zip(self.starts, self.widths, strict=True)):
            part = means[:, start : start + width]
            if self.cardinalities[column] == 1:
                rows[:, column] = part[:, 0]
            else:
                shares = torch.cat([1 - part, part], 1) if width == 1 else part
                rows[:, column] = choose(shares.clamp(min=0)).to(rows.dtype)
        return rows
