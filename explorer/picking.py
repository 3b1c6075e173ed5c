"""Picked images as a table to take away."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from vae_core.analysis import Latents


def table_of(codes: Latents, rows: Sequence[int]) -> pd.DataFrame:
    """One row per picked test image: label, factors, rate and distortion in nats, and its code."""
    chosen = list(rows)
    found: dict[str, object] = {"test_image": chosen}
    if codes.labels is not None:
        labels = codes.labels[chosen]
        found["label"] = [codes.class_names[int(label)] for label in labels] if codes.class_names else labels
    for column, name in enumerate(codes.factor_names):
        assert codes.factors is not None, "factor names come with factors"
        found[name] = codes.factors[chosen, column]
    if codes.rate is not None:
        found["rate_nats"] = codes.rate[chosen].sum(1)
    found["distortion_nats"] = codes.distortion[chosen]
    return pd.DataFrame(found | {f"z{dim}": codes.mu[chosen, dim] for dim in range(codes.dims)})
