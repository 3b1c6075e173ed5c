"""The live view of the Train page: queue, progress, curves, and what the weights make of images so far."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st
import torch

from vae_core.analysis import reconstruct
from vae_core.datasets import ImageData
from vae_core.runs import Run
from vae_core.runs.queue import start_worker

from . import library
from .cards import BADGES, ask, bound, explore
from .curves import loss_curves, rate_curves
from .images import png_address, sheet
from .navigation import go
from .state import session
from .thumbnails import thumbnail

#: Session key: ids of the runs that this browser tab has started or seen training.
WATCHED = "train.watched"
#: A run that waited this long for a worker may need a new one.
PATIENCE = 20.0
RECENT = 1800.0
SHOWN = 10
PLOT: dict[str, Any] = {"displayModeBar": False}


def watched_runs() -> list[Run]:
    """What this tab started or saw training, and what is active; else the newest run if it is recent. Oldest first."""
    own = {run.id: run for run in library.own_runs() if isinstance(run, Run)}
    seen = [*st.session_state.get(WATCHED, []), *(run.id for run in library.active_runs())]
    ids = [id for id in dict.fromkeys(seen) if id in own]
    st.session_state[WATCHED] = ids
    if not ids:
        ids = [run.id for run in list(own.values())[:1] if time.time() - run.config.created < RECENT]
    return sorted((own[id] for id in ids), key=lambda run: run.config.created)[-SHOWN:]


def live_view(was_active: bool) -> None:
    """The body of the fragment that repeats while something is active."""
    runs = watched_runs()
    states = {run.id: run.status() for run in runs}
    for run in runs:
        _row(run, states[run.id])
    if bool(library.active_runs()) != was_active:
        st.rerun()
    if not runs:
        return
    _stuck(runs, states)
    focus = _focus(runs, states)
    _outcome(runs, states, focus)
    for alert in states[focus.id].get("alerts", []):
        # Silent dimensions are what β is for: told, not warned of.
        tell = st.info if alert["kind"] == "collapsed dimensions" else st.warning
        tell(f"{alert['message']} {alert['remedy']}", icon=":material/monitor_heart:")
    _curves(runs, focus)
    _images(focus)


def _row(run: Run, status: dict[str, Any]) -> None:
    """Name, progress and buttons of one run on one line."""
    state = status["state"]
    if state == "done":
        st.markdown(f":green[:material/check_circle:] **{run.config.name}** · done")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-{run.id}"):
        share = min(1.0, status.get("step", 0) / status["total"]) if status.get("total") else 0.0
        st.progress(share, text=f"**{run.config.name}** · {told(run, status)}")
        if state == "running":
            _icon("Pause", ":material/pause:", run, "pause")
        if state in ("queued", "running"):
            _icon("Cancel", ":material/close:", run, "cancel")
        if state in ("paused", "cancelled", "failed"):
            _icon("Resume", ":material/play_arrow:", run, "resume")
    if state == "failed":
        st.error(status.get("message") or "The training failed.", icon=":material/error:")


def _icon(words: str, icon: str, run: Run, wish: str) -> None:
    st.button(
        "", icon=icon, help=words, key=f"train.{wish}.{run.id}", type="tertiary", on_click=ask, args=(run, wish)
    )


def told(run: Run, status: dict[str, Any]) -> str:
    """A run's progress in words: "epoch 12 of 30 · 5,300 images/s · 12 s left"."""
    state = status["state"]
    if state == "queued":
        return "waiting for its turn"
    if state != "running":
        return BADGES[state][1]
    if not status.get("total"):
        return "opening the images …"
    epochs = status["step"] / status["total"] * run.config.train.epochs
    steps = f"step {status['step']:,} of {status['total']:,}"
    parts = [steps if run.config.train.steps else f"epoch {epochs:.1f} of {run.config.train.epochs:,}"]
    if status.get("images_per_second"):
        parts.append(f"{status['images_per_second']:,.0f} images/s")
    if status.get("seconds_left") is not None:
        parts.append(f"{duration(status['seconds_left'])} left")
    return " · ".join([*parts, status.get("device", "")]).strip(" ·")


def duration(seconds: float) -> str:
    """ "12 s", "3 min 5 s", "2 h 10 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _stuck(runs: list[Run], states: dict[str, dict[str, Any]]) -> None:
    """Runs wait, none trains, and nothing has moved for a while: offer to start a worker."""
    waiting = [run for run in runs if states[run.id]["state"] == "queued"]
    if not waiting or any(status["state"] == "running" for status in states.values()):
        return
    if time.time() - max(states[run.id].get("heartbeat", 0.0) for run in waiting) < PATIENCE:
        st.caption("A worker is starting; it takes a few seconds.")
        return
    st.warning(f"No worker has taken up these runs; its log is in `{library.store().root}/.queue`.")
    if st.button("Start a worker", key="train.worker"):
        start_worker(library.store(), waiting[0].config.train.device)


def _focus(runs: list[Run], states: dict[str, dict[str, Any]]) -> Run:
    """The run whose pictures are shown: the chosen one, else the one that trains, else the newest with weights."""
    by_id = {run.id: run for run in runs if run.has_weights}
    if len(by_id) > 1:
        chosen = st.pills("Show", list(by_id), format_func=lambda id: by_id[id].config.name, key="train.focus")
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
    histories = {run.config.name if _is_unique(run, runs) else run.id: run.history() for run in runs}
    histories = {name: records for name, records in histories.items() if records}
    if not histories:
        return
    st.plotly_chart(loss_curves(histories), key="train.losses", config=PLOT)
    st.caption("Nats per image on test images, by epoch. −ELBO = distortion + rate, whatever β the training uses.")


def _is_unique(run: Run, runs: list[Run]) -> bool:
    return sum(other.config.name == run.config.name for other in runs) == 1


def _images(focus: Run) -> None:
    """Rates, a traversal and reconstructions of the run in focus, from its weights so far."""
    if not focus.has_weights:
        return
    left, right = st.columns(2)
    with left:
        figure = rate_curves(focus.history())
        if figure is not None:
            st.markdown("**Rate of each latent dimension**", help="Nats per image, by epoch.")
            st.plotly_chart(figure, key="train.rates", config=PLOT)
    with right:
        picture = thumbnail(focus)
        if picture is not None:
            st.markdown("**What the busiest dimensions do**", help="Each row moves one dimension from −2.2 to 2.2, all others at 0.")
            st.image(picture, width="stretch", alt="A traversal of the latent dimensions that carry most")
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
