"""The live view of the Train page: queue, progress, curves, and images by the latest weights."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st
import torch

from vae_core.analysis import reconstruct
from vae_core.analysis.histories.recommending import recommended
from vae_core.datasets import ImageData
from vae_core.models import family
from vae_core.runs import Run
from vae_core.runs.files import read_json

from .. import library
from ..histories.items import lists_frame
from ..images.files import png_address
from ..images.sheets import sheet
from ..images.thumbnails import description, thumbnail
from ..navigation import go
from ..presses import pressed
from ..runs.actions import explore
from ..runs.names import labels as names_of
from ..runs.seeds import seeds_panel
from ..runs.summary import bound
from ..state import session
from ..tables.errors import errors_of, errors_table
from .curves import loss_curves, rate_curves
from .queue import offer_worker, run_row

#: Session key: ids of the runs that this browser tab has started or seen training.
WATCHED = "train.watched"
RECENT = 1800.0
#: Seconds after which the figures of a cluster are outdated.
FRESH = 30.0
SHOWN = 10
#: Users whose recommendations are shown.
USERS = 6
PLOT: dict[str, Any] = {"displayModeBar": False}


def watched_runs() -> list[Run]:
    """Active runs, runs that this tab has shown, and recently interrupted ones; else the newest if recent. Oldest first."""
    by_id = {run.id: run for run in library.own_runs() if isinstance(run, Run) and family(run.config.family).trainable}
    seen = [*st.session_state.get(WATCHED, []), *(run.id for run in by_id.values() if _needs_attention(run.status()))]
    ids = [id for id in dict.fromkeys(seen) if id in by_id]
    st.session_state[WATCHED] = ids
    if not ids:
        ids = [run.id for run in list(by_id.values())[:1] if abs(time.time() - run.config.created) < RECENT]
    return sorted((by_id[id] for id in ids), key=lambda run: run.config.created)[-SHOWN:]


def _needs_attention(status: dict[str, Any]) -> bool:
    """Queued, running, or interrupted recently."""
    recent = abs(time.time() - status.get("heartbeat", 0.0)) < RECENT  # the clock may have been set back
    return status["state"] in ("queued", "running") or (status["state"] in ("paused", "failed") and recent)


def cluster_line() -> None:
    """Nodes, cores and GPUs of the Ray cluster that trains for this store, while a worker reports them."""
    file = library.store().root / ".queue" / "cluster.json"
    if not file.exists() or abs(time.time() - (cluster := read_json(file)).get("time", 0.0)) > FRESH:
        return
    gpus = f", {cluster['gpus_free']:g} of {cluster['gpus']:g} GPUs" if cluster["gpus"] else ""
    machines = "1 machine" if cluster["nodes"] == 1 else f"{cluster['nodes']} machines"
    st.caption(
        f":material/hub: Ray cluster {cluster['address']}: {machines}, {cluster['cpus_free']:g} of {cluster['cpus']:g} cores{gpus} free"
    )


def refresh_interval() -> float | None:
    """Seconds between two looks at the runs: few until the first point of a curve, None when nothing trains."""
    active = library.active_runs()
    if not active:
        return None
    return 1.5 if any(run.history() for run in active) else 0.2


def live_view(interval: float | None) -> None:
    """The body of the fragment that repeats while a run is active.

    interval: the `refresh_interval` with which the fragment was declared.
    """
    cluster_line()
    runs = watched_runs()
    states = {run.id: run.status() for run in runs}
    for run in runs:
        run_row(run, states[run.id])
    if refresh_interval() != interval:
        st.rerun()
    if not runs:
        return
    offer_worker(runs, states)
    focus = _focus(runs, states)
    _outcome(runs, states, focus)
    seeds_panel([run for run in runs if states[run.id]["state"] == "done"], "train")
    for alert in states[focus.id].get("alerts", []):
        # Collapsed dimensions are an effect of β, not a defect.
        show = st.info if alert["kind"] == "collapsed dimensions" else st.warning
        show(f"{alert['message']} {alert['remedy']}", icon=":material/monitor_heart:")
    _curves(runs, focus)
    _images(focus)


def _focus(runs: list[Run], states: dict[str, dict[str, Any]]) -> Run:
    """The run whose images are shown: the chosen one, else the one in training, else the newest with weights."""
    by_id = {run.id: run for run in runs if run.has_weights}
    if len(by_id) > 1:
        names = names_of(list(by_id.values()))
        chosen = st.pills("Show", list(by_id), format_func=names.__getitem__, key="train.focus")
        if chosen:
            return by_id[chosen]
    running = [run for run in runs if states[run.id]["state"] == "running"]
    return (running or list(by_id.values()) or runs)[-1]


def _outcome(runs: list[Run], states: dict[str, dict[str, Any]], focus: Run) -> None:
    """Numbers, and buttons to explore and compare, once there are weights."""
    if not focus.has_weights:
        return
    finished = states[focus.id]["state"] == "done"
    done = [run for run in runs if states[run.id]["state"] == "done"]
    with st.container(horizontal=True, vertical_alignment="center"):
        if finished:
            st.success(f"**{focus.config.name}** is trained. {bound(focus)}.", icon=":material/check:", width="stretch")
        else:
            st.caption(f"At the last evaluation: {bound(focus)}.", width="stretch")
        label = "Explore it" if finished else "Explore it as it is"
        if pressed(label, key="train.explore", type="primary" if finished else "secondary", icon=":material/tune:"):
            explore(focus)
        if len(done) > 1 and pressed(f"Compare these {len(done)}", key="train.compare", icon=":material/compare:"):
            session().compared = [run.id for run in done]
            go("compare")


def _curves(runs: list[Run], focus: Run) -> None:
    names = names_of(runs)
    histories = {names[run.id]: run.history() for run in runs}
    if not any(histories.values()) and not library.active_runs():
        return
    # Without any point these are empty axes: the browser loads plotly while the run starts.
    st.plotly_chart(loss_curves(histories), key="train.losses", config=PLOT)
    has_prior = any(record.get("elbo") is not None for records in histories.values() for record in records)
    detail = "−ELBO = distortion + rate, whatever β is used in training." if has_prior else None
    st.caption(f"Nats per {focus.config.item} on test {focus.config.item}s, by epoch.", help=detail)


def _images(focus: Run) -> None:
    """Rates, a traversal and reconstructions of the run in focus, from its latest weights."""
    if not focus.has_weights:
        return
    figure, picture = rate_curves(focus.history()), thumbnail(focus)
    left, right = st.columns(2)
    if figure is not None:
        with left:
            st.markdown("**Rate of each latent dimension**", help=f"Nats per {focus.config.item}, by epoch.")
            st.plotly_chart(figure, key="train.rates", config=PLOT)
    if picture is not None:
        title, reading = description(focus)
        with left if figure is None else right:
            st.markdown(f"**{title}**", help=reading)
            st.image(picture, width="stretch", alt=f"{title}: {reading}")
    data, _ = library.test_data(focus)
    if data is not None and focus.config.data_kind == "table":
        errors_table(errors_of(focus, str(focus.weights_version())), "train.columns")
    elif data is not None and focus.config.data_kind == "history":
        st.markdown("**What is recommended to the first test users**")
        scores = recommended(library.model_of(focus), data.test.items[:USERS])
        st.dataframe(lists_frame(focus, scores, [f"user {row}" for row in range(len(scores))]), key="train.recommended")
    elif data is not None:
        st.markdown("**Test images above their reconstructions**")
        st.image(_reconstructions(focus, data), width="stretch", alt="Test images above their reconstructions")


def _reconstructions(run: Run, data: ImageData) -> str:
    return _reconstruction_sheet(run, data, str(run.path), run.weights_version())


@st.cache_data(max_entries=32, show_spinner=False)
def _reconstruction_sheet(_run: Run, _data: ImageData, path: str, version: int, count: int = 12) -> str:
    test = _data.test
    labels = None if test.labels is None else test.labels[:count]
    result = reconstruct(library.model_of(_run), test.images[:count], labels)
    return png_address(sheet(torch.cat([result.originals, result.means]), count))
