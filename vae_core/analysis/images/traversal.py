"""Latent traversals: vary one or two dimensions, keep the others fixed, decode."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...models import Model


def varied(z: Tensor, dim: int, values: Sequence[float]) -> Tensor:
    """Copies of the code `z (D,)` with dimension `dim` set to each value. `(len(values), D)`."""
    codes = z.repeat(len(values), 1)
    codes[:, dim] = torch.as_tensor(values, dtype=z.dtype)
    return codes


def traverse(model: Model, z: Tensor, dim: int, values: Sequence[float], label: int | None = None) -> Tensor:
    """Images `(len(values), C, H, W)` in [0, 1] along one dimension."""
    return decode(model, varied(z, dim, values), label)


def traverse_all(
    model: Model, z: Tensor, dims: Sequence[int], values: Sequence[Sequence[float]], label: int | None = None
) -> Tensor:
    """One row per dimension of `dims` at its own values: `(len(dims), steps, C, H, W)` in [0, 1]."""
    codes = torch.cat([varied(z, dim, row) for dim, row in zip(dims, values, strict=True)])
    return decode(model, codes, label).unflatten(0, (len(dims), -1))


def manifold(
    model: Model, z: Tensor, dim_x: int, dim_y: int, x: Sequence[float], y: Sequence[float], label: int | None = None
) -> Tensor:
    """The plane of two dimensions through `z`: `(len(y), len(x), C, H, W)`, the first y in the first row."""
    columns = varied(z, dim_x, x)  # (X, D)
    codes = columns.repeat(len(y), 1)  # (Y·X, D)
    codes[:, dim_y] = torch.as_tensor(y, dtype=z.dtype).repeat_interleave(len(x))
    return decode(model, codes, label).unflatten(0, (len(y), len(x)))


@torch.no_grad()
def decode(model: Model, codes: Tensor, labels: Tensor | int | None = None) -> Tensor:
    """Codes `(n, D)` → mean images `(n, C, H, W)` in [0, 1], on the CPU.

    labels: the class of all or of each `(n,)`, for a conditional model; other models ignore it.
    """
    device = model.device
    if isinstance(labels, int):
        labels = torch.full((len(codes),), labels)
    return model.decode(codes.to(device, torch.float32), None if labels is None else labels.to(device)).cpu()
