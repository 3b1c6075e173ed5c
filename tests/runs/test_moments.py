"""A run at a snapshot of its training is looked at as any run, and nothing is written as if it were one."""

from __future__ import annotations

import pytest
import torch

import vae_core
from tests.conftest import QUICK
from vae_core.analysis import EvaluateConfig, MapConfig, evaluate, latents_file, latents_of, map_file
from vae_core.runs import Run, RunError, Store, request, resume, split_id
from vae_core.runs.archive import write_archive
from vae_core.serving import ModelCache


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    store = Store(tmp_path_factory.mktemp("moments"))
    return vae_core.train("digits", "beta_vae", store=store, **QUICK | {"snapshots": 5})


@pytest.fixture
def store(run: Run) -> Store:
    return Store(run.path.parent)


def test_its_moments_are_the_snapshots_and_the_end(run: Run):
    steps = [step for step, _ in run.moments()]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, run.history()[-1]["step"])
    moments = [moment for _, moment in run.moments()]
    assert moments[-1] == run
    assert [moment.id for moment in moments[:-1]] == [f"{run.id}@{step}" for step in steps[:-1]]
    assert moments[1].moments() == run.moments()


def test_its_id_opens_it(run: Run, store: Store):
    step, snapshot = run.moments()[2]
    opened = store.open(f"{run.id}@{step}")
    assert (opened.id, opened.requested_step) == (snapshot.id, step)
    assert opened.config.name == f"{run.config.name} · step {step:,}"
    assert opened.at_step(None) == store.open(run.id)
    assert opened.at_step(0) == store.open(f"{run.id}@0")
    assert split_id(opened.id) == (run.id, step)


@pytest.mark.parametrize("id", ["{}@7777", "{}@", "{}@x", "{}@-1", "{}@1@0", "none@0"])
def test_no_such_snapshot(run: Run, store: Store, id: str):
    with pytest.raises(RunError, match=r"no snapshot of step 7777; its snapshots are 0, |There is no run"):
        store.open(id.format(run.id))


def test_its_weights_codes_and_numbers_are_those_of_the_step(run: Run):
    early, end = run.at_step(0), run
    first, last = (moment.model().state_dict() for moment in (early, end))
    assert any(not torch.equal(first[name], last[name]) for name in first)
    assert early.weights_hash() != end.weights_hash()
    assert latents_file(early) != latents_file(end)
    assert map_file(early, MapConfig(method="pca")) != map_file(end, MapConfig(method="pca"))
    assert abs(latents_of(early).mu - latents_of(end).mu).max() > 0
    assert [record["step"] for record in early.history()] == [0]
    assert early.evaluation() is None
    table = evaluate(early, EvaluateConfig())
    assert table["elbo"] == pytest.approx(early.history()[0]["elbo"], rel=0.05)
    assert run.evaluation()["elbo"] > table["elbo"]


def test_models_of_moments_are_held_side_by_side(run: Run):
    models = ModelCache()
    early, end = models.model(run.at_step(0)), models.model(run)
    assert models.model(run.at_step(0)) is early
    assert models.model(run) is end
    assert early is not end


def test_nothing_is_done_to_a_snapshot(run: Run, store: Store, tmp_path):
    snapshot, before = run.at_step(0), (run.path / "status.json").read_bytes()
    for act in (
        lambda: snapshot.set_status(state="paused"),
        lambda: write_archive(snapshot, tmp_path / "x.zip"),
        lambda: resume(store, snapshot),
        lambda: request(snapshot, "pause"),
        lambda: store.delete(snapshot.id),
    ):
        with pytest.raises(RunError, match=r"is a snapshot, not a run|There is no run"):
            act()
    assert (run.path / "status.json").read_bytes() == before
    assert run.path.is_dir()
