"""A run on a table opens on every page, and Diagnose, Generate and Compare show its rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.map.groups import as_text, images_of
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


def test_two_groups_of_rows_differ_in_their_codes(app: Open, table: str, store: Store) -> None:
    prefix = images_of(store.open(table))
    at = app("map", run=table, a=f"{prefix}-{as_text([0, 1, 2])}", b=f"{prefix}-{as_text([3, 4])}")
    assert not at.exception
    frame = next(one.value for one in at.dataframe if "B − A in σ" in one.value)
    assert "From A to B" not in frame  # rows are no images
    assert len(frame)
    assert "A: 3 rows, B: 2." in texts(at.caption)


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
    assert list(frame.columns)[-1] == "A constant"
    assert list(frame.index) == ["height", "weight", "income", "city", "coat", "since"]
    assert frame.loc["weight", "A constant"] > frame.loc["weight"].iloc[0]
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


def test_train_offers_what_fits_the_data(app: Open, people: Path) -> None:
    at = app("train")
    assert "tabular_vae" not in at.selectbox(key="train.model").options
    at.selectbox(key="train.dataset").set_value("wine").run()
    assert not at.exception
    assert at.selectbox(key="train.model").value == "tabular_vae"
    assert "train.network" not in [box.key for box in at.selectbox]
    first, kinds = (one.value for one in at.dataframe)
    assert first.shape == (8, 13)
    assert list(kinds["Kind"])[:2] == ["numeric", "positive"]
    at.selectbox(key="train.dataset").set_value("own").run()
    at.segmented_control(key="train.source").set_value("path").run()
    at.text_input(key="train.folder").set_value(str(people)).run()
    assert at.selectbox(key="train.model").value == "tabular_vae"
    assert "200 rows of 7 columns" in texts(at.caption)
    at.text_input(key="train.kinds").set_value("height=colour").run()
    assert "write COLUMN=KIND" in texts(at.error)
    at.text_input(key="train.kinds").set_value("group=out").run()
    assert "200 rows of 6 columns" in texts(at.caption)
    at.selectbox(key="train.dataset").set_value("digits").run()
    assert at.selectbox(key="train.model").value == "beta_vae"
    assert not at.exception


def test_a_table_is_queued_from_the_form(app: Open, store: Store, people: Path, started: list[str]) -> None:
    at = app("train")
    at.selectbox(key="train.dataset").set_value("own").run()
    at.segmented_control(key="train.source").set_value("path").run()
    at.text_input(key="train.folder").set_value(str(people)).run()
    at.text_input(key="train.label").set_value("group").run()
    at.number_input(key="train.batch_size").set_value(32).run()
    at.button(key="train.start").click().run()
    assert not at.exception
    (run,) = store.runs()
    assert isinstance(run, Run)
    assert run.config.family == "tabular_vae"
    assert run.config.data.label == "group"
    assert started


def test_traverse_sends_columns_to_the_browser(table_run: Run, store: Store, table: str) -> None:
    from explorer import library
    from explorer.traverse.rows import rows_props

    run = library.find(table)
    codes = library.latents(run)
    props = rows_props(run, codes, codes.mu[3].tolist(), 3, 3.0)
    assert [column["name"] for column in props["columns"]] == ["height", "weight", "income", "city", "coat", "since"]
    assert [column["start"] for column in props["columns"]] == [0, 1, 2, 3, 6, 7]
    assert [column["width"] for column in props["columns"]] == [1, 1, 1, 3, 1, 1]
    data = table_run.data()
    assert props["original"] == data.schema.texts(data.test.items[3:4])[0]
    json.dumps(props, allow_nan=False)


@pytest.mark.parametrize("colour", ["Column: city", "Column: weight", "Column: coat", "z0"])
def test_the_map_is_coloured_by_any_column(app: Open, table: str, colour: str) -> None:
    at = app("map", run=table, method="pca", colour=colour)
    assert not at.exception
    assert at.selectbox(key=f"map.colour.{table}").value == colour
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    texts_of_points = [text for trace in figure["data"] for text in trace.get("text", [])]
    assert any("height: " in text and "city: " in text for text in texts_of_points)


def test_picked_rows_are_shown(app: Open, table: str) -> None:
    at = app("map", run=table, method="pca", picks="3,5")
    assert not at.exception
    real, decoded = (one.value for one in at.dataframe)
    assert list(real.index) == [3, 5]
    assert list(decoded.columns) == ["height", "weight", "income", "city", "coat", "since"]
    assert not at.error


def test_interpolate_between_rows(app: Open, table: str) -> None:
    at = app("interpolate", run=table, keys="0~m1~7")
    assert not at.exception
    frame = at.dataframe[0].value
    assert list(frame.columns) == ["Column", "0.00", "0.17", "0.33", "0.50", "0.67", "0.83", "1.00"]
    assert sorted(frame["Column"]) == ["city", "coat", "height", "income", "since", "weight"]
    assert "row 0 → mean of b → row 7" in texts(at.caption)
