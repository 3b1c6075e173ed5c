"""The live view of the Train page: queue, progress, curves, and what the weights make of images so far."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st
import torch

from vae_core.analysis import reconstruct
from vae_core.datasets import ImageData
from vae_core.runs import Run
from vae_core.runs.files import read_json

from .. import library
from ..images.files import png_address
from ..images.sheets import sheet
from ..images.thumbnails import subject, thumbnail
from ..navigation import go
from ..runs.actions import explore
from ..runs.names import labels as names_of
from ..runs.summary import bound
from ..state import session
from .curves import loss_curves, rate_curves
from .queue import offer_worker, run_row

#: Session key: ids of the runs that this browser tab has started or seen training.
WATCHED = "train.watched"
RECENT = 1800.0
#: Seconds after which what is known of a cluster is no longer told.
FRESH = 30.0
SHOWN = 10
PLOT: dict[str, Any] = {"displayModeBar": False}


def watched_runs() -> list[Run]:
    """What is active, what this tab saw, and what was interrupted lately; else the newest if it is recent. Oldest first."""
    own = {run.id: run for run in library.own_runs() if isinstance(run, Run)}
    seen = [*st.session_state.get(WATCHED, []), *(run.id for run in own.values() if _wants_attention(run.status()))]
    ids = [id for id in dict.fromkeys(seen) if id in own]
    st.session_state[WATCHED] = ids
    if not ids:
        ids = [run.id for run in list(own.values())[:1] if time.time() - run.config.created < RECENT]
    return sorted((own[id] for id in ids), key=lambda run: run.config.created)[-SHOWN:]


def _wants_attention(status: dict[str, Any]) -> bool:
    """It waits, trains, or was interrupted lately and may be resumed."""
    recent = time.time() - status.get("heartbeat", 0.0) < RECENT
    return status["state"] in ("queued", "running") or (status["state"] in ("paused", "failed") and recent)


def cluster_line() -> None:
    """What the Ray cluster that trains for this store has and what of it is free, while a worker speaks to one."""
    file = library.store().root / ".queue" / "cluster.json"
    if not file.exists() or time.time() - (told := read_json(file)).get("time", 0.0) > FRESH:
        return
    gpus = f", {told['gpus_free']:g} of {told['gpus']:g} GPUs" if told["gpus"] else ""
    machines = "1 machine" if told["nodes"] == 1 else f"{told['nodes']} machines"
    st.caption(
        f":material/hub: Ray cluster {told['address']}: {machines}, {told['cpus_free']:g} of {told['cpus']:g} cores{gpus} free"
    )


def live_view(was_active: bool) -> None:
    """The body of the fragment that repeats while something is active."""
    cluster_line()
    runs = watched_runs()
    states = {run.id: run.status() for run in runs}
    for run in runs:
        run_row(run, states[run.id])
    if bool(library.active_runs()) != was_active:
        st.rerun()
    if not runs:
        return
    offer_worker(runs, states)
    focus = _focus(runs, states)
    _outcome(runs, states, focus)
    for alert in states[focus.id].get("alerts", []):
        # Silent dimensions are what β is for: told, not warned of.
        tell = st.info if alert["kind"] == "collapsed dimensions" else st.warning
        tell(f"{alert['message']} {alert['remedy']}", icon=":material/monitor_heart:")
    _curves(runs, focus)
    _images(focus)


def _focus(runs: list[Run], states: dict[str, dict[str, Any]]) -> Run:
    """The run whose pictures are shown: the chosen one, else the one that trains, else the newest with weights."""
    by_id = {run.id: run for run in runs if run.has_weights}
    if len(by_id) > 1:
        names = names_of(list(by_id.values()))
        chosen = st.pills("Show", list(by_id), format_func=names.__getitem__, key="train.focus")
        if chosen:
            return by_id[chosen]
    running = [run for run in runs if states[run.id]["state"] == "running"]
    return (running or list(by_id.values()) or runs)[-1]


def _outcome(runs: list[Run], states: dict[str, dict[str, Any]], focus: Run) -> None:
    """Numbers and the way on, once there is something to explore."""
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
        if st.button(label, key="train.explore", type="primary" if finished else "secondary", icon=":material/tune:"):
            explore(focus)
        if len(done) > 1 and st.button(f"Compare these {len(done)}", key="train.compare", icon=":material/compare:"):
            session().compared = [run.id for run in done]
            go("compare")


def _curves(runs: list[Run], focus: Run) -> None:
    names = names_of(runs)
    histories = {names[run.id]: records for run in runs if (records := run.history())}
    if not histories:
        return
    st.plotly_chart(loss_curves(histories), key="train.losses", config=PLOT)
    has_prior = any(record.get("elbo") is not None for records in histories.values() for record in records)
    reading = " −ELBO = distortion + rate, whatever β the training uses." if has_prior else ""
    st.caption(f"Nats per image on test images, by epoch.{reading}")


def _images(focus: Run) -> None:
    """Rates, a traversal and reconstructions of the run in focus, from its weights so far."""
    if not focus.has_weights:
        return
    figure, picture = rate_curves(focus.history()), thumbnail(focus)
    left, right = st.columns(2)
    if figure is not None:
        with left:
            st.markdown("**Rate of each latent dimension**", help="Nats per image, by epoch.")
            st.plotly_chart(figure, key="train.rates", config=PLOT)
    if picture is not None:
        title, reading = subject(focus)
        with left if figure is None else right:
            st.markdown(f"**{title}**", help=reading)
            st.image(picture, width="stretch", alt=f"{title}: {reading}")
    data, _ = library.test_data(focus)
    if data is not None:
        st.markdown("**Test images, and what comes back**")
        st.image(_reconstructions(focus, data), width="stretch", alt="Test images above their reconstructions")


def _reconstructions(run: Run, data: ImageData) -> str:
    return _reconstruction_sheet(run, data, str(run.path), run.weights_path.stat().st_mtime_ns)


@st.cache_data(max_entries=32, show_spinner=False)
def _reconstruction_sheet(_run: Run, _data: ImageData, path: str, version: int, count: int = 12) -> str:
    test = _data.test
    labels = None if test.labels is None else test.labels[:count]
    found = reconstruct(library.model_of(_run), test.images[:count], labels)
    return png_address(sheet(torch.cat([found.originals, found.means]), count))
