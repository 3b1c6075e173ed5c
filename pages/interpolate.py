"""Interpolate: walk from one image to another through latent space."""

import random

import numpy as np
import streamlit as st
import torch

from explorer import library
from explorer.figures import colourings, path_figure
from explorer.images import png, png_address, sheet
from explorer.pictures import caption_of, gif, originals, say_what_is_missing, show_large
from explorer.state import session
from explorer.widgets import current_run, empty_state
from vae_core.analysis import INTERPOLATIONS, Latents, MapConfig, decode, map_of, path, pca_axes
from vae_core.runs import Run


def ends(run: Run, codes: Latents) -> tuple[int, int]:
    """The two picked rows: the newest picks, else the first two images of different classes."""
    picked = [row for row in session().picked() if row < len(codes)]
    if len(picked) >= 2:
        return picked[-2], picked[-1]
    first = picked[0] if picked else 0
    if codes.labels is not None and (other := np.flatnonzero(codes.labels != codes.labels[first])).size:
        return first, int(other[0])
    return first, min(first + 1, len(codes) - 1) if first + 1 < len(codes) else 0


def put(a: int, b: int) -> None:
    """Make these the two ends."""
    session().pick([row for row in session().picked() if row not in (a, b)] + [a, b])
    st.session_state["interpolate.a"], st.session_state["interpolate.b"] = a, b


def choose(run: Run, codes: Latents) -> tuple[int, int, str, int]:
    """Both ends, the kind of path and its number of steps."""
    a, b = ends(run, codes)
    st.session_state["interpolate.a"], st.session_state["interpolate.b"] = a, b
    with st.container(key="flow-interpolate"):
        one, two, kind, count = st.columns([2, 2, 3, 3], vertical_alignment="bottom")
    last = len(codes) - 1
    a = one.number_input("From test image", 0, last, key="interpolate.a")
    b = two.number_input("to test image", 0, last, key="interpolate.b")
    with kind:
        mode = st.segmented_control(
            "Path",
            list(INTERPOLATIONS),
            default="linear",
            required=True,
            key="interpolate.mode",
            format_func=str.capitalize,
        )
    steps = count.slider("Steps", 3, 24, 11, key="interpolate.steps")
    if (a, b) != ends(run, codes):
        session().pick([row for row in session().picked() if row not in (a, b)] + ([a, b] if a != b else [a]))
    with st.container(horizontal=True):
        pair = random.sample(range(len(codes)), 2) if len(codes) > 1 else [0, 0]
        st.button("Random pair", on_click=put, args=pair, icon=":material/shuffle:", key="interpolate.random")
        st.button("Swap", on_click=put, args=(b, a), icon=":material/swap_horiz:", key="interpolate.swap")
    return int(a), int(b), mode, steps


@st.fragment
def walk(run: Run, codes: Latents, a: int, b: int, mode: str, steps: int) -> None:
    """The path as images, one of them large, and where it runs on the map."""
    line = path(torch.from_numpy(codes.mu[a]), torch.from_numpy(codes.mu[b]), steps, mode)  # (steps, D)
    images = decode(library.model_of(run), line)
    st.image(png_address(sheet(images, steps)), width="stretch", alt=f"{mode} path from test image {a} to {b}")
    now = (
        st.slider(
            "Along the path",
            1,
            steps,
            min(st.session_state.get("interpolate.now", (steps + 1) // 2), steps),
            key="interpolate.now",
        )
        - 1
    )
    with st.container(key="lead-interpolate"):
        left, middle, right, where = st.columns([3, 3, 3, 5], gap="medium")
    found = originals(run, [a, b])
    for column, row, name, index in ((left, a, "A", 0), (right, b, "B", -1)):
        with column:
            show_large(images[index] if found is None else found[index], f"{name}: {caption_of(run, row)}", side=256)
    with middle:
        show_large(images[now], f"step {now + 1} of {steps}", side=256)
    with where:
        figure, words = on_map(run, codes, line.numpy(), now)
        st.plotly_chart(
            figure, key=f"interpolate.map.{run.id}", config={"displaylogo": False}, alt="The path on the map"
        )
        st.caption(words)
    say_what_is_missing(run)
    with st.container(horizontal=True):
        name = f"{run.id.replace('/', '-')}-{a}-{b}-{mode}"
        st.download_button(
            "PNG",
            png(sheet(images, steps)),
            f"{name}.png",
            "image/png",
            icon=":material/download:",
            key="interpolate.png",
        )
        st.download_button(
            "GIF", gif(images), f"{name}.gif", "image/gif", icon=":material/movie:", key="interpolate.gif"
        )


def on_map(run: Run, codes: Latents, line: np.ndarray, now: int) -> tuple:
    """A flat map that any code can be placed on exactly: the plane itself, or PCA."""
    colouring = next(iter(colourings(codes).values()))
    if codes.dims == 2:
        return path_figure(codes.mu, colouring, line, now), "The path in the latent plane."
    mean, axes = pca_axes(codes.mu[:5000])
    points = map_of(run, MapConfig(method="pca"))
    return path_figure(
        points, colouring, (line - mean) @ axes, now
    ), "The path on the PCA map, seen along its two main directions."


st.title("Interpolate")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    codes = library.latents(run)
    a, b, mode, steps = choose(run, codes)
    if a == b:
        st.info("Both ends are the same image; choose another one to walk to.", icon=":material/info:")
    walk(run, codes, a, b, mode, steps)
