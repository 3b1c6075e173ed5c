"""Presses in the browser, which outlive a run of the script that is ended early.

Streamlit forgets a press if the run that it begins is ended, by the next report of a component, before it comes to the button.
Here it is remembered until a run does come to it, or ends without it.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

#: Session key: key and value of what was pressed.
PRESSED = "pressed"


def pressed(label: str, key: str, **settings: Any) -> bool:
    """A button, and whether it was pressed: in place of `st.button`, where the press has no callback of its own."""
    st.button(label, key=key, on_click=remember, args=(key,), **settings)
    return taken(key) is True


def remember(key: str, value: object = True) -> None:
    """In a callback: `key` was pressed, with this value."""
    st.session_state[PRESSED] = key, value


def taken(key: str) -> object:
    """The value that `key` was pressed with, once; None where it was not."""
    found, value = st.session_state.get(PRESSED, (None, None))
    if found != key:
        return None
    forget()
    return value


def forget() -> None:
    """At the end of each run of the script: a button that was not shown was not pressed."""
    st.session_state.pop(PRESSED, None)
