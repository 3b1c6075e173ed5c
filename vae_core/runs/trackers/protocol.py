"""What a tracker must do, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..config import RunConfig
from ..files import read_json, write_json
from ..run import Run

#: Settings of a run by dotted name, as `model.beta`.
Settings = Mapping[str, str | float | bool]
Opener = Callable[[Run, Settings], "Tracker"]
#: In a run's folder: the names that trackers gave to its log, so that a resumed run goes on with it.
IDS = "trackers.json"


class Tracker(Protocol):
    """One run's log. Whatever a method raises ends this log, and never the training."""

    def numbers(self, step: int, numbers: Mapping[str, float]) -> None: ...

    def pictures(self, step: int, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """pictures: name → `(H, W, 3)`."""

    def close(self, state: str) -> None:
        """Called once at the end, with the state of the run: done, paused, cancelled or failed."""


def numbers_of(record: Mapping[str, Any]) -> dict[str, float]:
    """A line of `metrics.jsonl` as plain numbers: `rate_per_dim/3` is the third of a list, `train/loss` an entry of an object.

    What is None is left out, and the step, which every tracker counts by.
    """
    found: dict[str, float] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            found |= {f"{name}/{key}": number for key, number in value.items()}
        elif isinstance(value, list) and name != "threads":
            found |= {f"{name}/{index}": number for index, number in enumerate(value)}
        elif isinstance(value, int | float) and name != "step":
            found[name] = value
    return found


def settings_of(config: RunConfig) -> dict[str, str | float | bool]:
    """Every setting of a run by its dotted name; lists as text, settings that are not set left out."""
    found: dict[str, str | float | bool] = {}
    for name, value in config.to_dict().items():
        for key, setting in (
            {f"{name}.{key}": s for key, s in value.items()}.items() if isinstance(value, dict) else [(name, value)]
        ):
            if setting is not None:
                found[key] = setting if isinstance(setting, str | int | float) else ", ".join(map(str, setting))
    return found


def saved_id(run: Run, tracker: str) -> str | None:
    """The name that this tracker gave to the run's log; None before the first."""
    path = run.path / IDS
    found = read_json(path).get(tracker) if path.exists() else None
    return found if isinstance(found, str) else None


def save_id(run: Run, tracker: str, id: str) -> None:
    """
    Raises:
        RunError: the folder is not writable.
    """
    path = Path(run.path / IDS)
    write_json(path, (read_json(path) if path.exists() else {}) | {tracker: id}, run.path)
