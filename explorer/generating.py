"""What the Generate page shows: new images with what is nearest to them, variations of an image, files to take away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from vae_core.analysis import MAX_SAMPLES, Latents, Samples, around, draw, nearest, to_npz, to_zip
from vae_core.runs import Run

from . import library
from .images import png_address, sheet
from .pictures import caption_of, originals
from .state import session
from .widgets import among

COLUMNS = 12
COUNTS = (12, 24, 48, 96)
#: Test images that say how near to the training images an image that was never seen lies.
ASKED = 200


def samples(run: Run, codes: Latents) -> None:
    """Draws from the prior, at a temperature, of a class where the model knows classes."""
    model = library.model_of(run)
    columns = st.columns([2, 2, 2, 2], vertical_alignment="bottom")
    count = columns[0].selectbox("Images", COUNTS, index=1, key="generate.count")
    temperature = 1.0
    if model.standard_prior:
        temperature = columns[1].slider("Temperature", 0.0, 2.0, 1.0, 0.05, key="generate.temperature", help="σ of the draw: below 1 nearer to the mean code, clearer and more alike")  # fmt: skip
    else:
        columns[1].caption("The prior of this family is learnt: it has no temperature.")
    label = None
    if model.conditional:
        names = ["Each in turn", *(codes.class_names or map(str, range(run.config.model.classes)))]
        places = list(range(len(names)))
        key = among("generate.class", places)
        place = columns[2].selectbox("Class", places, format_func=names.__getitem__, key=key)
        label = None if place == 0 else place - 1
    seed = seed_of("generate.seed", columns[3])
    show(run, draw(model, count, temperature, label, seed), "New images")
    take_away(lambda wanted: draw(model, wanted, temperature, label, seed), run, "samples")


def seed_of(key: str, place: DeltaGenerator) -> int:
    """The seed of a draw, and a button for the next one."""
    st.session_state.setdefault(key, 0)

    def next_one() -> None:
        st.session_state[key] += 1

    with place:
        st.button(f"Draw again (seed {st.session_state[key]})", icon=":material/casino:", on_click=next_one, key=f"{key}.next")  # fmt: skip
    return int(st.session_state[key])


def variations(run: Run, codes: Latents) -> None:
    """An image's code, moved at random: more like it, for training something else."""
    model = library.model_of(run)
    columns = st.columns([2, 2, 2, 2], vertical_alignment="bottom")
    key, picked = f"generate.row.{run.id}", [row for row in session().picked() if row < len(codes)]
    st.session_state.setdefault(key, picked[0] if picked else 0)
    row = int(columns[0].number_input("Test image", 0, len(codes) - 1, key=key))
    spread = columns[1].slider("Spread", 0.0, 1.5, 0.3, 0.05, key="generate.spread", help="In standard deviations of the prior (of the codes, without one)")  # fmt: skip
    count = columns[2].selectbox("Images", COUNTS, index=1, key="generate.around")
    seed = seed_of("generate.seed.around", columns[3])
    found = originals(run, [row])
    middle = torch.from_numpy(codes.mu[row : row + 1])
    base = around(model, codes, row, 0.0, 1).images if found is None else found.float() / 255
    st.image(png_address(sheet(base, 1, side=128)), width=128, alt=caption_of(run, row))
    own = "" if codes.sigma is None else f" Its own posterior has a mean σ of {codes.sigma[row].mean():.2f}."
    st.caption(f"{caption_of(run, row)}; its code lies {float(middle.norm()):.2f} from the origin.{own}")
    show(run, around(model, codes, row, spread, count, seed), f"Variations of {caption_of(run, row)}")
    take_away(lambda wanted: around(model, codes, row, spread, wanted, seed), run, "variations")


def show(run: Run, found: Samples, words: str) -> None:
    """The images; on demand each with the training image that is nearest to it."""
    check = st.toggle("Nearest training image below each", key="generate.nearest", help="Whether the model has learnt its images by heart")  # fmt: skip
    if not check:
        st.image(png_address(sheet(found.images, COLUMNS)), width="stretch", alt=words)
        return
    training, why = library.training_images(run)
    if training is None:
        st.info(f"{why} Nearest images want the training images.", icon=":material/hide_image:")
        st.image(png_address(sheet(found.images, COLUMNS)), width="stretch", alt=words)
        return
    rows, away = nearest(found.images, training)
    tiles = []
    for start in range(0, len(found), COLUMNS):
        tiles += [found.images[start : start + COLUMNS], training[rows[start : start + COLUMNS]].float() / 255]
    st.image(png_address(sheet(torch.cat(tiles), COLUMNS)), width="stretch", alt=f"{words} over the nearest training images")  # fmt: skip
    st.caption(memory(float(away.median()), usual_distance(run, training), len(training)))


def memory(away: float, usual: float | None, count: int) -> str:
    """Whether new images are copies: how far they lie from the nearest training image, beside what test images do."""
    words = f"New images lie a median of {away:.3f} per pixel (root mean square) from the nearest of {count:,} training images"
    if usual is None:
        return f"{words}."
    verdict = (
        "That is less than half of it: some were learnt by heart."
        if away < 0.5 * usual
        else "Images that were learnt by heart would lie far nearer than that."
    )
    return f"{words}; test images lie {usual:.3f} from theirs. {verdict}"


def usual_distance(run: Run, training: Tensor) -> float | None:
    """The median distance of test images to their nearest training image; None without test images."""
    data, _ = library.test_data(run)
    return None if data is None or not len(data.test) else _usual(run.config.fingerprint, data.test.images, training)


@st.cache_data(max_entries=16, show_spinner="Comparing with the training images …")
def _usual(fingerprint: str, _test: Tensor, _training: Tensor) -> float:
    return float(np.median(nearest(_test[:ASKED].float() / 255, _training)[1].numpy()))


def take_away(make: Callable[[int], Samples], run: Run, name: str) -> None:
    """As many as are wanted, made when asked for."""
    st.divider()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = int(st.number_input("Images in the file", 1, MAX_SAMPLES, 1000, key=f"generate.wanted.{name}", width=180))  # fmt: skip
        file = f"{run.id.replace('/', '-')}-{name}"
        for title, kind, pack in (("ZIP", "zip", to_zip), ("NPZ", "npz", to_npz)):
            st.download_button(
                title, partial(lambda pack: pack(make(wanted)), pack), f"{file}.{kind}", "application/zip", icon=":material/download:",
                key=f"generate.{kind}.{name}", on_click="ignore",
            )  # fmt: skip
    st.caption("ZIP: a PNG each, in folders by class, with the codes as a table. NPZ: images, codes and classes as arrays, which Train takes too.")  # fmt: skip
