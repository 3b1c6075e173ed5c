"""Traverse: move one latent dimension at a time and watch the image."""

import numpy as np
import streamlit as st
import torch

from explorer import library
from explorer.components import mount, said
from explorer.conditions import class_in_view, condition, keep_condition
from explorer.images import png_address, sheet
from explorer.pictures import say_what_is_missing
from explorer.scenes import codes_scene, rates_scene, traversal_scene
from explorer.state import session, valid_code
from explorer.widgets import current_run, empty_state
from vae_core.analysis import Latents, manifold
from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run

PLANE = 13
REACHES = ("2", "3", "4", "6")


def current_code(run: Run, codes: Latents) -> tuple[list[float], int | None]:
    """Where the sliders stand, and the test image whose code that is; a code that does not fit is left, with a word."""
    z, row = session().z.get(run.id), session().view.get("row", "")
    if z is not None and valid_code(z, codes.dims) is None:
        fits = f"{codes.dims} dimensions, each within ±10,000"
        st.warning(f"The link's code has {len(z)} numbers and this model {fits}; starting at a test image.")
        z = None
    if z is None:
        start = next((row for row in session().picked() if row < len(codes)), 0)
        session().stand_at(run.id, codes.mu[start].tolist(), start)
        return session().z[run.id], start
    return z, int(row) if row.isdecimal() and int(row) < len(codes) else None


def remember(run: Run, key: str, dims: int) -> None:
    """Take over what the person did in the browser."""
    moved, reach = said(key, "z"), said(key, "reach")
    if isinstance(moved, dict) and (z := valid_code(moved.get("z"), dims)) is not None:
        row = moved.get("row")
        session().stand_at(run.id, z, row if isinstance(row, int) else None)
        keep_condition(run, moved.get("condition"))
    if str(reach) in REACHES:
        session().keep("reach", None if reach == 3 else str(reach))


def plane(run: Run, codes: Latents, reach: float, label: int | None) -> None:
    """Two dimensions at once, the others where the sliders stand."""
    order = codes.order()
    across, up, _ = st.columns([1, 1, 2])
    x = across.selectbox("Across", order, key=f"traverse.x.{run.id}", format_func=lambda dim: f"z{dim}")
    others = [dim for dim in order if dim != x]
    y = up.selectbox("Up", others, key=f"traverse.y.{run.id}", format_func=lambda dim: f"z{dim}")
    centre, deviation = codes.spread()
    steps = np.linspace(-reach, reach, PLANE)
    to_right = (centre[x] + steps * deviation[x]).tolist()
    to_top = (centre[y] - steps * deviation[y]).tolist()
    z = torch.tensor(session().z[run.id])
    images = manifold(library.model_of(run), z, x, y, to_right, to_top, label).flatten(0, 1)
    st.image(png_address(sheet(images, PLANE, side=48)), alt=f"The plane of z{x} and z{y}")


def explore_words(run: Run, codes: Latents) -> None:
    """A code that is a grid of words."""
    z, row = current_code(run, codes)
    key = f"traverse.words.{run.id}"
    found = mount(
        "codes", key, codes_scene(run, codes, z, row), on_z_change=lambda: remember(run, key, codes.dims), on_gone_change=lambda: None
    )  # fmt: skip
    if found.get("gone"):
        st.rerun()
    say_what_is_missing(run)
    numbers = library.numbers(run)
    if "perplexity" in numbers:
        size = run.config.model.to_dict()["codebook"]
        st.caption(
            f"On the whole test split {numbers['words_used']:.0f} of {size} words are said, with a perplexity of "
            f"{numbers['perplexity']:.1f} ({numbers['perplexity'] / size:.0%} of an even use)."
        )


def explore(run: Run, codes: Latents) -> None:
    z, row = current_code(run, codes)
    chosen = session().view.get("reach", "3")
    reach = float(chosen) if chosen in REACHES else 3.0
    key = f"traverse.live.{run.id}"

    def changed() -> None:
        remember(run, key, codes.dims)

    label = class_in_view(run, codes, row)
    scene = traversal_scene(run, codes, z, row, reach, condition(run, label)) | {"rates": rates_scene(run)}
    found = mount("traversal", key, scene, on_z_change=changed, on_reach_change=changed, on_gone_change=lambda: None)
    if found.get("gone"):
        st.rerun()  # the frame says what happened and shows another run
    say_what_is_missing(run)
    if codes.dims > 1 and st.toggle("Plane of two dimensions", key="traverse.plane"):
        plane(run, codes, reach, label)


st.title("Traverse")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    show = explore_words if isinstance(library.model_of(run), VQVAE) else explore
    show(run, library.latents(run))
