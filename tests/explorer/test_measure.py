"""The Measure page: a table for runs with factors, a sentence for those without, and the self-check."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from explorer import background
from explorer.factor_figures import matrix_figure
from explorer.measures import Subject, latex, titles_of, with_best
from vae_core.analysis import MapConfig
from vae_core.metrics.known import Check
from vae_core.runs import Run

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]


def test_runs_without_factors_get_what_needs_none(app: Open, put: Put) -> None:
    put("one")
    put("two")
    at = app("measure", run="one", compare="one,two")
    assert not at.exception
    assert "no ground-truth factors" in texts(at.info)
    frame = at.dataframe[0].value
    assert len(frame) == 2
    assert "Gaussian TC in nats" in frame.columns
    assert "MIG" not in frame.columns


def test_a_job_asks_at_the_beta_in_view(monkeypatch: pytest.MonkeyPatch, trained: Run) -> None:
    begun: list[list[str]] = []
    monkeypatch.setattr(background, "_start", lambda run, command: begun.append(command))
    monkeypatch.setattr(background, "_jobs", dict)
    seen = dataclasses.replace(trained, asked=4.0)
    background.measure(seen, Subject(seen, "codes", ("mig", "sap")).command(), False)
    background.lay_out(seen, MapConfig(method="umap"))
    assert begun[0] == ["metrics", trained.id, "--scores", "mig,sap", "--of", "codes", "--at", "4.0"]
    assert begun[1][-2:] == ["--at", "4.0"]


def test_the_check_says_what_holds(app: Open, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("one")
    checks = [Check("A code", "mig", 1.0, 0.01, 1.0), Check("A code", "sap", 0.5, 0.01, 0.2)]
    monkeypatch.setattr("explorer.measures.self_check", lambda progress: checks)
    at = app("measure", run="one")
    at.button(key="measure.check").click().run()
    assert not at.exception
    assert "1 of 2 known answers are not found here" in texts(at.error)
    assert list(at.dataframe[-1].value["Holds"]) == [True, False]


def test_the_best_is_bold_whichever_way_is_better() -> None:
    frame = pd.DataFrame(
        {"β": [1.0, 4.0], "MIG": [0.1, 0.3], "Gaussian TC in nats": [0.5, 0.2], "SAP": [0.2, None]},
        index=["a", "b"],
    )
    html = with_best(frame).to_html()  # type: ignore[attr-defined]
    styles = html[: html.index("</style>")]
    assert "row1_col1" in styles
    assert "row1_col2" in styles
    assert "row0_col0" not in styles
    assert "row0_col3" not in styles, "one number alone is no best"
    text = latex(frame)
    assert r"\toprule" in text
    assert "0.300" in text


def test_a_matrix_is_drawn_in_the_order_of_the_sliders() -> None:
    matrix = np.arange(6.0).reshape(3, 2)
    figure = matrix_figure(matrix, [2, 0, 1], ["position_x", "scale"], "share")
    assert list(figure.data[0].y) == ["z2", "z0", "z1"]
    assert list(figure.data[0].x) == ["position x", "scale"]
    assert figure.data[0].z[0].tolist() == [4.0, 5.0]
    assert titles_of(["mig", "dci"])["dci_completeness"] == "DCI completeness"
