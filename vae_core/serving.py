"""Loaded models for whoever asks often: one per run, thread-safe, least recently used out first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from torch import Tensor

from .analysis import decode
from .models import Model
from .runs import Run

CAPACITY = 16


class ModelShelf:
    """Models ready to decode; a run whose weights file changed is loaded again."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._models: OrderedDict[Path, tuple[int, Model]] = OrderedDict()
        self._lock = threading.Lock()

    def model(self, run: Run) -> Model:
        """The run's model on the CPU, in evaluation mode, shared: do not change it.

        Raises:
            RunError: no weights, or weights that do not fit.
        """
        version = run.weights_path.stat().st_mtime_ns if run.has_weights else 0
        with self._lock:
            known = self._models.get(run.path)
            if known is None or known[0] != version:
                known = (version, run.model())
                self._models[run.path] = known
            self._models.move_to_end(run.path)
            while len(self._models) > self.capacity:
                self._models.popitem(last=False)
            return known[1]

    def decode(self, run: Run, codes: Tensor) -> Tensor:
        """Codes `(n, D)` → images `(n, C, H, W)` in [0, 1]."""
        return decode(self.model(run), codes)


SHELF = ModelShelf()
