"""The sidebar below the menu: the run in view, the device, and training in progress."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from vae_core.runs import Run, split_id
from vae_core.training import choose_device, describe_device

from .. import library, navigation
from ..components import mount
from ..runs.names import labels
from ..showing import showing
from ..state import session

STATIC = Path(__file__).parent / "static"
LOGO = str(STATIC / "logo.svg")
ICON = str(STATIC / "icon.svg")


def run_picker(run: Run | None) -> None:
    """A select box of all runs with weights, with the run in view selected."""
    if run is None:
        return
    names = labels(library.openable_runs(), _label)
    with st.sidebar:
        showing(
            st.selectbox, "Run in view", list(names), key="frame.run", value=split_id(run.id)[0], changed=_picked,
            format_func=names.__getitem__,
        )  # fmt: skip


def _picked(chosen: str) -> None:
    # For a run that has been deleted since, the browser sends its label instead of its id.
    if any(run.id == chosen for run in library.openable_runs()):
        session().run = chosen


def _label(run: Run) -> str:
    """The run's name, with β if the name does not contain it."""
    beta = run.config.beta
    return run.config.name if beta is None or "β" in run.config.name else f"{run.config.name} · β = {beta:g}"


def link() -> None:
    """A button that copies the address of what is in view."""
    with st.sidebar:
        mount("link", "frame.link", {})


def status() -> None:
    """The device, and the training in progress, updated every four seconds while there is one."""
    with st.sidebar:
        st.fragment(_training, run_every=4.0 if library.active_runs() else None)()
        st.caption(f":material/memory: {_device()}")
        mount("decoding", "frame.decoding", {})


def _training() -> None:
    """A link to the active run with its progress; nothing once all runs are done."""
    active = library.active_runs()
    if not active:
        return
    status = active[0].status()
    share = f"{status.get('step', 0) / status['total']:.0%}" if status.get("total") else "waiting"
    more = f" · +{len(active) - 1}" if len(active) > 1 else ""
    page = navigation.FOLDER / "train.py"
    st.page_link(page, label=f"{active[0].config.name} · {share}{more}", icon=":material/model_training:")


@st.cache_resource(show_spinner=False)
def _device() -> str:
    return describe_device(choose_device("auto"))
