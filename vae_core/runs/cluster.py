"""Runs as tasks of a Ray cluster (Moritz et al. 2018), on machines that all see the store under one path.

A task is what a worker does on one machine: it trains a run folder from where it was saved. When a machine dies, Ray
starts its tasks elsewhere and they go on from the last save. Progress and wishes travel through the folders.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import ConfigError
from .execute import alike
from .executors import STATE_OF, Tell, steps_of
from .files import write_json
from .run import Run
from .store import Store

#: Passed on to every machine.
VARIABLES = ("VAE_DATA_DIR", "XDG_CACHE_HOME")


@dataclass
class RayCluster:
    """Trains runs as tasks of the cluster at `address` ("auto": the one this machine belongs to).

    task: what each machine does, told folders of runs and its threads. together: whether one task trains a group of runs that
    differ in β alone as one batched model; None: where it has a GPU. cpus: cores of each run. gpus: GPUs of each run, 0 on machines without; None takes one where the cluster has any and
    the run may use it.

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
        tell: Tell | None = None,
        more: Callable[[], Sequence[Run]] = lambda: (),
    ) -> dict[str, str]:
        """Run id → its state when all are through; `more` is asked now and then for runs that came since."""
        ray = connected(self.address)
        task = ray.remote(max_retries=-1)(self.task)
        tasks: dict[Any, list[Run]] = {}
        action, everything = None, {run.path: run for run in runs}

        def begin(those: Sequence[Run]) -> None:
            for group in self._groups(ray, those):
                paths, gpus = [str(run.path.resolve()) for run in group], self._gpus_of(ray, group[0])
                tasks[task.options(num_cpus=self.cpus, num_gpus=gpus).remote(paths, self.cpus)] = group

        begin(runs)
        while tasks:
            ready, _ = ray.wait(list(tasks), timeout=self.poll)
            for reference in ready:
                for run in tasks.pop(reference):
                    self._take_note(ray, reference, run, action)
            self._tell_resources(ray, store)
            asked = tell(*steps_of(list(everything.values()))) if tell else None
            if asked and action is None:
                action = asked
                for reference, group in tasks.items():
                    ask(ray, reference, group, action)
            under_way = {run.path for group in tasks.values() for run in group}
            if new := [run for run in (more() if action is None else ()) if run.path not in under_way]:
                everything |= {run.path: run for run in new}
                begin(new)
        return {run.id: run.status()["state"] for run in everything.values()}

    def _groups(self, ray: Any, runs: Sequence[Run]) -> list[list[Run]]:
        """What each task trains: a run, or where that pays its share of the runs that differ in β alone."""
        found: list[list[Run]] = []
        for group in alike(runs):
            gpus = self._gpus_of(ray, group[0])
            pays = gpus > 0 if self.together is None else self.together
            has = ray.cluster_resources()
            places = int(has.get("GPU", 0) / gpus) if gpus else int(has.get("CPU", 1) / self.cpus)
            size = -(-len(group) // max(1, places)) if pays else 1
            found += [group[begin : begin + size] for begin in range(0, len(group), size)]
        return found

    def _gpus_of(self, ray: Any, run: Run) -> float:
        if self.gpus is not None:
            return self.gpus
        wanted = run.config.train.device
        return 0 if wanted == "cpu" else float(wanted.startswith("cuda") or "GPU" in ray.cluster_resources())

    def _take_note(self, ray: Any, reference: Any, run: Run, action: str | None) -> None:
        """A task that could not even say why it failed is told as failed, or as what was wished for."""
        try:
            ray.get(reference)
        except ray.exceptions.TaskCancelledError:
            if action and run.status()["state"] != "done":
                run.set_status(state=STATE_OF[action], message="Not begun; resume to go on.")
        except ray.exceptions.RayError as error:
            if run.status()["state"] not in ("failed", "done"):
                run.set_status(state="failed", message=str(error).strip().splitlines()[-1])

    def _tell_resources(self, ray: Any, store: Store) -> None:
        """What the cluster has and what of it is free, for the Train page."""
        nodes = [node for node in ray.nodes() if node["Alive"]]
        has, free = ray.cluster_resources(), ray.available_resources()
        told = {
            "address": self.address,
            "nodes": len(nodes),
            "cpus": has.get("CPU", 0.0),
            "cpus_free": free.get("CPU", 0.0),
            "gpus": has.get("GPU", 0.0),
            "gpus_free": free.get("GPU", 0.0),
            "time": time.time(),
        }
        folder = store.root / ".queue"
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "cluster.json", told)


def connected(address: str) -> Any:
    """The ray module, joined to the cluster.

    Raises:
        ConfigError: Ray is not installed, or no cluster answers.
    """
    try:
        import ray
    except ImportError:
        raise ConfigError("--executor 'ray': Ray is not installed; pip install -r requirements-ray.txt.") from None
    if not ray.is_initialized():
        # The machines of a cluster run the same project from the same path, or have it installed.
        here = str(Path(__file__).parents[2])
        variables = {name: os.environ[name] for name in VARIABLES if name in os.environ}
        environment = {"env_vars": {"PYTHONPATH": here} | variables}
        try:
            _knock(address)
            ray.init(address=address, runtime_env=environment, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ConfigError(
                f"--address {address!r}: no Ray cluster answers there ({reason}); start one with `ray start --head`."
            ) from None
    return ray


def _knock(address: str) -> None:
    """Ray waits for minutes where nobody listens.

    Raises:
        OSError: nobody does, or the name is not known.
    """
    found = re.fullmatch(r"(?:ray://)?([^:/]+):(\d{1,5})", address)
    if found:
        socket.create_connection((found[1], int(found[2])), timeout=5).close()


def ask(ray: Any, reference: Any, runs: Sequence[Run], action: str) -> None:
    """Those that train hear it through their folders; those that wait are taken back."""
    for run in runs:
        write_json(run.path / "request.json", {"action": action})
    if not any(run.status()["state"] == "running" for run in runs):
        ray.cancel(reference)
