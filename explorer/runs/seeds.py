"""Runs that differ by their seed: how well they agree, and the most reproducible one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.analysis import SEEDS, Reproducibility, seed_groups
from vae_core.config import BetascopeError
from vae_core.glossary import meaning
from vae_core.runs import Run

from .. import library
from ..figures.agreement import agreement_figure
from ..figures.style import PLAIN
from ..presses import pressed
from .actions import delete, explore


def seeds_panel(runs: Sequence[Run], page: str) -> None:
    """For each group of seeds among these trained runs: the agreement of each pair, and the seed that is picked.

    page: for the keys of its widgets.
    """
    for group in seed_groups(runs):
        with st.container(key=f"{page}-seeds-{group[0].id}".replace("/", "-")):
            st.markdown(
                "**How well the seeds agree**",
                help=f"{meaning('UDR')} From 0 to 1; a seed's UDR is the median of its row. Dimensions that a model finds again from another start tend to be disentangled; neither "
                "labels nor factors are looked at.",
            )
            try:
                found = library.reproducibility(group)
            except BetascopeError as error:
                st.caption(str(error))
                continue
            key = f"{page}.seeds.{group[0].id}"
            st.plotly_chart(agreement_figure(found), key=key, config=PLAIN, alt="How well the seeds agree")
            st.caption(found.reason)
            if len(group) >= SEEDS:
                _actions(found, key)


def _actions(found: Reproducibility, key: str) -> None:
    """Buttons: explore the seed that is picked, and delete the others."""
    picked = found.picked
    others = [run.id for run in found.runs if run is not picked and not run.id.startswith("gallery/")]
    with st.container(horizontal=True):
        label = f"Explore seed {picked.config.train.seed}"
        if pressed(label, key=f"{key}.explore", type="primary", icon=":material/tune:"):
            explore(picked)
        if others:
            with st.popover("Keep only this one", icon=":material/filter_1:", key=f"{key}.keep"):
                st.caption(f"Deletes {len(others)} runs: {', '.join(others)}.")
                if pressed("Delete them for good", key=f"{key}.delete", icon=":material/delete:"):
                    delete(others)
