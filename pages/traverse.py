"""Traverse: move one latent dimension at a time and watch the image."""

import random

import streamlit as st
import torch

from explorer import library
from explorer.images import png_address, sheet
from explorer.pictures import caption_of, originals, say_what_is_missing, show_large
from explorer.sliders import VISIBLE, code_sliders, limits, set_sliders
from explorer.state import session, show_in_address
from explorer.widgets import current_run, empty_state
from vae_core.analysis import Latents, decode, manifold, traverse
from vae_core.runs import Run

STEPS = 11
PLANE = 13
START = "traverse.start"


def start_from(run: Run, z: list[float], row: int | None = None) -> None:
    """Put the sliders on a code; `row` is the test image it belongs to."""
    session().z[run.id] = z
    set_sliders(run, z)
    st.session_state[START] = (run.id, row)


def start_from_image(run: Run, codes: Latents, row: int) -> None:
    start_from(run, codes.mu[row].tolist(), row)


def start_from_prior(run: Run) -> None:
    start_from(run, library.model_of(run).prior_sample(1)[0].tolist())


def current_code(run: Run, codes: Latents) -> list[float]:
    """Where the sliders stand; a code of another length (an edited link) is left, with a word."""
    z = session().z.get(run.id)
    if z is None:
        row = next(iter(session().picked()), 0)
        start_from_image(run, codes, row if row < len(codes) else 0)
    elif len(z) != codes.dims:
        st.warning(
            f"The link's code has {len(z)} numbers and this model {codes.dims} dimensions; starting at a test image."
        )
        start_from_image(run, codes, 0)
    return session().z[run.id]


def starts(run: Run, codes: Latents) -> None:
    """Where to begin."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        centre = codes.spread()[0].tolist()
        st.button(
            "Prior mean" if codes.rate is not None else "Mean code",
            on_click=start_from,
            args=(run, centre),
            key="traverse.mean",
        )
        st.button("Random draw", on_click=start_from_prior, args=(run,), key="traverse.draw", icon=":material/casino:")
        row = random.randrange(len(codes))
        st.button(
            "Random image",
            on_click=start_from_image,
            args=(run, codes, row),
            key="traverse.any",
            icon=":material/shuffle:",
        )
        for pick in session().picked()[:3]:
            if pick < len(codes):
                st.button(
                    f"Pick {pick}", on_click=start_from_image, args=(run, codes, pick), key=f"traverse.pick.{pick}"
                )


def strip(run: Run, codes: Latents, z: torch.Tensor, reach: float) -> None:
    """Each dimension from one end of its slider to the other, the rest held."""
    for dim in codes.order()[:VISIBLE]:
        low, high = limits(codes, dim, reach)
        images = traverse(library.model_of(run), z, dim, torch.linspace(low, high, STEPS).tolist())
        words, pictures = st.columns([1, 12], vertical_alignment="center", gap="small")
        words.markdown(f"z{dim}" if dim not in codes.collapsed() else f":gray[z{dim}]")
        pictures.image(png_address(sheet(images, STEPS)), width="stretch", alt=f"Traversal of dimension {dim}")


def plane(run: Run, codes: Latents, z: torch.Tensor, reach: float) -> None:
    """Two dimensions at once."""
    order = codes.order()
    if len(order) < 2:
        st.caption("A plane needs two latent dimensions; this model has one.")
        return
    across, down = st.columns(2)
    x = across.selectbox("Across", order, key=f"traverse.x.{run.id}", format_func=lambda dim: f"z{dim}")
    y = down.selectbox(
        "Up", [dim for dim in order if dim != x], key=f"traverse.y.{run.id}", format_func=lambda dim: f"z{dim}"
    )
    to_right = torch.linspace(*limits(codes, x, reach), PLANE).tolist()
    to_top = torch.linspace(*limits(codes, y, reach), PLANE).flip(0).tolist()
    images = manifold(library.model_of(run), z, x, y, to_right, to_top).flatten(0, 1)
    st.image(png_address(sheet(images, PLANE, side=48)), width="stretch", alt=f"The plane of z{x} and z{y}")


@st.fragment
def explore(run: Run, codes: Latents) -> None:
    z = current_code(run, codes)
    starts(run, codes)
    with st.container(key="lead-traverse"):
        left, middle, right = st.columns([5, 5, 9], gap="medium")
    with left:
        reach = st.segmented_control(
            "Range",
            [2.0, 3.0, 4.0],
            default=3.0,
            required=True,
            format_func=lambda r: f"± {r:g} σ",
            key="traverse.reach",
        )
        z = session().z[run.id] = code_sliders(run, codes, z, reach)
    code = torch.tensor(z)
    with middle:
        show_large(decode(library.model_of(run), code[None])[0], "decoded from the sliders")
        begun, row = st.session_state.get(START, (None, None))
        if begun == run.id and row is not None:
            found = originals(run, [row])
            if found is not None:
                show_large(found[0], f"{caption_of(run, row)}, where you started", side=192, width=192)
        say_what_is_missing(run)
    with right:
        every, two = st.tabs(["Every dimension", "Plane of two"])
        with every:
            strip(run, codes, code, reach)
        with two:
            plane(run, codes, code, reach)
    show_in_address()


st.title("Traverse")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    explore(run, library.latents(run))
