"""What a program needs to know of an exported model beside its graphs."""

from __future__ import annotations

from typing import Any

from ..analysis import latents_of
from ..config import BetascopeError
from ..models import family
from ..runs import Run

#: Of the description; a reader refuses a newer one.
VERSION = 1


def describe(run: Run) -> dict[str, Any]:
    """The model of a run as plain values.

    shape: (C, H, W) of images in [0, 1]; dims: D, the length of a code; order: dimensions by what they carry, the most
    informative first; centre, spread `(D,)`: of the range that a slider should cover, in units of the code; condition: what
    the second input is, "class", "beta" or None; classes: their names; betas: the range of β; weights: hash of the weights
    file. order, centre and spread are None where neither codes nor data are at hand.
    """
    config = run.config
    model = config.model
    kind = family(config.family)
    values: dict[str, Any] = {
        "format": VERSION,
        "run": run.id,
        "name": config.name,
        "family": config.family,
        "title": kind.title,
        "formula": kind.formula,
        "data": config.data.name,
        "shape": list(model.shape),
        "dims": model.code_width,
        "condition": "class" if kind.conditional else "beta" if model.betas else None,
        "classes": [str(index) for index in range(model.classes)] if kind.conditional else [],
        "betas": list(model.betas) if model.betas else None,
        "beta": config.beta if run.requested_beta is None else run.requested_beta,
        "names": {str(dim): name for dim, name in run.notes().names.items()},
        "weights": run.weights_hash(),
        "licence": "",
    }
    try:
        codes = latents_of(run)
    except BetascopeError:
        return values | {"order": None, "centre": None, "spread": None}
    centre, spread = codes.spread()
    if kind.conditional and codes.class_names:
        values["classes"] = list(codes.class_names)
    return values | {"order": codes.order(), "centre": centre.tolist(), "spread": spread.tolist()}
