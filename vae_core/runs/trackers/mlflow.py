"""MLflow: the server that MLFLOW_TRACKING_URI names, else a store of files beside the runs.

MLFLOW_EXPERIMENT_NAME (default betascope) means what it always means.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..run import Run
from .protocol import Settings, save_id, saved_id

FOLDER = ".mlruns"
#: The most that a server takes at once.
METRICS, PARAMS = 1000, 100
STATES = {"done": "FINISHED", "failed": "FAILED"}


class MLflow:
    def __init__(self, run: Run, settings: Settings) -> None:
        library = import_module("mlflow")
        self.entities: Any = import_module("mlflow.entities")
        address = os.environ.get("MLFLOW_TRACKING_URI")
        if address is None:
            # Files are what works without a server; MLflow wants to hear it said since version 3.
            os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
            address = (run.path.parent / FOLDER).resolve().as_uri()
        self.client = library.MlflowClient(tracking_uri=address)
        self.id = self._resumed(saved_id(run, "mlflow")) or self._created(run, settings)

    def _resumed(self, id: str | None) -> str | None:
        """The run's log that is there already; None where it is not, as on another server."""
        if id is not None:
            try:
                self.client.update_run(id, status="RUNNING")
            except import_module("mlflow.exceptions").MlflowException:
                return None
        return id

    def _created(self, run: Run, settings: Settings) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", "betascope")
        there = self.client.get_experiment_by_name(name)
        experiment = there.experiment_id if there else self.client.create_experiment(name)
        id = self.client.create_run(experiment, run_name=run.config.name, tags={"betascope.run": run.id}).info.run_id
        params = [self.entities.Param(name, str(value)) for name, value in settings.items()]
        for start in range(0, len(params), PARAMS):
            self.client.log_batch(id, params=params[start : start + PARAMS])
        save_id(run, "mlflow", id)
        return id

    def numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        now = int(time.time() * 1000)
        metrics = [self.entities.Metric(name, value, now, step) for name, value in numbers.items()]
        for start in range(0, len(metrics), METRICS):
            self.client.log_batch(self.id, metrics=metrics[start : start + METRICS])

    def pictures(self, step: int, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        for name, pixels in pictures.items():
            self.client.log_image(self.id, pixels, key=name, step=step)

    def close(self, state: str) -> None:
        self.client.set_terminated(self.id, STATES.get(state, "KILLED"))


open_log = MLflow
