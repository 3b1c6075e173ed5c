"""What pages ask of the core, kept between reruns by Streamlit's caches."""

from __future__ import annotations

import os

import streamlit as st

from vae_core.analysis import Latents, latents_of
from vae_core.config import BetascopeError
from vae_core.datasets import ImageData
from vae_core.runs import BrokenRun, Run, Store
from vae_core.serving import SHELF
from vae_core.models import Model


def store() -> Store:
    """The store of this app (`VAE_STORE_DIR`, else `checkpoints`)."""
    return Store(os.environ.get("VAE_STORE_DIR"))


def openable_runs() -> list[Run]:
    """Own runs with weights, newest first, then the gallery: what can be explored."""
    found: list[Run | BrokenRun] = [*store().runs(), *store().gallery()]
    return [run for run in found if isinstance(run, Run) and run.has_weights]


def model_of(run: Run) -> Model:
    return SHELF.model(run)


def latents(run: Run) -> Latents:
    """Codes of the run's test images; computed once, then from its cache folder."""
    return _latents(run, run.weights_path.stat().st_mtime_ns)


@st.cache_resource(max_entries=24, show_spinner="Encoding the test images …", hash_funcs={Run: lambda run: str(run.path)})
def _latents(run: Run, version: int) -> Latents:
    return latents_of(run)


@st.cache_resource(max_entries=6, show_spinner="Opening the images …", hash_funcs={Run: lambda run: str(run.path)})
def _test_data(run: Run, fingerprint: str) -> ImageData:
    return run.data("test")


def test_data(run: Run) -> tuple[ImageData | None, str]:
    """The run's test images and ""; or None and one sentence on why: pages then show decoded images instead."""
    try:
        return _test_data(run, run.config.fingerprint), ""
    except BetascopeError as error:
        return None, str(error)
