"""Several runs at once: all of them finish, one that fails stops no other, and a request reaches every one."""

from __future__ import annotations

import dataclasses
import itertools
import os

import pytest

import vae_core
from tests.conftest import ENDLESS, QUICK
from vae_core.config import ConfigError
from vae_core.cores import cores
from vae_core.jobs import configure, train_group
from vae_core.runs import Processes, RunError, Together, alike, fitting
from vae_core.runs.executors import processes, steps_of
from vae_core.training import choose_device


@pytest.mark.slow
def test_runs_side_by_side_are_the_runs_they_would_be_alone(store: vae_core.Store):
    settings = QUICK | {"epochs": 1}
    runs = [store.create(configure("digits", "beta_vae", beta=beta, **settings)) for beta in (1.0, 4.0, 8.0)]
    seen: list[tuple[int, int]] = []
    states = Processes(2).train(store, runs, lambda done, total: seen.append((done, total)))
    assert states == {run.id: "done" for run in runs}
    assert seen[-1][0] == seen[-1][1] == steps_of(runs)[1]
    alone = vae_core.train("digits", "beta_vae", store=store, beta=4.0, **settings)
    assert runs[1].evaluation()["elbo"] == pytest.approx(alone.evaluation()["elbo"], rel=1e-4)


@pytest.mark.slow
def test_one_that_cannot_begin_stops_no_other(store: vae_core.Store):
    good, bad = (store.create(configure("digits", "vae", **QUICK | {"epochs": 1})) for _ in range(2))
    (bad.path / "config.json").write_text("{}")
    states = Processes(2).train(store, [good, good.__class__(bad.id, bad.path, bad.config)])
    assert states[good.id] == "done"
    assert states[bad.id] == "failed"


@pytest.mark.slow
def test_one_that_somebody_deletes_meanwhile_stops_no_other(store: vae_core.Store):
    runs = [store.create(configure("digits", "vae", **QUICK | {"epochs": 1})) for _ in range(3)]

    def delete(done: int, total: int) -> None:
        if runs[1].path.is_dir():
            store.delete(runs[1].id)

    states = Processes(1).train(store, runs, delete)
    assert states == {runs[0].id: "done", runs[1].id: "deleted", runs[2].id: "done"}


@pytest.mark.parametrize("deleted", [[1], [0, 1]])
def test_together_one_that_somebody_deleted_stops_no_other(store: vae_core.Store, deleted: list[int]):
    runs = [store.create(configure("digits", "beta_vae", beta=beta, **QUICK)) for beta in (1.0, 4.0)]
    runs.append(store.create(configure("digits", "vae", **QUICK)))
    for index in deleted:
        store.delete(runs[index].id)
    states = Together(train_group).train(store, runs, lambda done, total: None)
    assert states == {run.id: "deleted" if index in deleted else "done" for index, run in enumerate(runs)}


@pytest.mark.slow
def test_a_request_reaches_all_and_everything_is_saved(store: vae_core.Store):
    runs = [store.create(configure("digits", "vae", seed=seed, **ENDLESS)) for seed in range(3)]

    def tell(done: int, total: int) -> str | None:
        return "cancel" if all(run.status().get("step", 0) > 20 for run in runs[:2]) else None

    states = Processes(2).train(store, runs, tell)
    assert set(states.values()) == {"cancelled"}
    assert all(run.has_weights for run in runs[:2])
    assert not runs[2].has_weights
    assert "Not started" in runs[2].status()["message"]


@pytest.mark.slow
def test_a_run_that_another_process_trains_is_left_alone(store: vae_core.Store):
    run = store.create(configure("digits", "vae", **QUICK))
    run.set_status(state="running")
    with run.lock:
        assert Processes(1).train(store, [run]) == {run.id: "running"}
        assert not run.status().get("message")


@pytest.mark.slow
def test_a_request_before_anything_has_begun(store: vae_core.Store):
    run = store.create(configure("digits", "vae", **ENDLESS))
    states = Processes(1).train(store, [run], lambda done, total: "cancel")
    assert states == {run.id: "cancelled"}
    assert "Not started" in run.status()["message"] or run.history()


@pytest.mark.slow
def test_a_signal_that_is_lost_is_no_lost_request(store: vae_core.Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Processes, "_signal", lambda self, number: None)
    run = store.create(configure("digits", "vae", **ENDLESS))
    states = Processes(1).train(store, [run], lambda done, total: "pause" if done else None)
    assert states == {run.id: "paused"}
    assert run.has_weights
    assert not (run.path / "request.json").exists()


@pytest.mark.parametrize("niced", [True, False])
def test_sessions_of_its_processes_give_way_as_it_does(
    store: vae_core.Store, monkeypatch: pytest.MonkeyPatch, niced: bool
):
    started: list[int] = []
    monkeypatch.setattr(processes, "gives_way", lambda: niced)
    monkeypatch.setattr(processes, "nice_session", started.append)
    run = store.create(configure("digits", "vae", **QUICK))
    (run.path / "config.json").write_text("{}")  # ends soon
    Processes(1).train(store, [run])
    assert len(started) == niced


def test_how_many_fit():
    assert fitting(choose_device("cpu"), 1) == 1
    assert fitting(choose_device("cpu"), 1000) == cores() == len(os.sched_getaffinity(0))
    with pytest.raises(ConfigError, match="--jobs 0"):
        Processes(0)


def test_values_of_beta_together_and_the_rest_by_itself(store: vae_core.Store):
    settings = QUICK | {"epochs": 2}
    runs = [store.create(configure("digits", "beta_vae", beta=beta, **settings)) for beta in (1.0, 4.0)]
    runs.insert(1, store.create(configure("digits", "vae", **settings)))
    assert [[run.id for run in group] for group in alike(runs)] == [[runs[0].id, runs[2].id], [runs[1].id]]
    seen: list[tuple[int, int]] = []
    states = Together(train_group).train(store, runs, lambda done, total: seen.append((done, total)))
    assert states == {run.id: "done" for run in runs}
    assert seen
    alone = vae_core.train("digits", "beta_vae", store=store, beta=4.0, **settings)
    assert runs[2].evaluation()["elbo"] == pytest.approx(alone.evaluation()["elbo"], rel=1e-4)
    assert len(runs[2].history()) == len(alone.history())


@pytest.mark.parametrize("step", [11, 16])
def test_together_all_are_cancelled_and_resume_together(store: vae_core.Store, always_due: None, step: int):
    runs = [store.create(configure("digits", "beta_vae", beta=beta, **QUICK | {"epochs": 4})) for beta in (1.0, 4.0)]
    times = itertools.count()  # once before the group begins, then once after each step
    states = Together(train_group, poll=0.0).train(store, runs, lambda *_: "cancel" if next(times) == step else None)
    assert set(states.values()) == {"cancelled"}
    assert all(run.has_weights for run in runs)
    assert [run.history()[-1]["step"] for run in runs] == [step, step]
    assert len(alike(runs)) == 1
    assert set(Together(train_group).train(store, runs).values()) == {"done"}


def test_together_what_cannot_begin_says_so_in_every_status(store: vae_core.Store, impatient: None):
    runs = [store.create(configure("digits", "beta_vae", beta=beta, **QUICK)) for beta in (1.0, 4.0)]
    with runs[1].lock, pytest.raises(RunError, match="another process"):
        train_group(runs)
    broken = dataclasses.replace(runs[0].config, data=runs[0].config.data.replace(name="/nowhere"))
    bad = [dataclasses.replace(run, config=broken) for run in runs]
    assert set(Together(train_group).train(store, bad).values()) == {"failed"}
    assert "/nowhere" in runs[0].status()["message"]
