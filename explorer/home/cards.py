"""A run as a card: picture, name, numbers, and buttons."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from vae_core.analysis import cached_scores
from vae_core.datasets import sources
from vae_core.metrics.disentanglement import SCORES
from vae_core.models import family
from vae_core.runs import Run
from vae_core.runs.notes import Notes

from ..access.modes import Mode, allowed, mode
from ..access.owners import is_own
from ..images.thumbnails import thumbnail
from ..presses import pressed
from ..runs.actions import controls, delete, explore, request_action
from ..runs.summary import BADGES, bound, labels_seen
from .pictures import strips_html

#: Scores on a card.
HEADLINES = ("mig", "factor_vae")


def card_grid(runs: Sequence[Run], key: str) -> None:
    """Cards in a grid that fits the width; `key` makes the container's key unique."""
    with st.container(key=f"cards-{key}"):
        for run in runs:
            run_card(run)


def run_card(run: Run) -> None:
    """The card of one run."""
    status = run.status()
    slug = run.id.replace("/", "-")
    with st.container(border=True, key=f"card-{slug}", height="stretch", gap="small"):
        _picture(run)
        _heading(run, status["state"])
        notes = run.notes()
        st.caption("  \n".join(filter(None, [notes.about, describe(run, notes)])))
        _progress(run, status)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _actions(run, status["state"])


def _picture(run: Run) -> None:
    """Strips of the dimensions that show most, with what they move; else a thumbnail."""
    if strips := strips_html(run):
        st.html(strips)
    elif (picture := thumbnail(run)) is None:
        st.html(f'<div class="no-picture">{without_picture(run)}</div>')
    else:
        st.image(picture, width="stretch", alt=f"Images along the latent dimensions of {run.config.name}")


def without_picture(run: Run) -> str:
    """What a run is of which there is no picture."""
    if not run.has_weights:
        return "no weights yet"
    of = {"table": "rows of a table", "history": "histories of users"}
    return of.get(run.config.data_kind, "codes without a model")


def scores(run: Run) -> str:
    """ "MIG 0.41 · FactorVAE score 0.86": those that are cached, as `python -m vae_core metrics` prints them."""
    cached = {name: cached_scores(run, [name]) for name in HEADLINES if run.has_weights}
    return " · ".join(f"{SCORES[name].title} {numbers[name].value:.2f}" for name, numbers in cached.items() if numbers)


def describe(run: Run, notes: Notes) -> str:
    """Data, family and size of code on one line, then the labels that it saw, the ELBO, scores, and how the run was picked, where
    there are any.
    """
    config = run.config
    source = sources().get(config.data.name)
    data = source.title if source else config.data.name.rstrip("/").rsplit("/", 1)[-1]
    parts = [data, family(config.family).title, config.model.code_description]
    return "  \n".join(filter(None, [" · ".join(parts), labels_seen(run), bound(run), scores(run), notes.picked]))


def _heading(run: Run, state: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{run.config.name}**")
        if run.config.beta is not None and "β" not in run.config.name:
            st.badge(f"β = {run.config.beta:g}", color="violet")
        if mode() == Mode.CLASS and is_own(run.path):
            st.badge("yours", color="green")
        if state in BADGES:
            colour, label = BADGES[state]
            st.badge(label, color=colour)


def _progress(run: Run, status: dict) -> None:
    step, total = status.get("step", 0), status.get("total", 0)
    if status["state"] in ("running", "paused") and total:
        st.progress(min(1.0, step / total), text=f"{step / total:.0%}")
    if status["state"] == "failed":
        st.markdown(f":small[:red[{status.get('message') or 'The training failed.'}]]")
    elif status["state"] in ("paused", "cancelled") and status.get("message"):
        st.caption(status["message"])


def _actions(run: Run, state: str) -> None:
    if run.has_weights and not run.config.model.has_decoder:
        if pressed("Map", key=f"explore.{run.id}", type="primary", icon=":material/scatter_plot:"):
            explore(run, "map")
    elif run.has_weights and pressed("Explore", key=f"explore.{run.id}", type="primary", icon=":material/tune:"):
        explore(run)
    for control in controls(run, state):
        key = f"{control.action}.{run.id}"
        st.button(control.label, key=key, on_click=request_action, args=(run, control.action))
    if not run.id.startswith("gallery/"):
        _more(run, state)


def _more(run: Run, state: str) -> None:
    """Date, folder and a delete button inside a popover, so that deleting takes two clicks."""
    with st.popover("", icon=":material/more_horiz:", type="tertiary", key=f"more.{run.id}"):
        made = time.strftime("%-d %B %Y, %H:%M", time.localtime(run.config.created))
        st.caption(f"Made {made}" + (f"  \nFolder `{run.path}`" if mode() == Mode.PERSONAL else ""))
        if not allowed("delete", run.path):
            if mode() == Mode.CLASS:
                st.caption("Somebody else's; they alone may delete it.")
            return
        if state == "running":
            st.caption("Cancel the training before deleting.")
        elif pressed("Delete for good", key=f"delete.{run.id}", icon=":material/delete:"):
            delete([run.id])
