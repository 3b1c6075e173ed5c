"""Histories from files and drawn ones: the matrix, the split, and one sentence for everything that is none."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from vae_core.datasets import DataConfig, DataError, HistoryData, kind_of, load
from vae_core.datasets.histories import data as histories
from vae_core.datasets.histories.limits import Limits
from vae_core.datasets.histories.tastes import GENRES, draw


@pytest.fixture
def frame():
    """30 users with 6 of 12 items each, in a random order, ratings 1 to 5."""
    random = np.random.RandomState(0)
    rows = [(f"u{user}", f"i{item}") for user in range(30) for item in random.choice(12, 6, replace=False)]
    frame = pd.DataFrame(rows, columns=["user", "item"])
    return frame.assign(rating=random.randint(1, 6, len(frame))).sample(frac=1, random_state=1)


@pytest.fixture
def save(tmp_path):
    def save(frame, name="plays.csv", **options):
        path = tmp_path / name
        if name.endswith(".parquet"):
            frame.to_parquet(path, index=False)
        else:
            frame.to_csv(path, index=False, **options)
        return str(path)

    return save


def test_the_matrix_has_every_event_once(save, frame):
    data = load(save(pd.concat([frame, frame.head(40)])))
    assert isinstance(data, HistoryData)
    assert data.events.shape == (30, 12)
    assert data.events.dtype == torch.bool
    assert (data.events.sum(1) == 6).all()
    counts = frame["item"].value_counts()
    for column, name in enumerate(data.item_names):
        assert int(data.events[:, column].sum()) == counts[name]
    assert data.shape == (12,)
    train_counts = data.train.items.sum(0)
    assert (train_counts[:-1] >= train_counts[1:]).all()


@pytest.mark.parametrize("name", ["plays.csv", "plays.tsv", "plays.parquet"])
def test_files_with_the_same_events_give_the_same_data(save, frame, name):
    expected = load(save(frame, "first.csv"))
    shuffled = frame.sample(frac=1, random_state=2)
    data = load(save(shuffled, name, **({"sep": "\t"} if name.endswith("tsv") else {})))
    assert torch.equal(data.events, expected.events)
    assert data.item_names == expected.item_names


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ("user,item", "history"), ("userId,movieId,rating,timestamp", "history"), ("USER_ID;ITEM_ID", "history"),
        ("user,item,age", "table"), ("user,rating", "table"), ("user,userId,item", "table"), ("item", "table"),
    ],
)  # fmt: skip
def test_the_columns_tell_histories_from_tables(tmp_path, columns, kind):
    path = tmp_path / "some.csv"
    path.write_text(columns + "\n1,1\n")
    assert kind_of(str(path)) == kind
    assert kind_of("tastes") == "history"
    assert kind_of("wine") == "table"
    assert kind_of("digits") == "images"


def test_ratings_below_the_threshold_and_users_with_few_events_are_left_out(save, frame):
    path = save(frame)
    data = load(DataConfig(path, min_rating=3.0, min_events=3))
    counts = frame[frame["rating"] >= 3].groupby("user").size()
    assert len(data.events) <= int((counts >= 3).sum())
    assert int(data.train.items.sum(1).min()) >= 3
    total = int(frame[(frame["rating"] >= 3) & frame["user"].isin(counts.index[counts >= 3])].shape[0])
    assert int(data.events.sum()) <= total


def test_held_out_users_are_folded_as_published(save, frame):
    data = load("tastes")
    seen, targets = data.folds
    test = data.test.items
    assert not (seen & targets).any()
    assert torch.equal(seen | targets, test)
    assert torch.equal(targets.sum(1), (0.2 * test.sum(1)).long().clamp(min=1))
    assert int(seen.sum(1).min()) >= 1
    again = load("tastes", "test")
    assert again.fingerprint == data.fingerprint
    assert torch.equal(again.folds[1], targets)
    assert len(again.train.items) == 0


def test_tastes_follow_their_genres():
    drawn = draw(400, 3)
    assert torch.equal(draw(400, 3).events, drawn.events)
    torch.testing.assert_close(drawn.preferences.sum(1), torch.ones(400, dtype=torch.float64))
    data = load(DataConfig("tastes", size=400, seed=3))
    assert data.item_names[0] == "Ambient 01"
    assert data.class_names == GENRES
    single = drawn.mixtures.amax(1) > 0.85
    assert single.sum() > 10
    by_genre = drawn.events.view(400, len(GENRES), -1).sum(2)
    own = by_genre.gather(1, drawn.mixtures.argmax(1, keepdim=True))[:, 0] / by_genre.sum(1)
    assert own[single].mean() > 0.55
    popular = drawn.events.view(400, len(GENRES), -1).sum((0, 1))
    assert popular[0] > 2 * popular[-1]


BROKEN = {
    "no rows": ("user,item\n", "has column names and no rows"),
    "no user": ("user,item\n,a\nb,c\n", "without a value in the column of users"),
    "ragged": ("user,item\na,b\na,b,c\n", "cannot be read"),
    "few users": ("user,item\na,b\na,c\n", "0 users with at least 5 events"),
    "control": ("user,item\n\x1b[31m,b\n", "controls a terminal"),
    "long": (f"user,item\n{'a' * 200},b\n", "at most 100 characters"),
    "rating": ("user,item,rating\na,b,good\n", "cannot be read"),
    "nan": ("user,item,rating\na,b,nan\n", "missing or infinite"),
    "inf": ("user,item,rating\na,b,inf\n", "missing or infinite"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_history_is_refused_in_one_sentence(tmp_path, case):
    text, says = BROKEN[case]
    path = tmp_path / "plays.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=says):
        load(str(path))


def test_other_files_and_settings(tmp_path, save, frame, monkeypatch):
    path = save(frame.drop(columns="rating"))
    for settings, says in (
        (dict(min_rating=4), "has no column rating"),
        (dict(size=1000), "use at most 30"),
        (dict(label="user"), "no meaning for the histories"),
        (dict(image_size=32), "no meaning for the histories"),
    ):
        with pytest.raises(DataError, match=says):
            load(DataConfig(path, **settings))
    with pytest.raises(DataError, match="for histories"):
        load(DataConfig("wine", min_rating=4))
    with pytest.raises(DataError, match="has no ratings"):
        load(DataConfig("tastes", min_rating=4))
    broken = tmp_path / "plays.parquet"
    for content in (b"", b"PAR1", b"PAR1" + bytes(100)):
        broken.write_bytes(content)
        with pytest.raises(DataError):
            load(str(broken))
    nested = pa.table({"user": [[1], [2]], "item": ["a", "b"]})
    pq.write_table(nested, broken)
    with pytest.raises(DataError, match="cannot be read"):
        load(str(broken))
    (tmp_path / "binary.csv").write_bytes(b"user,item\n\xff\xfe\x00,1\n")
    with pytest.raises(DataError):
        load(str(tmp_path / "binary.csv"))
    monkeypatch.setattr(histories, "LIMITS", Limits(cells=100))
    with pytest.raises(DataError, match="fit: use fewer users"):
        load(path)
    monkeypatch.setattr(histories, "LIMITS", Limits(items=5))
    with pytest.raises(DataError, match="12 items; histories may have at most 5"):
        load(path)


def test_content_that_is_not_on_the_disk(frame):
    from pathlib import Path

    from vae_core.datasets.histories.read import is_history, read

    file = io.StringIO()
    frame.to_csv(file, index=False)
    content = file.getvalue().encode()
    assert is_history("plays.csv", content)
    assert len(read(Path("plays.csv"), content).users) == len(frame)
