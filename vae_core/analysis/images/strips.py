"""Strips: what single dimensions move, from the code of one test image; cached, so that a card needs no model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...runs import Run
from ...training.batches import as_bytes
from ..cache import cached
from ..codes.latents import Latents
from .traversal import traverse_all

#: The quantiles of the codes that a strip goes between; beyond them a decoder has seen no images.
ENDS = (0.02, 0.98)
#: The test image that strips start from.
ANCHOR = 0


def ends(codes: Latents, dim: int) -> tuple[float, float]:
    """Where the strip of a dimension begins and ends: the quantiles `ENDS` of its codes, or the code it starts from."""
    low, high = np.quantile(codes.mu[:, dim], ENDS)
    start = codes.mu[ANCHOR, dim]
    return float(min(low, start)), float(max(high, start))


def strips(run: Run, codes: Latents, dims: Sequence[int], count: int) -> Tensor:
    """`traversals`, cached in the run."""

    def compute() -> tuple[dict[str, Tensor], dict[str, object]]:
        return {"images": traversals(run, codes, dims, count)}, {}

    return cached(run, "strips", what_is_shown(codes, dims, count), compute)[0]["images"]


def what_is_shown(codes: Latents, dims: Sequence[int], count: int) -> dict[str, object]:
    """The parameters under which `traversals`, or a picture of them, is cached."""
    return {"dims": list(dims), "count": count, "ends": ENDS, "anchor": ANCHOR, "codes": len(codes)}


def traversals(run: Run, codes: Latents, dims: Sequence[int], count: int) -> Tensor:
    """`count` images from end to end of each of these dimensions: `(len(dims), count, C, H, W)` uint8."""
    values = [torch.linspace(*ends(codes, dim), count).tolist() for dim in dims]
    return as_bytes(traverse_all(run.model(), torch.from_numpy(codes.mu[ANCHOR]), dims, values))
