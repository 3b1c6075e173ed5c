"""Learn: chapters open, their marks go into the link, and every family has its place in the tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from explorer.learn.chapters import CHAPTERS
from explorer.navigation import ENTRIES
from vae_core.models import FOREIGN, families
from vae_core.models.base import CHANGES
from vae_core.runs import Run

from .conftest import texts

Open = Callable[..., AppTest]
HERE = {"origin": "http://testserver"}


@pytest.mark.parametrize("number", range(1, len(CHAPTERS) + 1))
def test_a_chapter_opens_by_its_link_and_without_its_model_says_so(app: Open, number: int) -> None:
    at = app("learn", chapter=str(number))
    assert not at.exception
    assert not at.error
    assert at.header[0].value == f"{number}. {CHAPTERS[number - 1].question}"
    assert number == len(CHAPTERS) or "gallery" in texts(at.info)


@pytest.mark.parametrize("text", ["0", "99", "x"])
def test_a_link_to_no_chapter_opens_the_first(app: Open, text: str) -> None:
    assert app("learn", chapter=text).header[0].value.startswith("1. ")


def test_marks_are_in_the_link(app: Open) -> None:
    at = app("learn", chapter="2", learnt="13x9")
    at.checkbox(key="learn.understood.2").check().run()
    assert at.query_params["learnt"] == "1239"
    at.checkbox(key="learn.understood.2").uncheck().run()
    assert at.query_params["learnt"] == "139"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.question)
def test_a_chapter_is_short_and_complete(chapter) -> None:
    sentences = [part for part in chapter.text.replace("et al.", "").replace(".)", ")").split(". ") if part.strip()]
    assert 2 <= len(sentences) <= 7
    assert chapter.page in ENTRIES
    for part in (chapter.move, chapter.notice, chapter.exercise, chapter.answer):
        assert part.strip()


def test_every_family_changes_something(app: Open) -> None:
    assert {kind.changes for kind in families().values()} == set(CHANGES)
    assert {kind.changes for kind in FOREIGN.values()} == {""}
    at = app("learn", chapter=str(len(CHAPTERS)))
    shown = set()
    for change in CHANGES:
        at.session_state["learn.change"] = change
        at.run()
        assert not at.exception
        shown |= {
            name for name in families() for markdown in at.markdown if markdown.value == f"**{families()[name].title}**"
        }
    assert shown == set(families())


def test_mean_and_spread_of_an_image_come_together(client: TestClient, run: Run) -> None:
    images = run.data("test").test.images[:3]
    with torch.no_grad():
        found = run.model().encode(images.float() / 255)
    pixels = images.permute(0, 2, 3, 1).numpy().tobytes()
    answer = client.post("/live/one/encode?spread", content=pixels, headers=HERE)
    both = np.frombuffer(answer.content, np.float32).reshape(3, 2, -1)
    np.testing.assert_allclose(both[:, 0], found.mu.numpy(), atol=1e-5)
    np.testing.assert_allclose(both[:, 1], found.logvar.numpy(), atol=1e-5)


def test_without_noise_the_spread_is_none(client: TestClient, put: Callable[..., Path], autoencoder_run: Run) -> None:
    from vae_core.serving import DECODE_SERVICE

    images = autoencoder_run.data("test").test.images[:2].permute(0, 2, 3, 1).numpy()
    both = DECODE_SERVICE.posterior(autoencoder_run, images).result()
    assert np.isneginf(both[:, 1]).all()
