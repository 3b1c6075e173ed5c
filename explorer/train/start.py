"""From the form to queued runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from vae_core.config import BetascopeError, ConfigError
from vae_core.datasets import DATASETS
from vae_core.jobs import configure
from vae_core.runs import Run

from ..access.modes import needs
from ..runs.actions import queue
from ..shell.errors import explain_error
from .defaults import PREFIX
from .labels import label_of
from .own_preview import UNREADABLE
from .watch import WATCHED


@needs("train")
def start(dataset: str, model: str, variants: Sequence[dict[str, Any]], settings: dict[str, Any]) -> list[Run]:
    """Queue one run for each variant, all or none; `variants` are the values of β and seed.

    Raises:
        BetascopeError: one sentence on the first invalid setting, or on what is not allowed; nothing was queued.
    """
    if not dataset:
        raise ConfigError(
            "Choose files, or write the path or name of your images or table, or take a data set that comes with Betascope."
        )
    name, unreadable = st.session_state.get(UNREADABLE, ("", []))
    if dataset == name and unreadable and not settings.get("skip_unreadable"):
        raise ConfigError(
            f"{unreadable[0]} cannot be read; remove it, or turn on “{label_of('skip_unreadable')}” above the preview."
        )
    chosen = {name: value for name, value in settings.items() if value is not None}
    name = st.session_state.get(f"{PREFIX}.name", "").strip()
    return queue(
        [
            configure(dataset, model, name=name and title(name, variant, variants), **variant, **chosen)
            for variant in variants
        ]
    )


def title(name: str, variant: dict[str, Any], variants: Sequence[dict[str, Any]]) -> str:
    """The name, with the values by which this variant differs from others: "Mine β=4 seed 1"."""
    texts = {"beta": f" β={variant.get('beta', 1):g}", "seed": f" seed {variant['seed']}"}
    return name + "".join(text for key, text in texts.items() if len({other.get(key) for other in variants}) > 1)


def train(dataset: str, model: str, variants: Sequence[dict[str, Any]], settings: dict[str, Any]) -> None:
    """Queue the runs and watch them, or show why not."""
    source = DATASETS.get(dataset)
    wait = f"Downloading {source.title}, once …" if source and source.download else "Opening the data …"
    try:
        with st.spinner(wait):
            runs = start(dataset, model, variants, settings)
    except BetascopeError as error:
        explain_error(error)
        return
    st.session_state[WATCHED] = [run.id for run in runs]  # `watched_runs` adds other active runs
    st.rerun()
