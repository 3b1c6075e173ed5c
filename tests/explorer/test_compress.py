"""Compress in the app: sizes, a file to take away, and the curve once it is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.apply.compress import figure
from tests.explorer.conftest import texts
from vae_core.analysis.apply.compress import CompressConfig, compression_table


def test_sizes_are_shown_and_the_curve_is_offered(app: Callable[..., AppTest], put: Callable[..., Path]) -> None:
    put("one")
    at = app("apply", run="one", tab="Compress")
    assert not at.exception
    assert not at.error
    assert {metric.label for metric in at.metric} == {"File", "An image", "Bits per pixel", "PSNR"}
    assert "That is no rate" in texts(at.caption)
    assert "Draw the curve" in [button.label for button in at.button]
    run = library.find("one")
    compression_table(run, CompressConfig(images=len(run.data("test").test)))
    at.run()
    assert "bytes an image the model reaches" in texts(at.caption)


def test_the_mark_of_lossless_files_stands_at_their_size() -> None:
    shown = figure({"curves": {"Model": [[5.0, 20.0, ""]], "PNG": [[40.0, 25.0, ""], [100.0, 110.0, "256 levels"]]}})
    (mark,) = shown.layout.annotations
    assert mark.x == 2  # the logarithm of 100
    assert list(shown.data[1].x) == [40.0]
