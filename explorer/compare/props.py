"""Props of the comparison components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vae_core.analysis import IMAGES, match_dimensions, rate_point
from vae_core.runs import Run

from .. import library
from ..figures.style import COLOURS
from ..live.props import about, dimensions, rates_props
from ..runs.conditions import condition


def comparison_props(
    runs: Sequence[Run], names: Mapping[str, str], reference: int, image: int, move: Mapping[int, float], reach: float
) -> dict[str, Any]:
    """For compare.js: runs on the same images, their codes of test image `image`, and matched dimensions.

    reference: index of the run whose dimensions the sliders are; move: dimension → distance in standard deviations;
    reach: standard deviations that a slider spans to either side.
    """
    codes_of_runs = [library.latents(run, [image]) for run in runs]
    base = codes_of_runs[reference]
    centre, deviation = base.spread()
    views = []
    for run, codes in zip(runs, codes_of_runs, strict=True):
        matches = match_dimensions(base, codes)
        views.append(
            about(run)
            | {
                "title": names[run.id],
                "condition": condition(run, None if codes.labels is None else int(codes.labels[image])),
                "z": codes.mu[image].tolist(),
                "deviation": codes.spread()[1].tolist(),
                "matches": [
                    match and {"dim": match.dim, "sign": match.sign, "r": match.correlation} for match in matches
                ],
            }
        )
    return dimensions(base) | {
        "runs": views,
        "reference": reference,
        "low": (centre - reach * deviation).tolist(),
        "high": (centre + reach * deviation).tolist(),
        "move": {str(dim): amount for dim, amount in move.items()},
    }


def multirate_props(
    run: Run, runs: Sequence[Run], names: Mapping[str, str], rows: Sequence[int]
) -> dict[str, Any] | None:
    """For multirate.js: the curve of a run conditioned on β, and the others' rates and distortions on the same images.

    rows: test images to reconstruct. None for a run without a curve.
    """
    curve = rates_props(run)
    if curve is None:
        return None
    others = []
    for index, other in enumerate(runs):
        rate, distortion = rate_point(other) if other.id != run.id else (None, 0.0)
        if rate is not None:
            colour = COLOURS[index % len(COLOURS)]
            others.append({"title": names[other.id], "colour": colour, "rate": rate, "distortion": distortion})
    images = min(IMAGES, len(library.latents(run)))
    return about(run) | {"rows": list(rows), "at": curve["at"], "curve": curve | {"images": images}, "others": others}
