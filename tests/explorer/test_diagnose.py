"""The Diagnose and Generate pages, tab by tab, over a small run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import library

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]


@pytest.mark.parametrize(
    ("page", "tab"),
    [("diagnose", "Checks"), ("diagnose", "Best and worst"), ("diagnose", "Anomalies"), ("diagnose", "Noise"),
     ("generate", "From the prior"), ("generate", "Around an image"),
     ("measure", "Matrices"), ("measure", "Responses"), ("measure", "Codes"), ("measure", "Over β")],
)  # fmt: skip
def test_every_tab_opens(app: Open, put: Put, page: str, tab: str) -> None:
    put("one")
    at = app(page, run="one", tab=tab)
    assert not at.exception
    assert not at.error


def test_checks_come_with_evidence_and_remedy(app: Open, put: Put) -> None:
    put("one")
    at = app("diagnose", run="one")
    told = texts(at.markdown)
    assert "checks want a look" in told or "Nothing stands out" in told
    assert "Reconstructions explain" in told
    assert ":material/lightbulb:" in told, "a model of one epoch has something to mend"


def test_a_class_as_anomaly_has_a_roc(app: Open, put: Put) -> None:
    put("one")
    at = app("diagnose", run="one", tab="Anomalies")
    at.selectbox(key="diagnose.odd").select("class:3").run()
    assert not at.exception
    assert "Area under the ROC" in texts(at.caption)
    assert "Class 3 (seen in training)" in at.selectbox(key="diagnose.odd").options
    at.selectbox(key="diagnose.odd").select("sprites").run()
    assert "Oddest of the anomalous images" in texts(at.subheader)
    at.slider(key="diagnose.percentile").set_value(80.0).run()
    assert "for 20.0 % false alarms" in texts(at.caption)


def test_without_images_anomalies_say_why(app: Open, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("one")
    app("traverse", run="one")  # codes are in the cache from now on
    monkeypatch.setattr(library, "test_data", lambda run: (None, "The images are elsewhere."))
    for tab in ("Anomalies", "Noise"):
        at = app("diagnose", run="one", tab=tab)
        assert not at.exception
        assert "The images are elsewhere." in texts(at.info)


def test_draws_can_be_repeated_and_compared_with_the_training_images(app: Open, put: Put) -> None:
    put("one")
    at = app("generate", run="one")
    before = at.session_state["generate.seed"]
    at.button(key="generate.seed.next").click().run()
    assert at.session_state["generate.seed"] == before + 1
    at.toggle(key="generate.nearest").set_value(True).run()
    assert not at.exception
    assert "training images; test images lie" in texts(at.caption)
    at.slider(key="generate.temperature").set_value(0.3).run()
    assert not at.exception
