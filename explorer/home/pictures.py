"""What a run's card shows of its latent space: the dimensions that show most, with what they move."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis import Label, at_nearest, best_dimensions, ends, strips, traversals, what_is_shown
from vae_core.analysis.cache import cached
from vae_core.config import BetascopeError
from vae_core.models import family
from vae_core.runs import Run

from .. import library
from ..images.files import jpeg, jpeg_address, png_address
from ..images.sheets import sheet, to_pixels

#: Images on the strip of one dimension.
COLUMNS = 8
#: Images from one end of a dimension to the other, of the one that plays.
FRAMES = 41
#: Dimensions on a card, and at most on the first one, where each further one has a label.
ON_A_CARD, ON_THE_FIRST = 3, 6


@dataclass(frozen=True)
class Strip:
    """One dimension: its lowest and highest value, the label, and the rate in nats, where there is one."""

    dim: int
    low: float
    high: float
    label: Label | None
    rate: float | None

    def title(self) -> str:
        """What it moves, else its number."""
        return f"z{self.dim}" if self.label is None else self.label.text

    def detail(self) -> str:
        """Its number, and how much it tells: the share of the factor's information, else its rate."""
        if self.label is None:
            return f"z{self.dim}" if self.rate is None else f"{self.rate:.1f} nats"
        return f"z{self.dim}" if self.label.share is None else f"z{self.dim} · {self.label.share:.2f}"


def strips_of(run: Run, most: int = ON_A_CARD) -> list[Strip] | None:
    """The dimensions that show most, from the code of a test image, of a finished run with a Gaussian prior.

    most: how many, at most; those after the third have a label.
    None where single dimensions cannot be shown: conditional models and those of fewer than three dimensions, or where neither
    codes nor data are available.
    """
    kind = family(run.config.family)
    if (
        run.status()["state"] != "done"
        or run.config.model.latent_dim < 3
        or run.config.data_kind != "images"
        or not run.config.model.has_decoder
        or kind.conditional
        or not kind.standard_prior
    ):
        return None
    run = at_nearest(run)
    try:
        return _strips(run, most, tuple(run.notes().names.items()), run.weights_version())
    except BetascopeError:
        return None


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=library.BY_PATH)
def _strips(run: Run, most: int, names: tuple[tuple[int, str], ...], version: int) -> list[Strip]:
    codes = library.latents(run)
    rates = codes.weight_per_dim()
    return [
        Strip(dim, *ends(codes, dim), label, None if codes.rate is None else float(rates[dim]))
        for row, (dim, label) in enumerate(best_dimensions(run, codes, most).items())
        if row < ON_A_CARD or label is not None
    ]


def strips_html(run: Run) -> str | None:
    """Strips below each other, each beside what it moves; None where `strips_of` is, or where the model does not open."""
    found = strips_of(run)
    if not found:
        return None
    try:
        pictures = _pictures(at_nearest(run), tuple(strip.dim for strip in found), run.weights_version())
    except BetascopeError:
        return None
    rows = "".join(
        f'<img src="{picture}" alt="{escape(strip.title())} of {escape(run.config.name)}, from {strip.low:.1f} to {strip.high:.1f}">'
        f"<div><b>{escape(strip.title())}</b><span>{strip.detail()}</span></div>"
        for strip, picture in zip(found, pictures, strict=True)
    )
    return f'<div class="strips">{rows}</div>'


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=library.BY_PATH)
def _pictures(run: Run, dims: tuple[int, ...], version: int) -> list[str]:
    """A data URL for each dimension."""
    return [png_address(sheet(row, COLUMNS, side=48)) for row in strips(run, library.latents(run), dims, COLUMNS)]


def playing(run: Run, found: list[Strip]) -> str | None:
    """A data URL of a picture with `FRAMES` images for each of these dimensions in a row of its own, without gaps; None where the
    model does not open.
    """
    try:
        return _playing(at_nearest(run), tuple(strip.dim for strip in found), run.weights_version())
    except BetascopeError:
        return None


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=library.BY_PATH)
def _playing(run: Run, dims: tuple[int, ...], version: int) -> str:
    codes = library.latents(run)

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        rows = traversals(run, codes, dims, FRAMES)
        pixels = np.concatenate([np.concatenate([to_pixels(image) for image in row], axis=1) for row in rows])
        return {"jpeg": torch.frombuffer(bytearray(jpeg(pixels)), dtype=torch.uint8)}, {}

    parameters = what_is_shown(codes, dims, FRAMES)
    return jpeg_address(cached(run, "playing", parameters, compute, needs=["jpeg"])[0]["jpeg"].numpy().tobytes())
