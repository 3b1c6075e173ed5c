"""Paths between codes: straight lines, or arcs on the sphere near which most of a Gaussian's mass lies."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def linear(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """(1 − t)·a + t·b. a, b `(D,)`, t `(n,)` in [0, 1] → `(n, D)`."""
    return torch.lerp(a, b, t[:, None])


def spherical(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Slerp (Shoemake 1985; for latent spaces White 2016, §2.1) of the direction, with linearly interpolated length.

    a, b `(D,)`, t `(n,)` in [0, 1] → `(n, D)`. Where the directions are parallel, opposite or undefined, the
    arc is not unique and the straight line is used.
    """
    length_a, length_b = a.norm(), b.norm()
    if length_a < 1e-6 or length_b < 1e-6:
        return linear(a, b, t)
    cosine = torch.dot(a, b) / (length_a * length_b)
    angle = torch.acos(cosine.clamp(-1, 1))
    if torch.sin(angle) < 1e-4:
        return linear(a, b, t)
    t = t[:, None]
    direction = (torch.sin((1 - t) * angle) * a / length_a + torch.sin(t * angle) * b / length_b) / torch.sin(angle)
    return direction * torch.lerp(length_a, length_b, t)


INTERPOLATIONS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "linear": linear,
    "spherical": spherical,
}


def walk(places: Tensor, t: Tensor, mode: str = "linear") -> Tensor:
    """Codes on the path through all of `places (K, D)` in order; every segment takes the same share of t.

    t `(n,)` in [0, 1]: 0 is the first place, 1 the last → `(n, D)`.
    """
    segments = len(places) - 1
    if segments == 0:
        return places.expand(len(t), -1).clone()
    position = t * segments
    segment = position.long().clamp(max=segments - 1)
    codes = places.new_empty(len(t), places.shape[1])
    for k in range(segments):
        rows = segment == k
        codes[rows] = INTERPOLATIONS[mode](places[k], places[k + 1], position[rows] - k)
    return codes
