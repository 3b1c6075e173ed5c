"""Why random? Draws around a code at every frame, and a dial on their noise."""

from __future__ import annotations

import streamlit as st

from .. import library
from ..components import mount
from ..figures.style import COLOURS
from ..live.props import about
from .chapter import Chapter
from .models import codes_file

#: Title → the model; both are trained on the same images, with the same network.
MODELS = {"VAE, trained with noise": "gallery/digits-2d", "Plain autoencoder": "gallery/digits-2d-autoencoder"}


def show() -> None:
    """Draws around a code of a VAE, or of an autoencoder trained without noise."""
    title = st.segmented_control("Model", list(MODELS), default=next(iter(MODELS)), key="learn.model", required=True)
    run = library.find(MODELS[title])
    props = about(run) | {
        "codes": codes_file(run), "images": len(library.latents(run)), "palette": list(COLOURS), "title": run.config.name,
    }  # fmt: skip
    mount("noise", f"learn.noise.{run.id}", props, on_gone_change=lambda: None)


CHAPTER = Chapter(
    question="Why random?",
    text="""
In training the decoder never sees the mean itself: it sees $z = \\mu + \\sigma\\cdot\\varepsilon$ with a fresh
$\\varepsilon\\sim\\mathcal N(0, I)$ for every image and step. Written so, the randomness comes from outside, and gradients
reach $\\mu$ and $\\sigma$: the **reparameterisation** of Kingma and Welling (2014). Without noise, nothing forces neighbouring
places to make sense, and the decoder may use each as it likes: that is the plain **autoencoder**.
""",
    move="The dial: take the noise away, then add more than there was in training. Drag μ across the plane.",
    notice="At s = 1 all draws are still the same digit. In the autoencoder's plane there are holes where nothing sensible is drawn.",
    show=show,
    exercise="Switch to the plain autoencoder and drag μ from one cloud of digits to another. What is between them?",
    answer="""
Images that are no digits: the codes lie far apart, on a few rays or clumps, and nothing was ever decoded between them. The VAE's decoder has met
every place near a code, as noise took it there, and the rate term pulls all codes to the origin: so its plane has few
holes, and a place drawn from $\\mathcal N(0, I)$ is likely to be an image.
""",
    page="map",
)
