"""One small picture per run of what its latent space encodes; made by the decoder alone, without data."""

from __future__ import annotations

import logging

import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis import manifold, traverse_all
from vae_core.analysis.cache import cached
from vae_core.models import Model, family
from vae_core.runs import Run, RunError
from vae_core.serving import MODEL_CACHE
from vae_core.training.batches import as_bytes

from .files import png_address
from .sheets import sheet

LOG = logging.getLogger("betascope")
ROWS, COLUMNS, REACH = 4, 8, 2.2


def thumbnail(run: Run) -> str | None:
    """Data URL of a traversal of the dimensions with the highest rate, of the plane of a 2-D code, or of samples; None if it fails."""
    if not (run.has_weights and run.config.model.has_decoder and run.config.data_kind == "images"):
        return None
    try:
        return _thumbnail(run, str(run.path), run.weights_version())
    except RunError as error:  # deleted meanwhile, or weights of another model
        LOG.warning("No thumbnail of %s: %s", run.id, error)
        return None
    except Exception:  # one broken model must not take down the page that lists all runs
        LOG.exception("No thumbnail of %s", run.id)
        return None


@st.cache_data(max_entries=256, show_spinner=False)
def _thumbnail(_run: Run, path: str, version: int) -> str:
    def compute() -> tuple[dict[str, Tensor], dict[str, object]]:
        return {"images": as_bytes(overview(MODEL_CACHE.model(_run), ranking(_run)))}, {}

    # A learned prior takes seconds to draw from; a run in training has other weights every few seconds.
    done = _run.status()["state"] == "done"
    parameters = {"rows": ROWS, "columns": COLUMNS, "reach": REACH}
    tensors, _ = cached(_run, "thumbnail", parameters, compute) if done else compute()
    return png_address(sheet(tensors["images"], COLUMNS))


def description(run: Run) -> tuple[str, str]:
    """Title of the thumbnail, and one sentence on how to read it."""
    kind, dims, ranked = family(run.config.family), run.config.model.code_width, ranking(run)
    if kind.conditional:
        return "A class in each row", "Each column is one code, drawn at random: the same style in every class."
    if not kind.standard_prior:
        ranked = []
    if dims == 2 and ranked:
        return "The latent plane", f"Both dimensions from −{REACH} to {REACH}, decoded."
    if len(ranked) >= ROWS:
        return (
            "The dimensions with the highest rate",
            f"Each row moves one dimension from −{REACH} to {REACH}, all others at 0.",
        )
    return "New images", "Codes drawn at random from the model's distribution of codes, and decoded."


def ranking(run: Run) -> list[int]:
    """Dimensions by their rate at the last evaluation, largest first; empty for a model without a prior."""
    history = run.history()
    rates = (history[-1].get("rate_per_dim") if history else None) or []
    return sorted(range(len(rates)), key=lambda dim: -rates[dim])


@torch.no_grad()
def overview(model: Model, ranked: list[int], rows: int = ROWS, columns: int = COLUMNS) -> Tensor:
    """Images `(rows · columns, C, H, W)` in [0, 1] of the thumbnail."""
    dims = model.config.code_width
    across = torch.linspace(-REACH, REACH, columns).tolist()
    if model.conditional:
        styles = model.prior_sample(columns, torch.Generator().manual_seed(0)).repeat(rows, 1)
        return model.decode(styles, torch.arange(rows).repeat_interleave(columns) % model.config.classes).cpu()
    if not model.standard_prior:
        ranked = []
    if dims == 2 and ranked:
        down = torch.linspace(REACH, -REACH, rows).tolist()
        return manifold(model, torch.zeros(2), 0, 1, across, down).flatten(0, 1)
    if len(ranked) >= rows:
        top = ranked[:rows]
        return traverse_all(model, torch.zeros(dims), top, [across] * rows).flatten(0, 1)
    return model.sample(rows * columns, generator=torch.Generator().manual_seed(0)).cpu()
