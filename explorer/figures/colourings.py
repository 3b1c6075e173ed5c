"""What a map of codes can be coloured by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_core.analysis import Latents


@dataclass(frozen=True)
class Colouring:
    """What colours a map: `values` `(N,)`; `names` of the classes when they are classes, else a `unit`.

    source: where a browser component finds the values in the run's file of codes.
    """

    title: str
    values: NDArray
    source: str
    names: tuple[str, ...] = ()
    unit: str = ""


#: Dimensions that a map can be coloured by: those that carry most.
MOST_DIMENSIONS = 64


def colourings(codes: Latents) -> dict[str, Colouring]:
    """Title → what a map of these codes can be coloured by: label, factors, rate, distortion, single dimensions."""
    options: dict[str, Colouring] = {}
    if codes.labels is not None and codes.class_names:
        options["Label"] = Colouring("Label", codes.labels, "labels", codes.class_names)
    for column, name in enumerate(codes.factor_names):
        assert codes.factors is not None, "factor names come with factors"
        options[f"Factor: {name.replace('_', ' ')}"] = Colouring(
            name.replace("_", " "), codes.factors[:, column], f"factors:{column}"
        )
    if codes.rate is not None:
        options["Rate (KL)"] = Colouring("rate", codes.rate.sum(1), "rate", unit="nats")
    if not np.isnan(codes.distortion).any():
        options["Distortion"] = Colouring("distortion", codes.distortion, "distortion", unit="nats")
    for dim in codes.order()[:MOST_DIMENSIONS]:
        options[f"z{dim}"] = Colouring(codes.title(dim), codes.mu[:, dim], f"z:{dim}")
    return options
