"""A switch to another page is not undone by what the old page reports meanwhile."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer import components
from explorer.navigation import PAGE, REPORTED

Open = Callable[..., AppTest]


def title(at: AppTest) -> str:
    return at.title[0].value


@pytest.mark.parametrize(
    ("going", "reported", "shown"),
    [
        ("traverse", "apply", "Traverse"),  # the report was on its way while the script switched
        ("traverse", "", "Apply"),  # somebody went back
        ("traverse", "map", "Apply"),  # a report that this run did not begin with
        ("apply", "apply", "Apply"),  # a report like any other
    ],
)
def test_a_late_report_does_not_lead_back(
    going: str, reported: str, shown: str, app: Open, put: Callable[..., Path]
) -> None:
    put("one")
    at = app("apply", run="one")
    assert title(at) == "Apply"
    at.session_state[PAGE] = going
    at.session_state[REPORTED] = reported
    at.run()
    assert title(at) == shown
    assert not at.exception
    assert at.session_state[PAGE] == shown.lower()
    assert REPORTED not in at.session_state


def test_a_component_notes_the_page_that_it_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    mounted: dict[str, Any] = {}
    calls: list[str] = []
    monkeypatch.setattr(components, "_component", lambda name: mounted.update)
    monkeypatch.setattr(st, "session_state", {PAGE: "apply"})
    components.mount("repair", "frame.key", {}, on_z_change=lambda: calls.append("z"))
    st.session_state[PAGE] = "traverse"
    mounted["on_z_change"]()
    assert calls == ["z"]
    assert st.session_state[REPORTED] == "apply"
