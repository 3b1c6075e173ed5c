"""A slider per latent dimension."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import Latents
from vae_core.runs import Run

from ..components import mount
from ..images.originals import missing_data_notice
from ..live.props import rates_props
from ..runs.conditions import class_in_view, condition
from .plane import plane
from .position import current_code, current_reach, remember
from .props import traversal_props


def sliders(run: Run, codes: Latents) -> None:
    """The sliders with the decoded image, and on request a plane of two dimensions."""
    z, row = current_code(run, codes)
    reach = current_reach()
    key = f"traverse.live.{run.id}"

    def changed() -> None:
        remember(run, key, codes.dims)

    label = class_in_view(run, codes, row)
    props = traversal_props(run, codes, z, row, reach, condition(run, label)) | {"rates": rates_props(run)}
    event = mount(
        "traversal",
        key,
        props,
        on_z_change=changed,
        on_reach_change=changed,
        on_names_change=changed,
        on_gone_change=lambda: None,
    )
    if event.get("gone"):
        st.rerun()  # the frame shows the reason, and another run
    missing_data_notice(run)
    if codes.dims > 1 and st.toggle("Plane of two dimensions", key="traverse.plane"):
        plane(run, codes, reach, label)
