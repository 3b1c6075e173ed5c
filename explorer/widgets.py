"""Small pieces that several pages show."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.runs import Run

from . import library
from .comparison import by_beta, labels, siblings
from .conditions import seen
from .navigation import go
from .state import session

LOG = logging.getLogger("betascope")

#: Where the sentence on a run that could not be opened stays, with the run that is shown instead.
NOTICE = "frame.notice"


def current_run() -> Run | None:
    """The run in view; the first gallery run (or any) if none was chosen or it does not open; None if there is none.

    A run that does not open is told once by the frame, which calls this first.
    """
    runs = library.openable_runs()
    wanted = session().run
    for run in runs:
        if run.id == wanted:
            return seen(run)
    chosen = next((run for run in runs if run.id.startswith("gallery/")), runs[0] if runs else None)
    session().run = chosen.id if chosen else None
    if wanted:
        st.session_state[NOTICE] = library.why_not(wanted), session().run
    return None if chosen is None else seen(chosen)


def notice() -> str:
    """Why another run is shown than the one that was asked for; nothing once a person picked one."""
    why, shown = st.session_state.get(NOTICE, ("", None))
    return why if shown == session().run else ""


def choose_runs(runs: Sequence[Run], key: str) -> list[Run]:
    """The runs to look at side by side, each at the β in view; what a link asks for and is not there is told."""
    known = {run.id: seen(run) for run in runs}
    wanted = session().compared
    if missing := [id for id in wanted if id not in known]:
        st.warning(f"Not there any more, so left out: {', '.join(missing)}.", icon=":material/warning:")
    default = [id for id in wanted if id in known] or [run.id for run in siblings(current_run(), runs)]
    names = labels(runs)
    chosen = st.multiselect(
        "Runs",
        list(names),
        default=default,
        format_func=names.__getitem__,
        key=key,
        placeholder="Choose two or more runs",
    )
    session().compared = chosen
    return by_beta([known[id] for id in chosen])


def among(key: str, options: Sequence[Any], default: Any = None) -> str:
    """The key of a widget whose options change from run to run: a choice that is none of them any more is the default."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0] if default is None else default
    return key


def recalled(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[Any],
    name: str,
    key: str,
    default: Any = None,
    **settings: Any,
) -> Any:
    """A widget that chooses one of `options` and whose choice goes into the link as `name`."""
    default = options[0] if default is None else default
    by_text = {str(option): option for option in options}
    if st.session_state.get(key) not in options:
        st.session_state[key] = by_text.get(session().view.get(name, ""), default)
    value = widget(label, list(options), key=key, **settings)
    session().keep(name, None if value == default else str(value))
    return value


def tabbed(page: str, shows: Mapping[str, Callable[..., object]], *given: Any) -> None:
    """Tabs, of which the open one alone runs: it is called with `given`, and goes into the link."""
    key = f"{page}.tab"
    if (kept := session().view.get("tab")) in shows:
        st.session_state.setdefault(key, kept)
    tabs = st.tabs(list(shows), key=key, on_change="rerun")
    for place, ((name, show), tab) in enumerate(zip(shows.items(), tabs, strict=True)):
        if tab.open:
            session().keep("tab", name if place else None)
            with tab, st.container(key=f"stack-{page}-{place}"):
                show(*given)


def empty_state(message: str, page: str, label: str) -> None:
    """One sentence on why there is nothing to see, and a button to the page where that changes."""
    with st.container(border=True, horizontal_alignment="center"):
        st.write(message)
        if st.button(label, key=f"empty.{page}", type="primary"):
            go(page)


def explain_error(error: Exception) -> bool:
    """Log a defect of ours with its trace, then show the error."""
    if not isinstance(error, BetascopeError):
        LOG.error("A page failed", exc_info=error)
    return show_error(error)


def show_error(error: Exception) -> bool:
    """One sentence and a next step, never a trace. True: nothing else needs to be shown."""
    if isinstance(error, BetascopeError):
        st.error(str(error), icon=":material/error:")
    else:
        st.error(
            "Something went wrong here, and it is not your doing. Reload the page, or choose another run; "
            "the server's log has the details.",
            icon=":material/error:",
        )
    return True
