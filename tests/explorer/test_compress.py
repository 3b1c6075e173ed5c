"""Compress in the app: sizes, a file to take away, and the curve once it is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer import library
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
