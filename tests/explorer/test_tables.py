"""A run on a table opens on every page, and Diagnose, Generate and Compare show its rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.navigation import ENTRIES
from explorer.tables.frames import frame_of, fresh_name, plain
from vae_core.runs import Run, Store

from .conftest import texts

Open = Callable[..., AppTest]


@pytest.fixture
def table(store: Store, table_run: Run) -> str:
    """The id of a copy of the run on a table in the app's store."""
    shutil.copytree(table_run.path, store.root / "rows")
    return "rows"


@pytest.mark.parametrize("name", ENTRIES)
def test_every_page_opens_with_a_run_on_a_table(app: Open, table: str, name: str) -> None:
    at = app(name, run=table, compare=table)
    assert not at.exception
    assert not at.error
    for tab in at.tabs:
        assert not tab.exception


@pytest.mark.parametrize("tab", ["Anomalies", "Columns", "Checks"])
def test_diagnose(app: Open, table: str, tab: str) -> None:
    at = app("diagnose", run=table, tab=tab)
    assert not at.exception
    assert not at.error
    if tab == "Anomalies":
        frame = next(one.value for one in at.dataframe if "Why" in one.value.columns)
        assert list(frame.columns[:4]) == ["Test row", "Score", "Why", "Class"]
        assert frame["Score"].is_monotonic_decreasing
        assert "test rows lie above the threshold" in texts(at.caption)
    elif tab == "Columns":
        (frame,) = (one.value for one in at.dataframe)
        assert set(frame["Column"]) == {"height", "weight", "income", "city", "coat", "since"}
        assert frame["Left over"].is_monotonic_decreasing


def test_a_class_as_the_anomaly(app: Open, table: str) -> None:
    at = app("diagnose", run=table)
    at.selectbox(key=f"diagnose.odd.{table}").set_value("class:1").run()
    assert not at.exception
    assert "Area under the ROC" in texts(at.caption)


def test_generate(app: Open, table: str) -> None:
    at = app("generate", run=table)
    assert not at.exception
    new = at.dataframe[0].value
    assert list(new.columns) == ["height", "weight", "income", "city", "coat", "since"]
    assert not new.isna().any().any()
    assert "not anonymous" in texts([*at.info, *at.warning])
    distances = next(one.value for one in at.dataframe if "Distance" in one.value.columns)
    assert set(distances["Measure"]) == {"KS", "total variation"}
    assert "Pearson's r" in texts(at.caption)


def test_compare(app: Open, store: Store, table_run: Run, table: str) -> None:
    shutil.copytree(table_run.path, store.root / "again")
    at = app("compare", run=table, compare=f"{table},again")
    assert not at.exception
    (frame,) = (one.value for one in at.dataframe)
    assert list(frame.index)[-1] == "A constant"
    assert list(frame.columns) == ["height", "weight", "income", "city", "coat", "since"]
    assert frame.loc["A constant", "weight"] > frame.iloc[0]["weight"]
    at = app("compare", run=table, compare=table, tab="Numbers")
    assert "RMSE of numbers in σ" in at.dataframe[0].value.columns
    assert "SSIM" not in at.dataframe[0].value.columns


def test_runs_on_images_and_on_tables_side_by_side(app: Open, put: Callable[..., Path], table: str) -> None:
    put("pictures")
    for order in (f"pictures,{table}", f"{table},pictures"):
        for tab in ("", "Numbers"):
            at = app("compare", run=table, compare=order, **({"tab": tab} if tab else {}))
            assert not at.exception
            assert not at.error
    at = app("measure", run=table, compare=f"pictures,{table}")
    assert not at.exception
    assert not at.error


def test_pages_without_the_file(app: Open, store: Store, table: str) -> None:
    path = store.root / table / "config.json"
    config = json.loads(path.read_text())
    config["data"]["name"] = "/nowhere/people.csv"
    path.write_text(json.dumps(config))
    for name in ("diagnose", "generate"):
        at = app(name, run=table)
        assert not at.exception
        assert "There is no file" in texts(at.info)
    assert len(at.dataframe) == 1  # new rows need no data


def test_texts_of_files_are_shown_and_not_followed(table_run: Run) -> None:
    assert plain("[a](javascript:x) <b> $x$") == r"\[a\]\(javascript\:x\) \<b\> \$x\$"
    schema = table_run.config.schema
    assert schema is not None
    assert fresh_name("height", schema) == "height "
    frame = frame_of(schema, table_run.data().test.items)
    assert frame["city"].isin(["Oslo", "Paris", "Rome"]).sum() == frame["city"].notna().sum()
    assert Path(table_run.config.data.name).name == "people.csv"
