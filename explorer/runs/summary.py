"""A run's state, its ELBO and the labels that it saw, as text."""

from __future__ import annotations

from typing import Literal

from vae_core.runs import Run

from .. import library

#: State → colour and label of its badge; a finished run has none.
BADGES: dict[str, tuple[Literal["gray", "blue", "orange", "red"], str]] = {
    "queued": ("gray", "waiting"),
    "running": ("blue", "training"),
    "paused": ("orange", "paused"),
    "failed": ("red", "failed"),
    "cancelled": ("gray", "cancelled"),
}


def bound(run: Run) -> str:
    """ "−ELBO 35.2 = 20.1 + 15.1 nats": distortion + rate; the distortion alone without a prior; "" before any."""
    numbers = library.numbers(run)
    if all(numbers.get(name) is not None for name in ("elbo", "distortion", "rate")):
        return (
            f"−ELBO {-numbers['elbo']:.1f} nats = distortion {numbers['distortion']:.1f} + rate {numbers['rate']:.1f}"
        )
    return (
        f"Distortion {numbers['distortion']:.1f} nats per {run.config.item}"
        if numbers.get("distortion") is not None
        else ""
    )


def labels_seen(run: Run) -> str:
    """ "Saw the labels of 1,000 of 54,000 images": of families that see those of a few; "" for others."""
    config = run.config.model
    seen = getattr(config, "labels", None)
    return "" if seen is None else f"Saw the labels of {seen:,} of {config.train_size:,} images"
