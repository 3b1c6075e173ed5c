"""Runs on a real Ray cluster of two machines, both of them processes of this one."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import vae_core
from tests.conftest import ENDLESS, QUICK
from vae_core.config import ConfigError
from vae_core.jobs import configure, train_folder, train_folders
from vae_core.runs import RayCluster
from vae_core.runs.executors.cluster import connected
from vae_core.runs.files import read_json, write_json

pytestmark = pytest.mark.slow
ray = pytest.importorskip("ray")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    # A killed machine refuses connections: five refusals take 2.5 s instead of 15, and one that is merely slow still has as
    # long. Ray's tasks have a niceness of 15: beside other busy processes they would get next to no time.
    config = {"health_check_period_ms": 500, "worker_niceness": 0}
    head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 100_000_000, "_system_config": config}
    found = Cluster(initialize_head=True, head_node_args=head)
    found.add_node(num_cpus=1, object_store_memory=100_000_000)
    yield found
    ray.shutdown()
    found.shutdown()


def runs_of(store: vae_core.Store, count: int, **settings: Any) -> list[vae_core.Run]:
    return [store.create(configure("digits", "beta_vae", beta=float(k + 1), **settings)) for k in range(count)]


@pytest.mark.nightly
def test_eight_variants_finish_and_the_resources_are_reported(cluster: Any, store: vae_core.Store) -> None:
    runs = runs_of(store, 8, **QUICK | {"epochs": 1})
    seen: list[tuple[int, int]] = []
    states = RayCluster(cluster.address, train_folders, poll=0.1).train(store, runs, lambda *steps: seen.append(steps))
    assert states == {run.id: "done" for run in runs}
    assert seen[-1][0] == seen[-1][1] > 0
    assert all(run.evaluation() for run in runs)
    resources = read_json(store.root / ".queue" / "cluster.json")
    assert resources["nodes"] == resources["cpus"] == 2
    alone = vae_core.train("digits", "beta_vae", store=store, beta=3.0, **QUICK | {"epochs": 1})
    assert runs[2].evaluation()["elbo"] == pytest.approx(alone.evaluation()["elbo"], rel=1e-4)


@pytest.mark.nightly
def test_groups_of_variants_are_one_task_each(cluster: Any, store: vae_core.Store) -> None:
    runs = runs_of(store, 5, **QUICK | {"epochs": 1})
    grouped = RayCluster(cluster.address, train_folders, poll=0.1, together=True)
    assert [len(group) for group in grouped._groups(connected(cluster.address), runs)] == [3, 2]
    assert grouped.train(store, runs) == {run.id: "done" for run in runs}
    assert "3 variants together" in runs[0].status()["device"]


@pytest.mark.nightly
def test_cancel_reaches_those_that_train_and_those_that_wait(cluster: Any, store: vae_core.Store) -> None:
    runs = runs_of(store, 4, **ENDLESS)

    def tell(done: int, total: int) -> str | None:
        return "cancel" if sum(run.status().get("step", 0) > 20 for run in runs) == 2 else None

    states = RayCluster(cluster.address, train_folders, poll=0.1).train(store, runs, tell)
    assert set(states.values()) == {"cancelled"}
    assert sum(run.has_weights for run in runs) == 2


@pytest.mark.nightly
def test_runs_of_a_dead_machine_go_on_elsewhere_from_their_last_save(cluster: Any, store: vae_core.Store) -> None:
    doomed = cluster.add_node(num_cpus=1, resources={"doomed": 1}, object_store_memory=100_000_000)
    runs = runs_of(store, 3, **QUICK | {"epochs": 200})
    killed: list[dict[str, int]] = []

    def tell(done: int, total: int) -> None:
        steps = {run.id: run.status().get("step", 0) for run in runs if run.has_weights}
        if not killed and len(steps) == 3 and min(steps.values()) > 100:
            killed.append(steps)
            cluster.remove_node(doomed, allow_graceful=False)

    states = RayCluster(cluster.address, train_folders, poll=0.1).train(store, runs, tell)
    assert killed
    assert states == {run.id: "done" for run in runs}
    for run in runs:
        steps = [record["step"] for record in run.history()]
        assert steps == sorted(set(steps))
        assert steps[-1] == run.config.train.total_steps(run.config.model.train_size)


def test_a_run_taken_out_of_the_queue_is_not_begun(store: vae_core.Store) -> None:
    (run,) = runs_of(store, 1, **QUICK)
    run.set_status(state="cancelled")
    write_json(run.path / "request.json", {"wish": "cancel"})
    assert train_folder(run) == "cancelled"
    assert not run.has_weights


def sweep_from_the_command_line(store: vae_core.Store, address: str, *more: str) -> subprocess.CompletedProcess[str]:
    words = f"sweep --dataset digits --betas 1 2 --executor ray --epochs 1 --network mlp --image-size 8 --address {address}".split()
    command = [sys.executable, "-m", "vae_core", *words, "--store", str(store.root), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)


def test_no_cluster_is_one_sentence(store: vae_core.Store) -> None:
    found = sweep_from_the_command_line(store, "127.0.0.1:1")
    assert found.returncode == 2
    assert "--address '127.0.0.1:1'" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.nightly
def test_the_command_line_sweeps_on_the_cluster(cluster: Any, store: vae_core.Store) -> None:
    found = sweep_from_the_command_line(store, cluster.address, "--json")
    assert found.returncode == 0, found.stderr
    assert [run["status"] for run in json.loads(found.stdout.splitlines()[-1])["runs"]] == ["done", "done"]
    assert time.time() - read_json(store.root / ".queue" / "cluster.json")["time"] < 300


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"requirements-ray\.txt"):
        connected("auto")
