"""What is mixed, in the link and from the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.apply.view import Mix


def test_a_link_names_the_images_and_the_dimensions(put: Callable[..., Path]) -> None:
    put("one")
    codes = library.latents(library.find("one"))
    for text in ("3~8~0.5~all", "0~1~1~0.4", "2~3~0~"):
        assert Mix.from_text(text, codes).to_text() == text
    for text in ("", "3", "3~8", "3~99999~1~all", "3~8~7~all", "3~8~1~9", "3~8~1~..", "a~b~c~d"):
        assert Mix.from_text(text, codes, [5, 6]).a in (5, 3)
    start = Mix.from_text("", codes)
    assert codes.labels is not None
    assert codes.labels[start.a] != codes.labels[start.b]


@pytest.mark.parametrize(
    "values",
    [None, [], {}, {"a": 0}, {"a": 0, "b": "1", "share": 1}, {"a": 0, "b": 1, "share": float("nan")}, {"a": 0, "b": 1, "share": 1, "taken": "x"}, {"a": 0, "b": 1, "share": 1, "taken": [1e9]}],
)  # fmt: skip
def test_nonsense_from_the_browser_is_left_out(put: Callable[..., Path], values: object) -> None:
    put("one")
    assert Mix.from_values(values, library.latents(library.find("one"))) is None


def test_the_tab_opens(app: Callable[..., AppTest], put: Callable[..., Path]) -> None:
    put("one")
    at = app("apply", run="one", tab="Mix", mix="3~8~0.5~0.1")
    assert not at.exception
    assert not at.error
    assert {button.label for button in at.button} >= {"Open in Traverse", "Path from A to B"}
