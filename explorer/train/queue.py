"""Queued, running and stopped runs, a line each, with their buttons."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from vae_core.runs import Run
from vae_core.runs.launch import start_worker
from vae_core.runs.machine import trains_here

from .. import library
from ..access.modes import require
from ..presses import pressed
from ..runs.actions import controls, request_action
from ..runs.summary import BADGES

#: Seconds after which a queued run may need a new worker.
PATIENCE = 20.0


def run_row(run: Run, status: dict[str, Any]) -> None:
    """Name, progress and buttons of one run on one line."""
    state = status["state"]
    if state == "done":
        st.markdown(f":green[:material/check_circle:] **{run.config.name}** · done")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row-{run.id}"):
        share = min(1.0, status.get("step", 0) / status["total"]) if status.get("total") else 0.0
        st.progress(share, text=f"**{run.config.name}** · {progress_text(run, status)}")
        for control in controls(run, state):
            st.button(
                control.label, icon=control.icon, key=f"train.{control.action}.{run.id}", type="tertiary",
                on_click=request_action, args=(run, control.action),
            )  # fmt: skip
    if state == "failed":
        st.error(status.get("message") or "The training failed.", icon=":material/error:")


def progress_text(run: Run, status: dict[str, Any]) -> str:
    """A run's progress as text: "epoch 12 of 30 · 5,300 images/s · 12 s left"."""
    state = status["state"]
    if state == "queued":
        return "waiting for its turn"
    if state != "running":
        return BADGES[state][1]
    if not status.get("total"):
        return f"opening the {run.config.item}s …"
    step = status.get("step", 0)
    epochs = step / status["total"] * run.config.train.epochs
    steps = f"step {step:,} of {status['total']:,}"
    parts = [steps if run.config.train.steps else f"epoch {epochs:.1f} of {run.config.train.epochs:,}"]
    if status.get("images_per_second"):
        parts.append(f"{status['images_per_second']:,.0f} {run.config.item}s/s")
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


def offer_worker(runs: list[Run], states: dict[str, dict[str, Any]]) -> None:
    """A button to start a worker, where runs have been queued for a while and none trains.

    states: run id → status.
    """
    waiting = [run for run in runs if states[run.id]["state"] == "queued"]
    if not waiting or any(status["state"] == "running" for status in states.values()):
        return
    if not trains_here():
        st.caption("These runs wait for a worker on another machine: `python -m vae_core work`.")
        return
    # A clock that was set back makes a moment ago of the future: then, too, a worker is offered.
    if abs(time.time() - max(states[run.id].get("heartbeat", 0.0) for run in waiting)) < PATIENCE:
        st.caption("A worker is starting; it takes a few seconds.")
        return
    st.warning(f"No worker has started these runs; the log is in `{library.store().root}/.queue`.")
    if pressed("Start a worker", key="train.worker"):
        require("train")
        start_worker(library.store(), waiting[0].config.train.device)
