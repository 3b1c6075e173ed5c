"""Widgets that several pages use: choices that go into the link, tabs, the empty page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ..access.modes import allowed
from ..navigation import ENTRIES, go
from ..presses import pressed
from ..state import fresh_key, session


def valid_choice(key: str, options: Sequence[Any], default: Any = None) -> str:
    """Returns `key`, after a choice in session state that is no longer among `options` was reset to the default."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0] if default is None else default
    return key


def set_widget(key: str, value: Any) -> None:
    """Give a widget a value before it is drawn. What is set in session state goes to the browser and replaces what
    somebody is typing there, so a value that the widget has already is not set again.
    """
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def linked(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[Any],
    name: str,
    key: str,
    default: Any = None,
    **settings: Any,
) -> Any:
    """A widget that chooses one of `options`; the choice goes into the link as `name`, unless it is the default."""
    key, default = fresh_key(key), options[0] if default is None else default
    by_text = {str(option): option for option in options}
    if st.session_state.get(key) not in options:
        st.session_state[key] = by_text.get(session().view.get(name, ""), default)
    value = widget(label, list(options), key=key, **settings)
    session().set_view(name, None if value == default else str(value))
    return value


def tabbed(page: str, contents: Mapping[str, Callable[..., object]], *arguments: Any) -> None:
    """Tabs by title; only the open one runs, called with `arguments`, and its title goes into the link."""
    key = fresh_key(f"{page}.tab")
    if st.session_state.get(key) not in contents:  # those of another kind of run
        st.session_state.pop(key, None)
    if (name_in_view := session().view.get("tab")) in contents:
        st.session_state.setdefault(key, name_in_view)
    tabs = st.tabs(list(contents), key=key, on_change="rerun")
    for index, ((name, show), tab) in enumerate(zip(contents.items(), tabs, strict=True)):
        if tab.open:
            session().set_view("tab", name if index else None)
            with tab, st.container(key=f"stack-{page}-{index}"):
                show(*arguments)


def empty_state(message: str, page: str, label: str) -> None:
    """A message on an empty page, and a button labelled `label` that leads to `page`, where that page is on."""
    with st.container(border=True, horizontal_alignment="center"):
        st.write(message)
        if allowed(ENTRIES[page].action) and pressed(label, key=f"empty.{page}", type="primary"):
            go(page)
