"""A run's state and its bound in words."""

from __future__ import annotations

from vae_core.runs import Run

from .. import library

#: State → colour and words of its badge; a finished run needs none.
BADGES = {
    "queued": ("gray", "waiting"),
    "running": ("blue", "training"),
    "paused": ("orange", "paused"),
    "failed": ("red", "failed"),
    "cancelled": ("gray", "cancelled"),
}


def bound(run: Run) -> str:
    """ "−ELBO 35.2 = 20.1 + 15.1 nats": distortion + rate; the distortion alone without a prior; "" before any."""
    found = library.numbers(run)
    if found.get("elbo") is not None:
        return f"−ELBO {-found['elbo']:.1f} nats = distortion {found['distortion']:.1f} + rate {found['rate']:.1f}"
    return f"Distortion {found['distortion']:.1f} nats per image" if found else ""
