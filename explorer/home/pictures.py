"""What a run's card shows of its latent space: the dimensions that show most, with what they move."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st
import torch

from vae_core.analysis import Label, at_nearest, best_dimensions, traverse
from vae_core.config import BetascopeError
from vae_core.models import family
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.sheets import sheet

#: Images on the strip of one dimension, and how far it goes in standard deviations.
COLUMNS, REACH = 8, 2.2
#: The test image that the strips start from.
ANCHOR = 0


@dataclass(frozen=True)
class Strip:
    """One dimension: its strip as a data URL, the label, and the rate in nats."""

    dim: int
    picture: str
    label: Label | None
    rate: float

    def title(self) -> str:
        """What it moves, else its number."""
        return f"z{self.dim}" if self.label is None else self.label.text

    def detail(self) -> str:
        """Its number, and how much it tells: the share of the factor's information, else its rate."""
        if self.label is None:
            return f"{self.rate:.1f} nats"
        return f"z{self.dim}" if self.label.share is None else f"z{self.dim} · {self.label.share:.2f}"


def strips_of(run: Run) -> list[Strip] | None:
    """Strips of the dimensions that show most, from the code of a test image, of a finished run with a Gaussian prior.

    None where single dimensions cannot be shown: conditional models and those of fewer than three dimensions, or where neither
    codes nor data are available.
    """
    kind = family(run.config.family)
    if (
        run.status()["state"] != "done"
        or run.config.model.latent_dim < 3
        or kind.conditional
        or not kind.standard_prior
    ):
        return None
    run = at_nearest(run)
    try:
        codes = library.latents(run)
        best = best_dimensions(run, codes)
        pictures = _pictures(run, tuple(best), run.weights_path.stat().st_mtime_ns)
    except BetascopeError:
        return None
    rates = codes.weight_per_dim()
    return [
        Strip(dim, picture, label, float(rates[dim]))
        for (dim, label), picture in zip(best.items(), pictures, strict=True)
    ]


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=library.BY_PATH)
def _pictures(run: Run, dims: tuple[int, ...], version: int) -> list[str]:
    codes, model = library.latents(run), library.model_of(run)
    values = torch.linspace(-REACH, REACH, COLUMNS).tolist()
    code = torch.from_numpy(codes.mu[ANCHOR])
    return [png_address(sheet(traverse(model, code, dim, values), COLUMNS, side=48)) for dim in dims]


def strips_html(found: list[Strip], name: str) -> str:
    """Strips below each other, each beside what it moves."""
    rows = "".join(
        f'<img src="{strip.picture}" alt="{escape(strip.title())} of {escape(name)}, from −{REACH} to {REACH}">'
        f"<div><b>{escape(strip.title())}</b><span>{strip.detail()}</span></div>"
        for strip in found
    )
    return f'<div class="strips">{rows}</div>'
