"""Which map to show: the method and its options, and what stands in for it while it is laid out."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import ALL, LIMIT, PROJECTIONS, MapConfig
from vae_core.runs import Run

from . import library, map_desk
from .widgets import labels, recalled

FEWER = (1000, 2500)
FLAT, DENSE, SPACE = "Flat", "densMAP", "3-D"
SHAPES = {"umap": (FLAT, DENSE, SPACE), "pca": (FLAT, SPACE)}
STOPPED = "map.stopped"


def choose(run: Run) -> MapConfig:
    """The method, the number of points, and how they lie."""
    codes = library.latents(run)
    methods = [name for name in PROJECTIONS if name != "plane"]
    methods = ["plane", *methods] if codes.dims == 2 else methods
    with st.container(key="flow-map"):
        first, second, third, fourth = st.columns([1.4, 1, 1, 1], vertical_alignment="bottom")
    with first:
        method = recalled(
            st.segmented_control, "Projection", methods, "method", f"map.method.{codes.dims == 2}",
            required=True, format_func=lambda name: PROJECTIONS[name].title,
        )  # fmt: skip
    shape, like = FLAT, ""
    if method in SHAPES:
        with second:
            shape = recalled(
                st.segmented_control, "Shape", SHAPES[method], "shape", f"map.shape.{method}", required=True,
                help="densMAP keeps crowded places crowded (Narayan et al. 2021). In 3-D, drag to turn.",
            )  # fmt: skip
    with third:
        limits = [limit for limit in FEWER if limit < len(codes)] + [LIMIT]
        if library.has_more_codes(run):
            limits.append(ALL)
        names = {limit: f"{limit:,}" for limit in limits} | {LIMIT: f"{len(codes):,}", ALL: "All test images"}
        limit = recalled(st.selectbox, "Points", limits, "points", f"map.limit.{run.id}", LIMIT, format_func=names.get)
    others = same_images(run)
    if PROJECTIONS[method].slow and shape == FLAT and others:
        with fourth:
            like = recalled(
                st.selectbox, "Keep the places of", ["", *others], "like", f"map.like.{run.id}",
                format_func=(others | {"": "no other model"}).__getitem__,
                help="Starts from that model's map of the same images: what moves is what the models see differently.",
            )  # fmt: skip
    return MapConfig(method=method, limit=limit, dims=3 if shape == SPACE else 2, density=shape == DENSE, like=like)


def same_images(run: Run) -> dict[str, str]:
    """Id → label of the other runs that saw the images of this one."""
    runs = [other for other in library.openable_runs() if other.config.fingerprint == run.config.fingerprint]
    names = labels(runs)
    return {other.id: names[other.id] for other in runs if other.id != run.id and other.status()["state"] == "done"}


def wait_for(run: Run, config: MapConfig) -> MapConfig:
    """The map to show now: PCA while a slow one is laid out elsewhere."""
    meanwhile = config.replace(method="pca", density=False, like="")
    title, asked = PROJECTIONS[config.method].title, (run.id, run.asked, config)
    if not PROJECTIONS[config.method].slow:
        return config
    if st.session_state.get(STOPPED) == asked:
        st.info(f"{title} was stopped; PCA is shown.", icon=":material/stop_circle:")
        st.button(f"Lay out {title}", on_click=st.session_state.pop, args=(STOPPED,), key="map.go")
        return meanwhile
    job = map_desk.lay_out(run, config)
    if job is None:
        return config
    if job.error:
        st.error(f"{title} failed: {job.error} PCA is shown instead.", icon=":material/error:")
        st.button("Try again", on_click=map_desk.forget, args=(run, config), key="map.again")
        return meanwhile

    def stop() -> None:
        map_desk.forget(run, config)
        st.session_state[STOPPED] = asked

    @st.fragment(run_every=0.5)
    def watch() -> None:
        now = map_desk.lay_out(run, config)
        if now is None or now.error:
            st.rerun()
        words = f"{title} is being laid out, {now.seconds():.0f} s so far; PCA is shown meanwhile."
        if not now.share and now.seconds() > 6:
            words += " The first map after a start waits for half a minute of compiling."
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, now.share), text=words)
            st.button("Stop", on_click=stop, key="map.stop", type="tertiary", icon=":material/close:")

    watch()
    return meanwhile
