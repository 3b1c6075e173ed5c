"""Checks of a training run: alerts with a message and a remedy."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from ..config import TrainingFailed
from .measure import COLLAPSED_RATE


@dataclass(frozen=True)
class Alert:
    """One observation about a run: `kind` is its name, `message` describes it, `remedy` says what to try."""

    kind: str
    message: str
    remedy: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


def check_finite(terms: dict[str, float], step: int) -> None:
    """
    Raises:
        TrainingFailed: a term is NaN or infinite; the message names the terms.
    """
    not_finite = [f"{name} = {value}" for name, value in terms.items() if not math.isfinite(value)]
    if not_finite:
        raise TrainingFailed(
            f"At step {step} the loss was no longer a number ({', '.join(not_finite)}). "
            "Lower the learning rate (a third is a good try), set a clip norm, or use float32; "
            "the weights of the last evaluation are saved."
        )


def watch(history: list[dict[str, Any]]) -> list[Alert]:
    """The alerts for the evaluations so far (records of `metrics.jsonl`, oldest first)."""
    return [alert for monitor in MONITORS if (alert := monitor(history)) is not None]


def losses_of(history: list[dict[str, Any]]) -> list[float]:
    """−ELBO of each evaluation in nats, its distortion for a model without a prior."""
    return [-record["elbo"] if record.get("elbo") is not None else record["distortion"] for record in history]


def loss_spike(history: list[dict[str, Any]]) -> Alert | None:
    """The newest distortion + rate is far above the best so far."""
    totals = losses_of(history)
    if len(totals) < 3:
        return None
    best, newest = min(totals[:-1]), totals[-1]
    if newest - best <= 0.25 * abs(best) + 1:
        return None
    return Alert(
        "loss spike",
        f"The loss jumped to {newest:.1f} nats after {best:.1f}.",
        "Lower the learning rate, set a clip norm, or give β a longer warm-up.",
    )


def collapsed_dimensions(history: list[dict[str, Any]]) -> Alert | None:
    """Dimensions whose mean KL is below 0.01 nats."""
    rates = history[-1].get("rate_per_dim") if history else None
    if not rates:
        return None
    collapsed = sum(rate < COLLAPSED_RATE for rate in rates)
    if collapsed == 0:
        return None
    if collapsed == len(rates):
        return Alert(
            "posterior collapse",
            f"All {collapsed} latent dimensions carry less than {COLLAPSED_RATE} nats: the decoder ignores the code.",
            "Lower β, or warm it up linearly over the first epochs.",
        )
    return Alert(
        "collapsed dimensions",
        f"{collapsed} of {len(rates)} latent dimensions carry less than {COLLAPSED_RATE} nats.",
        "Expected at a large β; for more active dimensions lower β, warm it up, or train longer.",
    )


def exploding_variance(history: list[dict[str, Any]]) -> Alert | None:
    """The aggregate of the codes lies far outside the prior: a rate per dimension beyond any useful code."""
    rates = history[-1].get("rate_per_dim") if history else None
    if not rates or max(rates) < 50:
        return None
    worst = max(range(len(rates)), key=rates.__getitem__)
    return Alert(
        "exploding variance",
        f"Latent dimension {worst} has a KL of {max(rates):.0f} nats: its codes left the prior.",
        "Raise β, lower the learning rate, or set a clip norm.",
    )


MONITORS = (loss_spike, collapsed_dimensions, exploding_variance)
