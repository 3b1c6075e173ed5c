"""What a run's card shows of its latent space: the dimensions that show most, with what they move."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from vae_core.analysis import Label, at_nearest, best_dimensions, ends, strips
from vae_core.config import BetascopeError
from vae_core.models import family
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.sheets import sheet

#: Images on the strip of one dimension.
COLUMNS = 8
#: Dimensions on a card, and at most on the first one, where each further one has a label.
ON_A_CARD, ON_THE_FIRST = 3, 6


@dataclass(frozen=True)
class Strip:
    """One dimension: its lowest and highest value, its strip as a data URL, the label, and the rate in nats, where there is one."""

    dim: int
    low: float
    high: float
    picture: str
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
    """Strips of the dimensions that show most, from the code of a test image, of a finished run with a Gaussian prior.

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
    best = best_dimensions(run, codes, most)
    best = {dim: label for row, (dim, label) in enumerate(best.items()) if row < ON_A_CARD or label is not None}
    rates = codes.weight_per_dim()
    rows = strips(run, codes, list(best), COLUMNS)
    return [
        Strip(
            dim, *ends(codes, dim), png_address(sheet(row, COLUMNS, side=48)), label,
            None if codes.rate is None else float(rates[dim]),
        )
        for (dim, label), row in zip(best.items(), rows, strict=True)
    ]  # fmt: skip


def strips_html(found: list[Strip], name: str) -> str:
    """Strips below each other, each beside what it moves."""
    rows = "".join(
        f'<img src="{strip.picture}" alt="{escape(strip.title())} of {escape(name)}, from {strip.low:.1f} to {strip.high:.1f}">'
        f"<div><b>{escape(strip.title())}</b><span>{strip.detail()}</span></div>"
        for strip in found
    )
    return f'<div class="strips">{rows}</div>'
