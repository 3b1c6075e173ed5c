"""Widgets that show a value of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

#: Widget → the name of its default, where that is not "value"; an index is the place among the options.
_DEFAULT = {
    "selectbox": "index",
    "segmented_control": "default",
    "pills": "default",
    "multiselect": "default",
}


def showing(
    widget: Callable[..., Any],
    label: str,
    *options: Any,
    key: str,
    value: Any,
    changed: Callable[[Any], None],
    **settings: Any,
) -> Any:
    """A widget that shows `value`, and calls `changed` with what somebody chooses instead; returns what it holds.

    options: of a widget that has some, or the bounds of a number. Where `value` is not what the widget holds, it is a new widget, with that
    value as its default. A value set in session state is sent once: a browser that loads the code of the widget later shows the default
    instead, which the next run of the script takes for a choice.
    """
    slot = f"{key}.shown"
    number, last = st.session_state.get(slot, (0, value))
    if st.session_state.get(_numbered(key, number), last) != value:
        number += 1
    st.session_state[slot] = number, value
    current = _numbered(key, number)
    argument = _DEFAULT.get(widget.__name__, "value")
    settings[argument] = list(options[0]).index(value) if argument == "index" else value
    return widget(label, *options, key=current, on_change=lambda: changed(st.session_state[current]), **settings)


def _numbered(key: str, number: int) -> str:
    return f"{key}.{number}" if number else key
