"""The map to show: PCA while a slow one is laid out."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import PROJECTIONS, MapConfig
from vae_core.runs import Run

from ..jobs import maps

#: Session key: run and settings of the layout that was stopped.
STOPPED = "map.stopped"


def map_to_show(run: Run, config: MapConfig) -> MapConfig:
    """The requested map; PCA while a slow one is laid out in the map process, was stopped, or has failed."""
    pca = config.replace(method="pca", density=False)
    title, settings = PROJECTIONS[config.method].title, (run.id, run.requested_beta, config)
    if not PROJECTIONS[config.method].slow:
        return config
    if st.session_state.get(STOPPED) == settings:
        st.info(f"{title} was stopped; PCA is shown.", icon=":material/stop_circle:")
        st.button(f"Lay out {title}", on_click=st.session_state.pop, args=(STOPPED,), key="map.go")
        return pca
    job = maps.lay_out(run, config)
    if job is None:
        return config
    if job.error:
        st.error(f"{title} failed: {job.error} PCA is shown instead.", icon=":material/error:")
        st.button("Try again", on_click=maps.forget, args=(run, config), key="map.again")
        return pca

    def stop() -> None:
        maps.forget(run, config)
        st.session_state[STOPPED] = settings

    @st.fragment(run_every=0.5)
    def watch() -> None:
        current = maps.lay_out(run, config)
        if current is None or current.error:
            st.rerun()
        text = f"{title} is being laid out, {current.seconds():.0f} s so far; PCA is shown meanwhile."
        if not current.share and current.seconds() > 6:
            text += " The first map on a machine takes half a minute more, to compile."
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, current.share), text=text)
            st.button("Stop", on_click=stop, key="map.stop", type="tertiary", icon=":material/close:")

    watch()
    return pca
