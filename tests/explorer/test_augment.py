"""Augment in the app: what the model has seen is said, and whether it helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer.apply.augment import verdict
from tests.explorer.conftest import texts


def test_the_tab_says_what_the_model_has_seen(app: Callable[..., AppTest], put: Callable[..., Path]) -> None:
    put("one")
    at = app("apply", run="one", tab="Augment")
    assert not at.exception
    assert not at.error
    assert "without their labels" in texts(at.caption)
    assert "Train the classifiers" in [button.label for button in at.button]


def test_no_help_is_said_to_be_none() -> None:
    span = lambda low, high: {"value": (low + high) / 2, "low": low, "high": high}
    table = {"per_class": 10, "synthetic": 50, "rival": span(-0.1, 0.1)}
    assert "They help" in verdict(table | {"gain": span(0.01, 0.02)})
    assert "They harm" in verdict(table | {"gain": span(-0.02, -0.01)})
    assert "No help is to be seen" in verdict(table | {"gain": span(-0.02, 0.01)})
