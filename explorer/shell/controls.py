"""Widgets that several pages use: choices that go into the link, tabs, the empty page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ..access.modes import allowed
from ..navigation import ENTRIES, go
from ..presses import pressed
from ..showing import showing
from ..state import fresh_key, session


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
    default = options[0] if default is None else default

    def choose(value: Any) -> None:
        session().set_view(name, None if value in (None, default) else str(value))

    value = {str(option): option for option in options}.get(session().view.get(name, ""), default)
    choose(value)  # what the link has may be none of these options
    return showing(widget, label, list(options), key=fresh_key(key), value=value, changed=choose, **settings)


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
