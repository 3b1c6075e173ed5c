"""Props that several components take: plain values that become JSON."""

from __future__ import annotations

from typing import Any

from vae_core.analysis import Latents, rate_curve
from vae_core.config import BetascopeError
from vae_core.runs import Run

#: Moments of a training without which a slider over time has nothing to show.
FEWEST = 3


def about(run: Run) -> dict[str, Any]:
    """What every component needs: the run, the version of its weights, and the shape of images (C, H, W)."""
    return {"run": run.id, "version": run.weights_hash(), "shape": list(run.config.model.shape)}


def dimensions(codes: Latents) -> dict[str, Any]:
    """The order of sliders, and the information in each dimension."""
    return {
        "order": codes.order(),
        "collapsed": codes.collapsed(),
        "weights": codes.weight_per_dim().tolist(),
        "unit": "change of the image" if codes.drawn else "nats" if codes.rate is not None else "variance",
        "names": {str(dim): name for dim, name in codes.names.items()},
    }


def rates_props(run: Run) -> dict[str, Any] | None:
    """For beta.js: the curve over β, and the index of the β in view; None for a model that is not conditioned on β, or without data."""
    if run.config.model.betas is None or run.requested_beta is None:
        return None
    try:
        curve = rate_curve(run)
    except BetascopeError:
        return None  # the data is not available, which the page shows
    steps = curve.betas.tolist()
    return {
        "betas": steps,
        "at": steps.index(run.requested_beta),
        "rate": curve.rate.tolist(),
        "distortion": curve.distortion.tolist(),
        "per_dim": curve.rate_per_dim.tolist(),
    }


def training_props(run: Run | None) -> dict[str, Any] | None:
    """For training.js: the run's id at the end of its training, the steps of its moments, the one in view, −ELBO at each; None
    without enough of them."""
    moments = [] if run is None else run.moments()
    if run is None or len(moments) < FEWEST:
        return None
    whole = run.at_step(None)
    losses = {record["step"]: -record["elbo"] for record in whole.history() if record.get("elbo") is not None}
    steps = [step for step, _ in moments]
    return {
        "run": whole.id,
        "steps": steps,
        "at": steps.index(run.requested_step) if run.requested_step is not None else len(steps) - 1,
        "loss": [losses.get(step) for step in steps],
        "total": int(whole.status().get("total", steps[-1])),
        "trains": whole.status()["state"] == "running",
    }


def moment_props(run: Run) -> dict[str, Any] | None:
    """For components that follow the slider: the run at its end, and which moment they show."""
    props = training_props(run)
    return None if props is None else {"run": props["run"], "at": props["at"], "count": len(props["steps"])}
