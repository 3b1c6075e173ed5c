"""One run folder: the only state on disk. Opening it reads nothing but JSON; weights load on demand."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from filelock import FileLock, Timeout

from ..config import BetascopeError
from ..datasets import load
from ..models import Model, create
from .config import RunConfig
from .files import RunError, parse_json, read_bytes, read_json, read_tensors, write_json
from .given import given_images, is_given
from .held import is_locked
from .notes import Notes
from .records import checked_numbers, checked_record, checked_status

STATES = ("queued", "running", "paused", "done", "failed", "cancelled")
FINISHED = ("done", "failed", "cancelled", "paused")


@dataclass(frozen=True)
class Run:
    """A run folder that can be opened. `id` is its path below the store: `digits-vae-1` or `gallery/…`; at a snapshot of its
    training with the step, `digits-vae-1@120`.

    requested_beta: the β that its model is conditioned on, for a multi-rate family; None for all others. requested_step: the
    step of the snapshot, and of: the run that it is a snapshot of; None for the weights at the end.
    """

    id: str
    path: Path
    config: RunConfig
    requested_beta: float | None = None
    requested_step: int | None = None
    of: Run | None = None

    def at_beta(self, beta: float | None) -> Run:
        """The same run at another β: its model, codes and maps are those of that β. None: as trained."""
        return replace(self, requested_beta=beta)

    def at_step(self, step: int | None) -> Run:
        """The same run at a snapshot of its training: its weights, history, codes and maps are those of that step. None: at the end.

        Raises:
            RunError: there is no such snapshot.
        """
        whole = (self.of or self).at_beta(self.requested_beta)
        if step is None:
            return whole
        if step not in (steps := [step for step, _ in self.snapshots()]):
            have = f"its snapshots are {', '.join(map(str, steps))}" if steps else "it has none"
            raise RunError(f"{whole.id}@{step}: the run {whole.id!r} has no snapshot of step {step}; {have}.")
        return whole._snapshot(step)

    def _snapshot(self, step: int) -> Run:
        config = replace(self.config, name=f"{self.config.name} · step {step:,}")
        return replace(self, id=f"{self.id}@{step}", config=config, requested_step=step, of=self)

    @classmethod
    def open(cls, path: Path, id: str | None = None) -> Run:
        """
        Raises:
            RunError: not a run folder, or one whose files do not fit; the sentence says which.
        """
        if not path.is_dir():
            raise RunError(f"There is no run {id or path.name!r} in {path.parent}.")
        try:
            run = cls(id or path.name, path, RunConfig.from_dict(read_json(path / "config.json")))
            run.notes()
            run.history()
            run.evaluation()
            state = run.status().get("state")
            if state not in STATES:
                raise RunError(f"status.json says {state!r}; it can be {', '.join(STATES)}.")
            if state == "done":
                run.check_weights()
        except (BetascopeError, OSError) as error:
            raise RunError(f"The run {id or path.name!r} is broken: {error}") from error
        return run

    # -- status ------------------------------------------------------------------------------------------
    def status(self) -> dict[str, Any]:
        """`status.json`; a run that is "running" there though its process is gone counts as paused."""
        status = self._saved_status()
        if status.get("state") != "running" or self.is_alive():
            return status
        status = self._saved_status()  # it may have ended since the first read
        if status.get("state") == "running":
            status["state"] = "paused"
            status["message"] = "The process that trained this run has ended. Resume to continue from the last save."
        return status

    def _saved_status(self) -> dict[str, Any]:
        return checked_status(read_json(self.path / "status.json"))

    def set_status(self, **changes: Any) -> None:
        self.check_whole("to train")
        path = self.path / "status.json"
        write_json(path, read_json(path) | changes | {"heartbeat": time.time()}, self.path)

    @property
    def lock(self) -> FileLock:
        """Held by the process that trains this run; the system releases it when that process dies.

        Raises:
            RunError: the run has been deleted, and a lock would make its folder again.
        """
        return self.lock_file(".lock")

    def lock_file(self, name: str) -> FileLock:
        if not self.path.is_dir():
            raise RunError(f"There is no run {self.id!r} in {self.path.parent} any more.")
        return FileLock(self.path / name, is_singleton=False)

    def is_alive(self) -> bool:
        if (locked := is_locked(self.path / ".lock")) is not None:
            return locked
        try:
            with self.lock.acquire(timeout=0):
                return False
        except Timeout:
            return True
        except OSError:
            return False  # a read-only folder, in which no process can train

    # -- results -----------------------------------------------------------------------------------------
    def history(self) -> list[dict[str, Any]]:
        """The evaluations so far, oldest first; empty before the first. Of a snapshot those up to its step.

        Raises:
            RunError: a file of another form.
        """
        path = self.path / "metrics.jsonl"
        if not path.exists():
            return []
        lines = [line for line in read_bytes(path).splitlines() if line.strip()]
        records = [checked_record(parse_json(line, "a line of metrics.jsonl")) for line in lines]
        if len({len(record.get("rate_per_dim") or ()) for record in records} - {0}) > 1:
            raise RunError("metrics.jsonl has lines with rates of different numbers of dimensions.")
        return records if self.requested_step is None else [r for r in records if r["step"] <= self.requested_step]

    def evaluation(self) -> dict[str, Any] | None:
        """The table of numbers on the whole test split; None before there is one, and of a snapshot.

        Raises:
            RunError: a file of another form.
        """
        path = self.path / "evaluation.json"
        if self.requested_step is not None or not path.exists():
            return None
        return checked_numbers(read_json(path), "evaluation.json")

    def notes(self) -> Notes:
        """What a person wrote about the run.

        Raises:
            RunError: a file of another form.
        """
        return Notes.read(self.path)

    @property
    def weights_path(self) -> Path:
        if self.requested_step is not None:
            return self.path / "snapshots" / f"{self.requested_step}.safetensors"
        return self.path / "weights.safetensors"

    @property
    def has_weights(self) -> bool:
        return self.weights_path.is_file()

    def check_weights(self) -> None:
        """
        Raises:
            RunError: the weights are missing, truncated or of another model.
        """
        read_tensors(self.weights_path)

    def weights_hash(self) -> str:
        """16 hex digits of the weights file: the key of everything derived from it.

        Raises:
            RunError: the run was deleted, or has no weights yet.
        """
        stat = self._weights_stat()
        try:
            return _hash(self.weights_path, stat.st_mtime_ns, stat.st_size)
        except OSError as error:
            raise RunError(f"The run {self.id!r} was deleted.") from error

    def weights_version(self) -> int:
        """When the weights were written, in ns: what is drawn from them is drawn anew when that changes.

        Raises:
            RunError: as `weights_hash`.
        """
        return self._weights_stat().st_mtime_ns

    def _weights_stat(self) -> os.stat_result:
        try:
            return self.weights_path.stat()
        except OSError as error:
            raise RunError(f"The run {self.id!r} was deleted, or has no weights yet.") from error

    def model(self, device: str | torch.device = "cpu", weights: Path | None = None) -> Model:
        """The trained model in evaluation mode; `weights` may name a snapshot.

        Raises:
            RunError: no weights yet, or weights that do not fit the configuration.
        """
        tensors, _ = read_tensors(weights or self.weights_path)
        model = create(self.config.family, self.config.model)
        try:
            model.load_state_dict(tensors)
        except RuntimeError as error:
            raise RunError(
                f"The weights of the run {self.id!r} belong to another model than its config.json."
            ) from error
        # The memory layout in which CPUs convolve fastest; numbers change in their last bits only.
        layout = torch.contiguous_format if self.config.model.network == "mlp" else torch.channels_last
        model = model.to(device).to(memory_format=layout).eval()
        return model if self.requested_beta is None else model.at_beta(self.requested_beta)

    def snapshots(self) -> list[tuple[int, Path]]:
        """(step, weights file) of each snapshot, earliest first; files with other names are ignored."""
        files = (self.path / "snapshots").glob("*.safetensors")
        return sorted((int(path.stem), path) for path in files if path.stem.isdecimal())

    def moments(self) -> list[tuple[int, Run]]:
        """(step, run) of each state of its training that can be looked at: the snapshots, then the weights at the end or, while it
        trains, of the last save. Empty before there are weights.
        """
        whole = self.at_step(None)
        history = whole.history()
        if not history or not whole.has_weights:
            return []
        last = history[-1]["step"]
        return [*((step, whole._snapshot(step)) for step, _ in self.snapshots() if step < last), (last, whole)]

    def data(self, split: str = "test") -> Any:
        """The images (`ImageData`), the table (`TableData`) or the histories (`HistoryData`) that the run was trained on.

        Raises:
            DataError: they are not available. RunError: they are no longer the same images.
        """
        name = self.config.data.name
        data = given_images(name, self.weights_path) if is_given(name) else load(self.config.data, split=split)
        if data.fingerprint != self.config.fingerprint:
            raise RunError(
                f"The {data.item}s of {self.config.data.name!r} are not those that the run {self.id!r} was trained on "
                f"(fingerprint {data.fingerprint}, expected {self.config.fingerprint}); put the original data back."
            )
        return data

    def check_whole(self, what: str) -> None:
        """
        Raises:
            RunError: a snapshot, which is there to be looked at.
        """
        if self.requested_step is not None:
            raise RunError(f"{self.id} is a snapshot, not a run {what}; choose {split_id(self.id)[0]}.")

    def check_images(self, what: str) -> None:
        """
        Raises:
            RunError: the run was not trained on images; `what` needs them.
        """
        if self.config.data_kind != "images":
            on = "a table" if self.config.data_kind == "table" else "histories"
            raise RunError(f"{what}: made of images, and the run {self.id!r} was trained on {on}; choose another run.")

    @cached_property
    def cache(self) -> Path:
        """Folder of results that can be computed again; safe to delete."""
        if self.id.startswith("gallery/") and not os.access(self.path, os.W_OK):
            return self._copied_cache()
        return self.path / "cache"

    def _copied_cache(self) -> Path:
        """A copy of the cache that can be written to: in a container or a system's Python, the gallery itself cannot."""
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "betascope"
        copy = home / f"{self.id}-{self.weights_hash()}"
        if copy.exists():
            return copy
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=copy.parent, ignore_cleanup_errors=True) as fresh:
                for file in (self.path / "cache").glob("*.*"):
                    shutil.copyfile(file, Path(fresh) / file.name)
                os.rename(fresh, copy)
        except OSError:  # another process was faster, or there is no room here either
            return copy if copy.exists() else self.path / "cache"
        return copy


def split_id(id: str) -> tuple[str, int | None]:
    """ "digits-vae-1@120" → ("digits-vae-1", 120); without a step ("digits-vae-1", None)."""
    name, at, step = id.rpartition("@")
    return (name, int(step)) if at and step.isdecimal() and len(step) <= 12 else (id, None)


@lru_cache(maxsize=256)
def _hash(path: Path, modified: int, size: int) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class BrokenRun:
    """A run folder that cannot be opened, with the reason."""

    id: str
    path: Path
    reason: str
