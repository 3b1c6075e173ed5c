"""Anomalies, new rows, copies and filled holes of tables, against answers that are known."""

import csv
import io
import math

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp

from vae_core.analysis.tables.anomalies import reasons, row_scores_of, usual_nats
from vae_core.analysis.tables.filling import filled
from vae_core.analysis.tables.synthetic import (
    MAX_ROWS,
    copies,
    correlations,
    marginals,
    mean_difference,
    nearest_rows,
    new_rows,
    to_csv,
)
from vae_core.config import ConfigError
from vae_core.datasets.tables import Column, Schema

NAN = math.nan


@pytest.fixture(scope="module")
def data(table_run):
    return table_run.data("all")


def test_a_spoilt_row_is_found_and_its_column_named(table_run, data):
    rows = data.test.items.clone()
    rows[7, 1] = 25.0  # a weight of 25 standard deviations
    scores = row_scores_of(table_run.model(), rows)
    assert int(scores.by_name["nelbo"].argmax()) == 7
    usual = usual_nats(scores, rows)
    (first, *_) = reasons(scores, rows, data.schema, 7, usual)
    assert first.startswith("weight ")
    assert ", expected " in first
    np.testing.assert_allclose(scores.by_name["nelbo"], scores.by_name["distortion"] + scores.by_name["rate"])
    np.testing.assert_allclose(scores.nats.sum(1), scores.by_name["distortion"])
    assert (scores.nats[rows.isnan().numpy()] == 0).all()


def test_new_rows_resemble_the_real_ones(table_run, data):
    rows = new_rows(table_run.model(), 2000)
    assert torch.isfinite(rows).all()
    found = marginals(data.schema, data.train.items, data.test.items, rows)
    assert all(0 <= one.distance < 0.45 for one in found)
    height = next(one for one in found if one.column.name == "height")
    seen = data.train.items[:, 0]
    assert height.distance == pytest.approx(ks_2samp(seen[~seen.isnan()].numpy(), rows[:, 0].numpy()).statistic)
    names, real = correlations(data.schema, data.train.items)
    assert names == ["height", "weight", "income", "coat", "since"]
    _, new = correlations(data.schema, rows)
    assert new[0, 1] > 0.5
    assert mean_difference(real, real) == 0
    assert torch.equal(new_rows(table_run.model(), 5, seed=3), new_rows(table_run.model(), 5, seed=3))


def test_total_variation_of_categories():
    schema = Schema((Column("c", "categorical", ("a", "b", "c"), shares=(0.5, 0.5, 0.0)),))
    train, test = torch.tensor([[0.0], [0.0], [1.0], [NAN]]), torch.tensor([[0.0], [1.0]])
    (found,) = marginals(schema, train, test, torch.tensor([[2.0], [2.0]]))
    assert found.distance == pytest.approx(1.0)
    assert found.between_real == pytest.approx(2 / 3 - 1 / 2)


def test_copies_are_noticed(data):
    train, test = data.train.items, data.test.items
    found = copies(data.schema, train, test, train[:40])
    assert found.exact == 40
    assert found.new.max() == 0
    assert found.close == 1.0
    honest = copies(data.schema, train, test, test)
    assert honest.exact == 0
    np.testing.assert_array_equal(honest.new, honest.test)
    assert honest.close <= 0.06


def test_the_distance_by_hand():
    schema = Schema((Column("n", "numeric"), Column("c", "categorical", ("a", "b", "c")), Column("m", "numeric")))
    training = torch.tensor([[0.0, 0, 0], [3.0, 1, NAN]])
    rows = torch.tensor([[1.0, 2, 2.0], [3.0, 1, 5.0], [NAN, NAN, 1.0]])
    place, distance = nearest_rows(schema, rows, training)
    assert place.tolist() == [0, 1, 0]
    np.testing.assert_allclose(distance, [math.sqrt((1 + 1 + 4) / 3), 0, 1])


def test_csv_of_rows_comes_back(data):
    lines = list(csv.reader(io.StringIO(to_csv(data.schema, data.test.items))))
    assert tuple(lines[0]) == data.schema.names
    assert lines[1:] == data.schema.texts(data.test.items)


def test_a_text_that_a_spreadsheet_would_run_is_harmless():
    schema = Schema((Column("=cmd()", "binary", ("=1+1", "-5")), Column("n", "numeric")))
    lines = to_csv(schema, torch.tensor([[0.0, -1.0], [1.0, NAN]])).splitlines()
    assert lines == ["'=cmd(),n", "'=1+1,-1.000", "-5,"]


def test_requests_that_make_no_rows(table_run):
    for count, temperature in ((0, 1.0), (MAX_ROWS + 1, 1.0), (5, -1.0)):
        with pytest.raises(ConfigError, match="must be from"):
            new_rows(table_run.model(), count, temperature)


def test_holes_are_filled_better_than_by_the_mean(table_run, data):
    rows = data.test.items.clone()
    known = ~rows[:, 1].isnan() & ~rows[:, 0].isnan()
    truth = rows[known, 1].clone()
    rows[known, 1] = NAN
    full = filled(table_run.model(), rows)
    assert torch.isfinite(full).all()
    error = (full[known, 1] - truth).square().mean()
    assert error < 0.75 * truth.square().mean()
    seen = ~rows.isnan()
    assert torch.equal(full[seen], rows[seen])
