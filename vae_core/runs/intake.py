"""What a run from elsewhere must be before it is among ours: within limits, readable to the last number, and whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open

from ..models import create, family
from .config import RunConfig
from .files import RunError, parse_json, write_json
from .run import BrokenRun, Run
from .store import Store, is_id

#: What is taken over from `status.json`, with its type: no process and no device of this machine.
STATUS = {"message": str, "step": int, "total": int, "epoch": float, "device": str, "images_per_second": float}
ALERT = ("kind", "message", "remedy")
LONGEST_NAME = 200


class Imported(NamedTuple):
    """known: the same run was in the store or the gallery already, and is `run`; nothing was written."""

    run: Run
    known: bool


@dataclass(frozen=True)
class Limits:
    """bytes: of all files unpacked; text: of one JSON file; curves: of metrics.jsonl; files: how many; ratio: of
    unpacked to packed bytes.
    """

    bytes: int = 16 << 30
    text: int = 1 << 20
    curves: int = 64 << 20
    files: int = 2000
    ratio: int = 200

    def check(self, title: str, sizes: dict[str, int], target: Path) -> None:
        """
        Raises:
            RunError: more or larger files than these, or than the disk of `target` has room for.
        """
        if len(sizes) > self.files:
            raise RunError(f"{title} holds {len(sizes):,} files; a run has at most {self.files:,}.")
        for name, size in sizes.items():
            most = self.text if name.endswith(".json") else self.curves if name.endswith(".jsonl") else self.bytes
            if size > most:
                raise RunError(f"{title}: {name!r} is {size:,} bytes long; at most {most:,} are read.")
        total, parent = sum(sizes.values()), target
        while not parent.exists():
            parent = parent.absolute().parent
        if total > (most := min(self.bytes, shutil.disk_usage(parent).free)):
            raise RunError(f"{title} unpacks to {total:,} bytes; there is room for {most:,}.")


def receive(store: Store, folder: Path, id: str, title: str) -> Imported:
    """Make the run in a hidden folder of the store one of its runs: under its id, or a new one where that is taken.

    Raises:
        RunError: not a whole run; the folder is not published.
    """
    try:
        write_json(folder / "status.json", _status(_read(folder / "status.json")))
        run = Run.open(folder, id[:80])
        check(run)
    except RunError as error:
        raise RunError(f"{title} holds no run that opens: {error}".replace(f" in {folder}", "")) from error
    for other in [*store.runs(), *store.gallery()]:
        if not isinstance(other, BrokenRun) and same(run, other):
            return Imported(other, known=True)
    return Imported(store.publish(folder, id if is_id(id) else "imported"), known=False)


def same(one: Run, other: Run) -> bool:
    """Whether two runs are the same training at the same point, whatever their ids and notes."""
    return one.config == other.config and other.has_weights and one.weights_hash() == other.weights_hash()


def check(run: Run) -> None:
    """
    Raises:
        RunError: a number that is not finite, a text of another form, or weights of another model.
    """
    folder, config = run.path, run.config
    if not 0 < len(config.name) <= LONGEST_NAME or not config.name.isprintable():
        raise RunError(f"its name is {config.name[:40]!r}; it must be one line of at most {LONGEST_NAME} characters.")
    # Of what comes from another program only the file knows how long its tensors are.
    expected = shapes_of(config) if family(config.family).trainable else None
    for path in [run.weights_path, *(path for _, path in run.snapshots())]:
        if _checked_tensors(path) != expected and expected is not None:
            raise RunError(f"{path.name} belongs to another model than its config.json.")
    if expected is None:
        run.model()
    for path in [*folder.glob("resume/*"), *folder.glob("cache/*")]:
        _checked_tensors(path, finite=path.parent.name == "resume")


def shapes_of(config: RunConfig) -> dict[str, tuple[int, ...]]:
    """Name → shape of each weight of the run's model, without making one.

    Raises:
        RunError: settings of which no model can be made.
    """
    try:
        with torch.device("meta"):
            model = create(config.family, config.model)
    except (RuntimeError, ValueError, TypeError, OverflowError) as error:
        raise RunError(f"its settings make no model ({error}).") from error
    return {name: tuple(value.shape) for name, value in model.state_dict().items()}


def _read(path: Path) -> dict[str, Any]:
    return parse_json(path.read_bytes(), path.name)


def _status(status: dict[str, Any]) -> dict[str, Any]:
    """A status of this store: a run that was queued or training elsewhere is paused here."""
    state = status.get("state")
    kept = {name: value for name, kind in STATUS.items() if isinstance(value := status.get(name), kind | int)}
    alerts = status.get("alerts")
    listed: Iterable[Any] = alerts if isinstance(alerts, list) else ()
    whole = [alert for alert in listed if isinstance(alert, dict) and all(isinstance(alert.get(k), str) for k in ALERT)]
    state = "paused" if state in ("queued", "running") else state
    return {"state": state, **kept, "alerts": [{name: alert[name] for name in ALERT} for alert in whole]}


def _checked_tensors(path: Path, finite: bool = True) -> dict[str, tuple[int, ...]]:
    """Name → shape of the tensors in a file.

    Raises:
        RunError: no safetensors file, or with a number that is not finite.
    """
    shapes = {}
    try:
        with safe_open(path, framework="pt") as file:
            parse_json((file.metadata() or {}).get("json", "{}").encode(), f"the header of {path.name}")
            for name in file.keys():  # noqa: SIM118
                tensor = file.get_tensor(name)
                shapes[name] = tuple(tensor.shape)
                if finite and not bool(tensor.isfinite().all()):
                    raise RunError(f"{name[:80]!r} in {path.name} is not finite everywhere.")
    except (SafetensorError, OSError, ValueError) as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"{path.name} cannot be read ({error}).") from error
    return shapes
