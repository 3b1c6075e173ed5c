"""Mix: content from one image, style from another, live."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import streamlit as st

from vae_core.analysis import Latents, latents_file
from vae_core.analysis.apply.mix import factor_dimensions, mixed
from vae_core.analysis.scores.responses import information_in_view
from vae_core.metrics.coded import MetricError
from vae_core.runs import Run

from .. import library
from ..components import mount, state_value
from ..images.originals import missing_data_notice
from ..live.props import about, dimensions
from ..navigation import go
from ..presses import pressed
from ..runs.conditions import condition_field, set_condition
from ..state import session
from .needs import is_of_indices
from .view import Mix


def mix(run: Run) -> None:
    """The component, and buttons that go on with what is mixed."""
    if is_of_indices(run, "there is nothing between two of them to mix; Traverse swaps single entries"):
        return
    codes = library.latents(run)
    key = f"apply.mix.{run.id}"
    view = Mix.from_text(session().view.get("mix", ""), codes, session().picked())
    if run.config.model.betas:
        condition_field(run, codes)

    def changed() -> None:
        fresh = Mix.from_values(state_value(key, "mix"), codes)
        if fresh is not None:
            session().set_view("mix", fresh.to_text())

    event = mount("mix", key, mix_props(run, codes, view), on_mix_change=changed, on_gone_change=lambda: None)
    if event.get("gone"):
        st.rerun()
    with st.container(horizontal=True):
        if pressed("Open in Traverse", icon=":material/tune:", key="apply.mix.traverse"):
            dims = range(codes.dims) if view.taken is None else view.taken
            session().set_code(run.id, mixed(codes.mu[view.a], codes.mu[view.b], dims, view.share).tolist())
            if library.model_of(run).conditional and codes.labels is not None:
                set_condition(run, int(codes.labels[view.a]))
            go("traverse")
        if pressed("Path from A to B", icon=":material/conversion_path:", key="apply.mix.interpolate"):
            session().set_view("keys", f"{view.a}~{view.b}")
            go("interpolate")
    missing_data_notice(run)


def mix_props(run: Run, codes: Latents, view: Mix) -> dict[str, Any]:
    """For mix.js."""
    centre, deviation = codes.spread()
    file = latents_file(run)

    def partner(row: int) -> dict[str, Any]:
        return {
            "row": row,
            "z": codes.mu[row].tolist(),
            "label": None if codes.labels is None else int(codes.labels[row]),
        }

    return (
        about(run)
        | dimensions(codes)
        | {
            "a": partner(view.a),
            "b": partner(view.b),
            "taken": view.taken,
            "share": view.share,
            "centre": centre.tolist(),
            "deviation": deviation.tolist(),
            "factors": factors_of(run, codes),
            "classes": library.model_of(run).conditional,
            "condition": run.requested_beta,
            "images": len(codes),
            "codes": file.name if file.exists() else None,
        }
    )


def factors_of(run: Run, codes: Latents) -> list[dict[str, Any]]:
    """The ground-truth factors with the dimensions that stand for them; none without factors, or with too few images."""
    try:
        share, names, _ = information_in_view(run, codes)
    except MetricError:
        return []
    return [asdict(factor) for factor in factor_dimensions(share, [name.replace("_", " ") for name in names])]
