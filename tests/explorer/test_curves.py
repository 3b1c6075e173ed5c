"""Curves hold the numbers they were given."""

from __future__ import annotations

import pytest

from explorer.train.curves import MAX_LINES, loss_curves, rate_curves, settled_range


def record(epoch: float, rate: float | None = 2.0, dims: int = 3) -> dict[str, object]:
    elbo = None if rate is None else -(10.0 / (epoch + 1) + rate)
    per_dim = None if rate is None else [rate / dims] * dims
    return {"epoch": epoch, "elbo": elbo, "distortion": 10.0 / (epoch + 1), "rate": rate, "rate_per_dim": per_dim}


def test_one_line_per_run_and_term() -> None:
    figure = loss_curves({"a": [record(0), record(1)], "b": [record(0)]})
    assert [trace.name for trace in figure.data] == ["a", "b"] * 3
    assert list(figure.data[0].y) == pytest.approx([12.0, 7.0])  # −ELBO = distortion + rate
    assert figure.data[0].line.color == figure.data[2].line.color != figure.data[1].line.color


def test_without_a_prior_there_is_distortion_alone() -> None:
    figure = loss_curves({"ae": [record(0, None), record(1, None)]})
    assert [list(trace.y) for trace in figure.data] == [[10.0, 5.0]]
    assert rate_curves([record(0, None)]) is None


def test_before_the_first_point_there_are_axes_without_numbers() -> None:
    figure = loss_curves({"a": []})
    assert [len(trace.x) for trace in figure.data] == [0, 0, 0]
    assert not figure.layout.xaxis.showticklabels
    assert not figure.layout.yaxis3.showticklabels


def test_the_untrained_start_does_not_flatten_the_rest() -> None:
    low, high = settled_range([[1000.0, 20.0, 10.0], [900.0, 15.0]]) or (0, 0)
    assert low < 10 < 20 < high < 30
    assert settled_range([[None, None]]) is None
    assert settled_range([]) is None


@pytest.mark.parametrize(("dims", "kind", "count"), [(3, "scatter", 3), (MAX_LINES + 1, "heatmap", 1)])
def test_rates_are_lines_or_a_heat_map(dims: int, kind: str, count: int) -> None:
    figure = rate_curves([record(0, dims=dims), record(1, dims=dims)])
    assert figure is not None
    assert [trace.type for trace in figure.data] == [kind] * count
