"""Tables from files: kinds, standardisation, and one sentence for everything that is no table."""

import io
import math

import numpy as np
import pandas as pd
import pytest
import torch

from vae_core.datasets import DataConfig, DataError, TableData, load, sources
from vae_core.datasets.tables import TABLES, Schema
from vae_core.datasets.tables.data import table_of
from vae_core.datasets.tables.limits import Limits

ROWS = 40


@pytest.fixture
def frame():
    random = np.random.RandomState(0)
    return pd.DataFrame(
        {
            "id": np.arange(1, ROWS + 1),
            "age": np.where(random.rand(ROWS) < 0.2, np.nan, random.randint(18, 90, ROWS)),
            "income": np.exp(random.randn(ROWS) * 1.5 + 10).round(2),
            "city": random.choice(["Paris", "Rome", "Oslo"], ROWS),
            "smokes": random.choice(["yes", "no"], ROWS),
            "since": pd.date_range("2020-01-01", periods=ROWS, freq="7D").strftime("%Y-%m-%d"),
            "note": [f"text {index}" for index in range(ROWS)],
            "same": 1,
            "nothing": np.nan,
        }
    )


@pytest.fixture
def csv(tmp_path, frame):
    path = tmp_path / "people.csv"
    frame.to_csv(path, index=False)
    return path


def test_kinds_are_found_from_values(csv):
    data = load(str(csv))
    assert isinstance(data, TableData)
    kinds = {column.name: column.kind for column in data.schema.columns}
    assert kinds == {
        "age": "numeric", "income": "positive", "city": "categorical", "smokes": "binary", "since": "date",
    }  # fmt: skip
    assert len(data.schema.left_out) == 4
    text = " ".join(data.schema.left_out)
    assert "'id' counts the rows" in text
    assert "'note' has a different text in every row" in text
    assert "'same' has the same value '1'" in text
    assert "'nothing' has no values" in text


def test_kinds_can_be_overridden(csv):
    data = load(DataConfig(str(csv), kinds="income=numeric, age=out, city=out", label="city"))
    assert {column.name: column.kind for column in data.schema.columns}["income"] == "numeric"
    assert "age" not in data.schema.names
    assert data.class_names == ("Oslo", "Paris", "Rome")
    assert data.labels is not None
    assert "city" not in data.schema.names


def test_rows_become_the_file_s_texts_again(csv, frame):
    data = load(str(csv))
    texts = data.schema.texts(data.rows)
    expected = frame[list(data.schema.names)].copy()
    expected["age"] = ["" if math.isnan(age) else str(int(age)) for age in expected["age"]]
    expected = expected.astype(str).to_numpy().tolist()
    # float32 holds some seven digits, which a logarithm shortens.
    (place,) = [index for index, name in enumerate(data.schema.names) if name == "income"]
    by_rest = lambda rows: sorted(row[:place] + row[place + 1 :] for row in rows)
    assert by_rest(texts) == by_rest(expected)
    np.testing.assert_allclose(*(sorted(float(row[place]) for row in rows) for rows in (texts, expected)), rtol=1e-5)


def test_standardised_by_the_training_split_alone(csv):
    data = load(str(csv))
    train = data.train.items[:, list(data.schema.names).index("income")].double()
    assert train.mean().item() == pytest.approx(0, abs=1e-6)
    assert train.std(correction=0).item() == pytest.approx(1, abs=1e-6)
    test = data.test.items[:, list(data.schema.names).index("income")]
    assert abs(test.mean().item()) > 1e-3
    ages = data.train.items[:, data.schema.names.index("age")]
    assert data.schema.columns[0].missing == pytest.approx(ages.isnan().float().mean().item())


def test_a_class_left_out_has_no_part_in_the_scale(csv):
    config = DataConfig(str(csv), label="city", leave_out=1)
    data, whole = load(config), load(DataConfig(str(csv), label="city"))
    income = data.schema.names.index("income")
    assert data.train.items[:, income].mean().item() == pytest.approx(0, abs=1e-6)
    assert data.schema.columns[income].mean != whole.schema.columns[income].mean
    assert 1 not in data.train.labels.tolist()
    plain = data.schema.plain(data.test.items), whole.schema.plain(whole.test.items)
    torch.testing.assert_close(*plain, equal_nan=True, rtol=1e-5, atol=1e-5)
    assert load(config, "test").fingerprint == data.fingerprint


def test_one_fingerprint_for_one_table(csv, frame):
    found = load(str(csv)).fingerprint
    assert load(str(csv), "test").fingerprint == found
    frame.loc[3, "income"] *= 2  # a training row moves the scale of all
    frame.to_csv(csv, index=False)
    assert load(str(csv)).fingerprint != found


def test_a_parquet_file_is_the_same_table(csv, frame, tmp_path):
    frame["since"] = pd.to_datetime(frame["since"])
    frame["smokes"] = frame["smokes"].astype("category")
    frame.to_parquet(tmp_path / "people.parquet")
    from_csv, from_parquet = load(str(csv)), load(str(tmp_path / "people.parquet"))
    assert from_csv.schema == from_parquet.schema
    assert torch.equal(from_csv.rows.nan_to_num(), from_parquet.rows.nan_to_num())


def test_a_schema_comes_back_from_json(csv):
    schema = load(str(csv)).schema
    assert Schema.from_dict(schema.to_dict()) == schema
    for broken in ({}, {"columns": []}, {"columns": [{"name": "a"}]}, [], None):
        with pytest.raises(ValueError, match="schema"):
            Schema.from_dict(broken)
    wrong = schema.to_dict()
    wrong["columns"][0]["std"] = 0.0
    with pytest.raises(ValueError, match="'age'"):
        Schema.from_dict(wrong)


def test_the_scale_in_nats(csv):
    schema = load(str(csv)).schema
    rows = load(str(csv)).rows
    u = rows.double().requires_grad_()
    total = torch.zeros(len(rows), dtype=torch.float64)
    for index in schema.numbers:
        column = schema.columns[index]
        plain = column.mean + column.std * u[:, index]
        original = plain.exp() if column.kind == "positive" else plain
        (slope,) = torch.autograd.grad(original.nansum(), u, retain_graph=True)
        total += torch.where(rows[:, index].isnan(), 0.0, slope[:, index].log())
    torch.testing.assert_close(schema.log_scale(rows), total.detach())


@pytest.mark.parametrize("name", TABLES)
def test_shipped_tables(name):
    data, source = load(name), sources()[name]
    assert (data.shape, len(data.class_names), len(data.items)) == (source.shape, source.classes, source.default_size)
    assert torch.isfinite(data.items).all()
    assert load(name, "test").fingerprint == data.fingerprint


GOOD = "a,b\n" + "".join(f"{index / 3},{index % 2}\n" for index in range(20))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n", "no rows"),
        (b"a,b\n1,2\n3\n", "Line 3 .* has 1 values, and there are 2"),
        (b"a,b\n1,2\n3,4,5\n", "Line 3 .* has 3 values, and there are 2"),
        (b"\x89PNG\r\n\0\0", "is no text file"),
        (b"a,b\n\xff\xfe,1\n", "not UTF-8"),
        (b"a,a\n1,2\n", "several columns named 'a'"),
        (b",\n1,2\n", "2 columns without a name"),
        (b"a,b\n1,2\n" * 2, "3 rows"),
        (("a,b\n" + "inf,1\n" + "2,3\n" * 20).encode(), "'a' has an infinite value in row 1"),
        (b"a\n1\n2\n", "1 columns"),
        (("x" * 200 + ",b\n1,2\n").encode(), "a column named"),
        (b"a\x1b[31m,b\n1,2\n", "a column named"),
        (b'a,b\n1,"2\n', "Line"),
        (b"a,b\n" + b"1,2\n" * 20, "No column can be learned"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path, content, says):
    (tmp_path / "bad.csv").write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        load(str(tmp_path / "bad.csv"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", GOOD.encode()])
def test_what_is_no_parquet_file_is_refused(tmp_path, content):
    (tmp_path / "bad.parquet").write_bytes(content)
    with pytest.raises(DataError, match=r"Parquet|empty"):
        load(str(tmp_path / "bad.parquet"))


def test_nested_columns_are_refused(tmp_path):
    pd.DataFrame({"a": [[1, 2]] * 20, "b": range(20)}).to_parquet(tmp_path / "nested.parquet")
    with pytest.raises(DataError, match=r"'a' of nested\.parquet holds list"):
        load(str(tmp_path / "nested.parquet"))


@pytest.mark.parametrize("limit", ["bytes", "rows", "columns"])
def test_limits(tmp_path, monkeypatch, limit):
    (tmp_path / "good.csv").write_text(GOOD)
    load(str(tmp_path / "good.csv"))
    monkeypatch.setattr("vae_core.datasets.tables.read.LIMITS", Limits(**{limit: 1}))
    with pytest.raises(DataError, match=r"may have at most|a table has 2 to"):
        load(str(tmp_path / "good.csv"))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"label": "z"}, "no such column"),
        ({"label": "note"}, "a different value in every row"),
        ({"label": "age"}, "have no value"),
        ({"kinds": "age"}, "write COLUMN=KIND"),
        ({"kinds": "age=colour"}, "write COLUMN=KIND"),
        ({"kinds": "z=numeric"}, "no such column"),
        ({"kinds": "city=numeric"}, "'city' is not a number: it holds '"),
        ({"kinds": "city=date"}, "'city' is not a date"),
        ({"kinds": "city=binary"}, "has 3 different values; binary takes two"),
        ({"size": 1000}, "40 rows"),
        ({"image_size": 32}, "has no pixels"),
        ({"leave_out": 1}, "has no labels"),
    ],
)
def test_settings_that_do_not_fit(csv, settings, says):
    with pytest.raises(DataError, match=says):
        load(DataConfig(str(csv), **settings))


def test_other_delimiters_and_marks(tmp_path):
    text = "a;b;c\n" + "".join(
        f"{index / 3};{'?' if index % 5 == 0 else index % 2};k{index % 3}\n" for index in range(20)
    )
    (tmp_path / "semi.csv").write_text("\ufeff" + text)
    data = load(str(tmp_path / "semi.csv"))
    assert data.schema.names == ("a", "b", "c")
    assert data.rows[:, 1].isnan().sum() == 4
    assert data.schema.columns[1].categories == ("0", "1")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, "x", None, 2.5] * 5, "categorical"),
        (pd.array([True, None, False, True] * 5, dtype="boolean"), "binary"),
        (pd.array([1, None, 3, 4] * 5, dtype="Int64"), "numeric"),
        (pd.date_range("2020", periods=20, tz="Europe/Paris"), "date"),
        (["9999-12-31", "0001-01-01", None, "2020-01-01"] * 5, "date"),
        ([2**60 + value for value in range(20)], "numeric"),
        ([value * 1e-300 for value in range(1, 21)], "numeric"),
    ],
)
def test_columns_of_unusual_types(values, kind):
    frame = pd.DataFrame({"a": values, "b": np.arange(20) * 1.1})
    data = table_of(frame, DataConfig("made.csv"), "made")
    assert data.schema.columns[0].kind == kind
    assert not torch.isinf(data.rows).any()
    assert int(data.rows[:, 0].isnan().sum()) == int(frame["a"].isna().sum())
    assert all(math.isfinite(column.std) for column in data.schema.columns)
    assert len(data.schema.texts(data.rows)) == 20


def test_numbers_whose_squares_are_not_finite_are_refused():
    frame = pd.DataFrame({"a": [1e300] + [1.0] * 9 + list(range(10)), "b": range(3, 23)})
    with pytest.raises(DataError, match="'a' has a value beyond ±1e\\+100 in row 1"):
        table_of(frame, DataConfig("made.csv"), "made")


def test_damaged_files_never_trace(tmp_path):
    """Cut, doubled and overwritten bytes are read or refused in one sentence."""
    random = np.random.RandomState(0)
    text = (
        "name,age,city,since\n" + "".join(f"p{i},{i * 1.5},{'ab'[i % 2]},2020-01-{i % 28 + 1:02d}\n" for i in range(40))
    ).encode()
    pd.read_csv(io.BytesIO(text)).to_parquet(tmp_path / "whole.parquet")
    sentences = []
    for number in range(120):
        suffix, whole = (".parquet", (tmp_path / "whole.parquet").read_bytes()) if number % 3 == 2 else (".csv", text)
        content = bytearray(whole)
        for place in random.randint(len(content), size=random.randint(1, 4)):
            part = [b'"', b",", b"\n", b"1e400", b"\xff", b"\x00", b"inf", b"2020-13-45"][random.randint(8)]
            content[place : place + random.randint(0, 30)] = part
        path = tmp_path / f"damaged{suffix}"
        path.write_bytes(bytes(content))
        try:
            data = load(str(path))
            assert data.fingerprint
            data.schema.texts(data.rows)
        except DataError as error:
            sentences.append(str(error))
    assert len(sentences) > 20
    assert not any("\n" in sentence for sentence in sentences)
