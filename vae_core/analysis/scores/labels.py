"""What each dimension moves: a person's name for it, else the ground-truth factor that it tells most about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...metrics.coded import MetricError
from ...runs import Run
from ..codes.latents import Latents
from .responses import information_in_view

#: A dimension is labelled with a factor if it has at least this share of the factor's entropy.
CLEAR = 0.3


@dataclass(frozen=True)
class Label:
    """text: a person's name or a factor; share: I(z; factor) over the factor's entropy, None for a person's name."""

    text: str
    share: float | None = None


def labels_of(run: Run, codes: Latents) -> dict[int, Label]:
    """Dimension → label, those that show most first: named ones, then one dimension for each factor by their share."""
    weight = codes.weight_per_dim()
    labels = {dim: Label(name) for dim, name in run.notes().names.items() if dim < codes.dims}
    labels = dict(sorted(labels.items(), key=lambda item: -weight[item[0]]))
    try:
        shares, factors, _ = information_in_view(run, codes)
    except MetricError:
        return labels
    taken: set[int] = set()
    for index in np.argsort(-shares, axis=None, kind="stable"):
        dim, factor = (int(place) for place in np.unravel_index(index, shares.shape))
        if shares[dim, factor] < CLEAR:
            break
        if dim not in labels and factor not in taken:
            labels[dim] = Label(factors[factor].replace("_", " "), float(shares[dim, factor]))
            taken.add(factor)
    return labels


def best_dimensions(run: Run, codes: Latents, count: int = 3) -> dict[int, Label | None]:
    """The `count` dimensions that show most, with their labels; those with the highest rate where too few have one. One dimension of a
    code that has collapsed as a whole.
    """
    labels: dict[int, Label | None] = {**labels_of(run, codes)}
    silent = set(codes.collapsed())
    for dim in codes.order():
        if dim not in silent:
            labels.setdefault(dim, None)
    if not labels:
        labels[codes.order()[0]] = None
    return dict(list(labels.items())[:count])
