"""The Measure page: a table for runs with factors, a sentence for those without, and the self-check."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import vae_core
from explorer.jobs import commands
from explorer.measure.figures import matrix_figure, scores_figure
from explorer.measure.files import csv, latex
from explorer.measure.subjects import Subject
from explorer.measure.table import Shown, points_of, table, titles_of, udr_of, with_best
from vae_core.analysis import generation_quality, scores_of_run
from vae_core.metrics.bootstrap import Estimate
from vae_core.metrics.known_answers import Check
from vae_core.runs import Run, RunConfig, Store

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
    monkeypatch.setattr(commands, "_start", lambda run, command: begun.append(command))
    monkeypatch.setattr(commands, "_jobs", dict)
    seen = dataclasses.replace(trained, requested_beta=4.0)
    commands.job_for(seen, Subject(seen, "codes", ("mig", "sap")).command(), False)
    assert begun[0] == ["metrics", trained.id, "--scores", "mig,sap", "--of", "codes", "--at", "4.0"]


def test_the_check_says_what_holds(app: Open, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("one")
    checks = [Check("A code", "mig", 1.0, 0.01, 1.0), Check("A code", "sap", 0.5, 0.01, 0.2)]
    monkeypatch.setattr("explorer.measure.check.self_check", lambda progress: checks)
    at = app("measure", run="one")
    at.button(key="measure.check").click().run()
    assert not at.exception
    assert "1 of 2 scores differ from their known answers" in texts(at.error)
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


def test_scores_are_dots_with_their_intervals() -> None:
    mig, sap = Shown.from_estimate(Estimate(0.4, 0.35, 0.5)), Shown.from_estimate(Estimate(0.1, None, None))
    rows = [
        {"Run": "one", "MIG": mig, "SAP": np.nan, "β": 4.0},
        {"Run": "two", "MIG": np.nan, "SAP": sap},
        {"Run": "x"},
    ]
    points = points_of(pd.DataFrame(rows, dtype=object).set_index("Run"))
    assert points == {"one": {"MIG": (0.4, 0.35, 0.5)}, "two": {"SAP": (0.1, 0.1, 0.1)}}
    first, second = scores_figure(points).data
    assert (first.x, first.error_x.array, first.error_x.arrayminus) == (
        (0.4,),
        pytest.approx((0.1,)),
        pytest.approx((0.05,)),
    )
    assert scores_figure(points).layout.yaxis.ticktext == ("MIG", "SAP")
    assert round(first.y[0]) == 0
    assert round(second.y[0]) == 1
    assert first.marker.symbol != second.marker.symbol


def test_baselines_and_the_autoencoder_that_is_trained_beside(app: Open, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    settings = dict(network="mlp", hidden=(8,), latent_dim=3, image_size=8, size=1200, epochs=1, snapshots=0)
    run = vae_core.train("sprites", "beta_vae", store=store, name="own", beta=2.0, seed=3, **settings)
    requests: list[RunConfig] = []
    monkeypatch.setattr("explorer.measure.compute.queue", requests.extend)
    at = app("measure", run=run.id, compare=run.id)
    at.toggle(key="measure.baselines").set_value(True).run()
    assert not at.exception
    assert list(at.dataframe[0].value.index) == ["own", "PCA, 3 components", "The factors themselves"]
    at.button(key="measure.autoencoder").click().run()
    (config,) = requests
    assert (config.family, config.model.latent_dim, config.model.hidden) == ("autoencoder", 3, (8,))
    assert (config.fingerprint, config.train) == (run.config.fingerprint, run.config.train)
    beside = vae_core.train("sprites", "autoencoder", store=store, name="beside", **settings)
    at.run()
    assert "beside" in list(at.dataframe[0].value.index), beside.id


def test_while_a_run_is_measured_the_page_says_so(app: Open, store: Store) -> None:
    """The process that measures is one that never ends."""
    settings = dict(network="mlp", hidden=(8,), latent_dim=3, image_size=8, size=1200, epochs=1, snapshots=0)
    run = vae_core.train("sprites", "vae", store=store, name="own", **settings)
    at = app("measure", run=run.id, compare=run.id)
    assert not at.get("progress")
    at.button(key="measure.start").click().run()
    assert not at.exception
    assert "own is being measured" in at.get("progress")[0].proto.text
    assert not [button for button in at.button if button.key == "measure.start"]


def test_numbers_keep_their_intervals_on_the_way_to_files(app: Open, store: Store) -> None:
    run = vae_core.train("sprites", "vae", store=store, name="own", network="mlp", hidden=(8,), latent_dim=3, image_size=8, size=2000, epochs=1, snapshots=0)  # fmt: skip
    known = scores_of_run(run, ["mig", "sap"])
    frame = table([Subject(run, "codes", ("mig", "sap"))], ["mig", "sap"])
    half = (known["mig"].high - known["mig"].low) / 2
    assert str(frame.loc["own", "MIG"]) == f"{known['mig'].value:.3f} ± {half:.3f}"
    row = pd.read_csv(io.StringIO(csv(frame))).iloc[0]
    found = [row[name] for name in ("MIG", "MIG low", "MIG high")]
    assert found == pytest.approx([known["mig"].value, known["mig"].low, known["mig"].high])
    assert f"{known['sap'].value:.3f} $\\pm$" in latex(frame)


def test_seeds_that_differ_in_nothing_else_are_ranked(app: Open, store: Store) -> None:
    settings = dict(network="mlp", hidden=(16,), latent_dim=3, image_size=8, epochs=3, snapshots=0)
    runs = [vae_core.train("digits", "vae", store=store, name=f"s{seed}", seed=seed, **settings) for seed in (0, 1)]
    other = vae_core.train("digits", "vae", store=store, name="other", seed=0, **settings | {"hidden": (8,)})
    found = udr_of([*runs, other])
    assert found.keys() == {run.id for run in runs}
    assert all(0 <= value <= 1 for value in found.values())
    frame = table([Subject(run) for run in [*runs, other]], [])
    assert frame["UDR"].notna().tolist() == [True, True, False]


def test_fid_names_the_network_it_sees_through(app: Open, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vae_core.analysis.scores.generation.STEPS", 20)
    run = Run.open(put("one"))
    quality = generation_quality(run, "classifier")
    at = app("measure", run="one", compare="one")
    at.toggle(key="measure.generation").set_value(True).run()
    assert not at.exception
    frame = at.dataframe[0].value
    assert frame.loc["one", "FID"] == pytest.approx(quality["fid"])
    assert frame.loc["one", "Seen through"] == "a small classifier of the labels of digits"
    shown = table([Subject(run, generation=True)], [])
    assert "small classifier" in with_best(shown).to_html()  # type: ignore[attr-defined]
    assert "small classifier" in latex(shown)
    assert "small classifier" in csv(shown)
