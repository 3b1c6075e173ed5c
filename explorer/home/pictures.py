"""What a run's card shows of its latent space: the dimensions that show most, with what they move."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st
import torch

from vae_core.analysis import Label, Latents, at_nearest, best_dimensions, traverse_all
from vae_core.config import BetascopeError
from vae_core.models import family
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.sheets import sheet

#: Images on the strip of one dimension.
COLUMNS = 8
#: The quantiles of the codes that a strip goes between; beyond them a decoder has seen no images.
ENDS = (0.02, 0.98)
#: The test image that the strips start from.
ANCHOR = 0


@dataclass(frozen=True)
class Strip:
    """One dimension: its lowest and highest value, its strip as a data URL, the label, and the rate in nats."""

    dim: int
    low: float
    high: float
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
        Strip(dim, *ends(codes, dim), picture, label, float(rates[dim]))
        for (dim, label), picture in zip(best.items(), pictures, strict=True)
    ]


def ends(codes: Latents, dim: int) -> tuple[float, float]:
    """Where the strip of a dimension begins and ends: the quantiles `ENDS` of its codes, or the code it starts from."""
    low, high = np.quantile(codes.mu[:, dim], ENDS)
    start = codes.mu[ANCHOR, dim]
    return float(min(low, start)), float(max(high, start))


def values_between(codes: Latents, dims: tuple[int, ...], count: int) -> list[list[float]]:
    """`count` values from end to end of each of these dimensions."""
    return [torch.linspace(*ends(codes, dim), count).tolist() for dim in dims]


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=library.BY_PATH)
def _pictures(run: Run, dims: tuple[int, ...], version: int) -> list[str]:
    codes = library.latents(run)
    code = torch.from_numpy(codes.mu[ANCHOR])
    rows = traverse_all(library.model_of(run), code, dims, values_between(codes, dims, COLUMNS))
    return [png_address(sheet(row, COLUMNS, side=48)) for row in rows]


def strips_html(found: list[Strip], name: str) -> str:
    """Strips below each other, each beside what it moves."""
    rows = "".join(
        f'<img src="{strip.picture}" alt="{escape(strip.title())} of {escape(name)}, from {strip.low:.1f} to {strip.high:.1f}">'
        f"<div><b>{escape(strip.title())}</b><span>{strip.detail()}</span></div>"
        for strip in found
    )
    return f'<div class="strips">{rows}</div>'
