"""A run on histories opens on every page, and its recommendations follow what is ticked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from explorer.navigation import ENTRIES
from vae_core.analysis.maps.items import item_embeddings, item_map
from vae_core.datasets.histories.tastes import GENRES, PER_GENRE
from vae_core.runs import Run, Store

from .conftest import texts

Open = Callable[..., AppTest]


@pytest.fixture
def history(store: Store, history_run: Run) -> str:
    """The id of a copy of the run on histories in the app's store."""
    shutil.copytree(history_run.path, store.root / "listeners")
    return "listeners"


@pytest.mark.parametrize("name", ENTRIES)
def test_every_page_opens_with_a_run_on_histories(app: Open, history: str, name: str) -> None:
    at = app(name, run=history, compare=history)
    assert not at.exception
    assert not at.error
    for tab in at.tabs:
        assert not tab.exception


def test_what_is_ticked_sets_the_code(app: Open, history: str, history_run: Run) -> None:
    at = app("traverse", run=history)
    at.multiselect(key=f"traverse.ticked.{history}").set_value([0, 1]).run()
    assert not at.exception
    own = torch.zeros(1, 200)
    own[0, :2] = 1
    with torch.no_grad():
        expected = history_run.model().embed(own)[0]
    found = torch.tensor(at.session_state["session"].z[history])
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=1e-3)


def test_maps_of_users_and_of_items(app: Open, history: str, history_run: Run) -> None:
    at = app("map", run=history)
    assert "test users" in texts(at.caption)
    at.segmented_control(key=f"map.of.{history}").set_value("Items").run()
    assert not at.exception
    assert "decoder's weights" in texts(at.caption)
    assert item_embeddings(history_run.model()).shape == (200, 32)
    places = torch.from_numpy(item_map(history_run.model()))
    genre = torch.arange(len(GENRES)).repeat_interleave(PER_GENRE)
    distances = torch.cdist(places, places).fill_diagonal_(torch.inf)
    nearest = genre[distances.topk(5, largest=False).indices]
    assert (nearest == genre[:, None]).float().mean() > 3 / len(GENRES)  # by chance 1 in 8


def test_picked_users_and_items(app: Open, history: str) -> None:
    at = app("map", run=history, picks="3,7")
    assert not at.exception
    frame = next(one.value for one in at.dataframe if "Recommended" in one.value.columns)
    for had, new in zip(frame["Had"], frame["Recommended"], strict=True):
        assert not set(had.split(", ")) & set(new.split(", "))
    at = app("map", run=history, of="Items")
    assert "Click a point" in texts(at.caption)


def test_items_of_the_map_become_the_history(app: Open, history: str, history_run: Run) -> None:
    at = app("traverse", run=history)
    at.session_state[f"traverse.ticked.{history}"] = [5]
    at.run()
    assert at.multiselect(key=f"traverse.ticked.{history}").value == [5]
    assert not at.exception


def test_diagnose_and_compare(app: Open, store: Store, history: str) -> None:
    at = app("diagnose", run=history)
    scores = at.dataframe[0].value
    assert list(scores.columns) == ["Recall@20", "Recall@50", "NDCG@100"]
    assert list(scores.index)[1:] == ["Popularity", "SVD"]
    assert not at.exception
    at = app("diagnose", run=history, tab="Checks")
    assert not at.exception
    shutil.copytree(store.root / history, store.root / "again")
    at = app("compare", run=history, compare=f"{history},again")
    assert not at.exception
    assert {"Recall@20", "NDCG@100 of SVD"} <= set(at.dataframe[0].value.columns)


def test_without_the_data_items_have_numbers(app: Open, store: Store, history: str) -> None:
    path = store.root / history / "config.json"
    config = json.loads(path.read_text())
    config["data"]["name"] = "/nowhere/plays.csv"
    path.write_text(json.dumps(config))
    for name in ("traverse", "map", "generate", "interpolate", "diagnose"):
        at = app(name, run=history)
        assert not at.exception
        assert "There is no" in texts(at.info)


def test_train_offers_what_fits_histories(app: Open, tmp_path: Path) -> None:
    at = app("train")
    at.selectbox(key="train.dataset").set_value("tastes").run()
    assert not at.exception
    assert at.selectbox(key="train.model").value == "mult_vae"
    assert "2,000 users" in texts(at.caption)
    path = tmp_path / "plays.csv"
    path.write_text(
        "user,item\n" + "\n".join(f"u{user},i{(user + item) % 9}" for user in range(30) for item in range(6))
    )
    at.selectbox(key="train.dataset").set_value("own").run()
    at.segmented_control(key="train.source").set_value("path").run()
    at.text_input(key="train.folder").set_value(str(path)).run()
    assert not at.exception
    assert at.selectbox(key="train.model").value == "mult_vae"
    assert "30 users" in texts(at.caption)
