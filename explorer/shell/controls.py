"""Widgets that several pages use: choices that go into the link, tabs, the empty page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ..navigation import go
from ..state import session


def valid_choice(key: str, options: Sequence[Any], default: Any = None) -> str:
    """The key of a widget whose options change from run to run: a choice that is none of them any more is the default."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0] if default is None else default
    return key


def linked(
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
