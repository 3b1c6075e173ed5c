"""Missing values filled in by a model."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from ...models import Model
from ...models.tabular_vae import TabularVAE
from ...training.batches import in_order


@torch.no_grad()
def filled(model: Model, rows: Tensor, rounds: int = 1) -> Tensor:
    """Rows `(N, W)` whose missing values are decoded at z = mu of what is observed: means of numbers, likeliest categories.

    rounds: more than one encodes the filled rows again, as pseudo-Gibbs sampling does (Rezende et al. 2014, appendix F) but with
    means in place of draws.
    """
    tabular, parts = cast(TabularVAE, model), []
    for x, _ in in_order(rows, None, next(model.parameters()).device):
        current = x
        for _ in range(rounds):
            guess = tabular.columns.likeliest(tabular.decode(tabular.embed(current)))
            current = torch.where(x.isnan(), guess, x)
        parts.append(current.cpu())
    return torch.cat(parts)
