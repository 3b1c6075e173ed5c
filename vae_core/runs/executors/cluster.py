"""Runs as tasks of a Ray cluster (Moritz et al. 2018), on machines that all see the store under one path.

A task does what a worker does on one machine: it trains a run folder from its last save. When a machine dies, Ray starts
its tasks on another one, and they continue from the last save. Progress and requests go through the folders.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...config import ConfigError
from ...places import PROJECT, to_install
from ..execute import alike
from ..files import write_json
from ..run import Run
from ..store import Store
from .protocol import OnProgress, set_not_started, state_of, steps_of, there

#: Environment variables that every machine gets.
VARIABLES = ("VAE_DATA_DIR", "XDG_CACHE_HOME")


@dataclass
class RayCluster:
    """Trains runs as tasks of the cluster at `address` ("auto": the one this machine belongs to).

    task: what each machine does, with the folders of runs and its number of threads. together: whether one task trains a
    group of runs that differ in β alone as one batched model; None: where it has a GPU. cpus: cores of each run. gpus: GPUs
    of each run, 0 on machines without; None takes one where the cluster has any and the run may use it.

    Raises (when training):
        ConfigError: Ray is not installed, or no cluster answers at the address.
    """

    address: str
    task: Callable[[list[str], int], object]
    cpus: int = 1
    gpus: float | None = None
    together: bool | None = None
    poll: float = 0.5

    def train(
        self,
        store: Store,
        runs: Sequence[Run],
        on_progress: OnProgress | None = None,
        more: Callable[[], Sequence[Run]] = lambda: (),
    ) -> dict[str, str]:
        """Run id → its final state; `more` is called now and then and returns runs that were queued since."""
        ray = connected(self.address)
        task = ray.remote(max_retries=-1)(self.task)
        tasks: dict[Any, list[Run]] = {}
        action, all_runs = None, {run.path: run for run in runs}

        def start(new_runs: Sequence[Run]) -> None:
            for group in self._groups(ray, new_runs):
                paths, gpus = [str(run.path.resolve()) for run in group], self._gpus_of(ray, group[0])
                tasks[task.options(num_cpus=self.cpus, num_gpus=gpus).remote(paths, self.cpus)] = group

        start(runs)
        while tasks:
            ready, _ = ray.wait(list(tasks), timeout=self.poll)
            for reference in ready:
                for run in there(tasks.pop(reference)):
                    self._write_outcome(ray, reference, run, action)
            self._write_resources(ray, store)
            requested = on_progress(*steps_of(all_runs.values())) if on_progress else None
            if requested and action is None:
                action = requested
                for reference, group in tasks.items():
                    send_request(ray, reference, group, action)
            submitted = {run.path for group in tasks.values() for run in group}
            if new := [run for run in (more() if action is None else ()) if run.path not in submitted]:
                all_runs |= {run.path: run for run in new}
                start(new)
        return {run.id: state_of(run) for run in all_runs.values()}

    def _groups(self, ray: Any, runs: Sequence[Run]) -> list[list[Run]]:
        """The runs of each task: one run, or, where that is faster, a share of the runs that differ in β alone."""
        groups: list[list[Run]] = []
        for group in alike(runs):
            gpus = self._gpus_of(ray, group[0])
            batched = gpus > 0 if self.together is None else self.together
            resources = ray.cluster_resources()
            places = int(resources.get("GPU", 0) / gpus) if gpus else int(resources.get("CPU", 1) / self.cpus)
            size = -(-len(group) // max(1, places)) if batched else 1
            groups += [group[start : start + size] for start in range(0, len(group), size)]
        return groups

    def _gpus_of(self, ray: Any, run: Run) -> float:
        if self.gpus is not None:
            return self.gpus
        device = run.config.train.device
        return 0 if device == "cpu" else float(device.startswith("cuda") or "GPU" in ray.cluster_resources())

    def _write_outcome(self, ray: Any, reference: Any, run: Run, action: str | None) -> None:
        """For a task that ended without writing its run's status, write it: failed, or the requested action."""
        try:
            ray.get(reference)
        except ray.exceptions.TaskCancelledError:
            if action and run.status()["state"] != "done":
                set_not_started(run, action)
        except ray.exceptions.RayError as error:
            if run.status()["state"] not in ("failed", "done"):
                run.set_status(state="failed", message=str(error).strip().splitlines()[-1])

    def _write_resources(self, ray: Any, store: Store) -> None:
        """The cluster's resources and how many are free, in a file that the Train page shows."""
        nodes = [node for node in ray.nodes() if node["Alive"]]
        total, free = ray.cluster_resources(), ray.available_resources()
        resources = {
            "address": self.address,
            "nodes": len(nodes),
            "cpus": total.get("CPU", 0.0),
            "cpus_free": free.get("CPU", 0.0),
            "gpus": total.get("GPU", 0.0),
            "gpus_free": free.get("GPU", 0.0),
            "time": time.time(),
        }
        folder = store.root / ".queue"
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "cluster.json", resources)


def connected(address: str) -> Any:
    """The ray module, connected to the cluster.

    Raises:
        ConfigError: Ray is not installed, or no cluster answers.
    """
    try:
        import ray
    except ImportError:
        raise ConfigError(f"--executor 'ray': Ray is not installed; {to_install('ray')}.") from None
    if not ray.is_initialized():
        # The machines of a cluster run the same project from the same path, or have it installed.
        variables = {name: os.environ[name] for name in VARIABLES if name in os.environ}
        environment = {"env_vars": ({"PYTHONPATH": str(PROJECT)} if PROJECT else {}) | variables}
        try:
            _check_port(address)
            ray.init(address=address, runtime_env=environment, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ConfigError(
                f"--address {address!r}: no Ray cluster answers there ({reason}); start one with `ray start --head`."
            ) from None
    return ray


def _check_port(address: str) -> None:
    """Fail within seconds where nothing listens: Ray itself would wait for minutes.

    Raises:
        OSError: no connection, or an unknown host.
    """
    host_port = re.fullmatch(r"(?:ray://)?([^:/]+):(\d{1,5})", address)
    if host_port:
        socket.create_connection((host_port[1], int(host_port[2])), timeout=5).close()


def send_request(ray: Any, reference: Any, runs: Sequence[Run], action: str) -> None:
    """Write the request to the runs' folders; a task that has not started is cancelled."""
    runs = there(runs)
    for run in runs:
        write_json(run.path / "request.json", {"action": action}, run.path)
    if not any(run.status()["state"] == "running" for run in runs):
        ray.cancel(reference)
