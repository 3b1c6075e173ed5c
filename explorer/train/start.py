"""From the form to queued runs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vae_core.config import BetascopeError, ConfigError
from vae_core.datasets import DATASETS
from vae_core.jobs import configure
from vae_core.runs import Run, submit

from .. import library
from ..shell.errors import explain_error
from .defaults import PREFIX
from .watch import WATCHED


def start(dataset: str, model: str, betas: list[float] | None, settings: dict[str, Any]) -> list[Run]:
    """Queue one run per β, all or none.

    Raises:
        BetascopeError: one sentence on the first invalid setting; nothing was queued.
    """
    if not dataset:
        raise ConfigError("Write the path of your images, or choose a data set that comes with Betascope.")
    chosen = {name: value for name, value in settings.items() if value is not None}
    name = st.session_state.get(f"{PREFIX}.name", "").strip()
    if betas is None:
        configs = [configure(dataset, model, name=name, **chosen)]
    else:
        names = [f"{name} β={beta:g}" if name and len(betas) > 1 else name for beta in betas]
        configs = [
            configure(dataset, model, name=title, beta=beta, **chosen) for title, beta in zip(names, betas, strict=True)
        ]
    return [submit(library.store(), config) for config in configs]


def train(dataset: str, model: str, betas: list[float] | None, settings: dict) -> None:
    """Queue the runs and watch them, or show why not."""
    source = DATASETS.get(dataset)
    wait = f"Downloading {source.title}, once …" if source and source.download else "Opening the images …"
    try:
        with st.spinner(wait):
            runs = start(dataset, model, betas, settings)
    except BetascopeError as error:
        explain_error(error)
        return
    st.session_state[WATCHED] = [run.id for run in runs]  # `watched_runs` adds other active runs
    st.rerun()
