"""The folder of all runs: list, open, create, delete."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from torch import Tensor

from ..places import FILES
from .config import RunConfig
from .files import RunError, read_json, write_json, write_tensors
from .held import held, remove_left_over
from .run import BrokenRun, Run, split_id

#: The runs that ship with the project.
GALLERY = FILES / "checkpoints" / "gallery"
#: Seconds that a deletion waits for a process that looks at the run, or leaves it.
PATIENCE = 1.0
#: Folders of a store that are no runs.
NOT_RUNS = ("gallery", "uploads", "tours")


class Store:
    """Run folders below `root` (default: `VAE_STORE_DIR`, else `checkpoints`), and the shipped gallery."""

    def __init__(self, root: str | Path | None = None, gallery: Path = GALLERY) -> None:
        self.root = Path(root or os.environ.get("VAE_STORE_DIR") or "checkpoints")
        self.gallery_root = gallery

    def runs(self) -> list[Run | BrokenRun]:
        """The user's own runs, newest first, broken ones with their reason."""
        runs = [_open(path, path.name) for path in self._own()]
        return sorted(runs, key=lambda run: run.config.created if isinstance(run, Run) else 0.0, reverse=True)

    def gallery(self) -> list[Run | BrokenRun]:
        """The shipped runs, by name."""
        return [_open(path, f"gallery/{path.name}") for path in folders(self.gallery_root)]

    def open(self, id: str) -> Run:
        """The run of this id; `ID@STEP` is its snapshot of that step.

        Raises:
            RunError: no such run or snapshot, or a broken run.
        """
        name, step = split_id(id)
        return Run.open(self._path(name), name).at_step(step)

    def _own(self) -> list[Path]:
        return [path for path in folders(self.root) if path.name not in NOT_RUNS]

    def _path(self, id: str) -> Path:
        """The listed folder of this id: a folder that is not listed is never touched, whatever the id contains.

        Raises:
            RunError: there is no such run.
        """
        shipped = id.startswith("gallery/")
        for path in folders(self.gallery_root) if shipped else self._own():
            if path.name == id.removeprefix("gallery/"):
                return path
        root = self.gallery_root if shipped else self.root
        raise RunError(f"There is no run {id!r} in {root}; `python -m vae_core runs` lists all runs.")

    def create(
        self, config: RunConfig, id: str | None = None, state: str = "paused",
        weights: Mapping[str, Tensor] | None = None, names: Mapping[str, object] | None = None,
    ) -> Run:  # fmt: skip
        """A new run folder; "queued" is for a worker to train, "paused" for the caller.

        weights: of a run that is "done" from the start; names: what goes into the header of their file.

        Raises:
            RunError: the store cannot be written, or the id is taken or no plain folder name.
        """
        if id is not None and not is_id(id):
            raise RunError(f"{id!r} cannot be the id of a run; use letters, digits and -.")
        try:
            with self.hidden() as fresh:
                write_json(fresh / "status.json", {"state": state, "message": "", "heartbeat": time.time()})
                write_json(fresh / "config.json", config.to_dict())
                if weights is not None:
                    write_tensors(fresh / "weights.safetensors", dict(weights), dict(names or {}))
                path = self._publish(fresh, [id] if id else _numbered(_slug(config.name)))
        except OSError as error:
            raise RunError(
                f"Could not create a run in {self.root} ({error.strerror}); choose another --store."
            ) from error
        return Run(path.name, path, config)

    @contextmanager
    def hidden(self) -> Iterator[Path]:
        """A new folder below the store that is in no list, gone at the end unless it was published by then.

        A run is written into it, then renamed: nobody ever lists half a run, and one of two with the same name wins.
        """
        remove_left_over([*self.root.glob(".new-*"), *self.root.glob(".gone-*")])
        fresh = self.root / f".new-{uuid.uuid4().hex}"
        try:
            fresh.mkdir(parents=True)
            with held(fresh):
                yield fresh
        finally:
            shutil.rmtree(fresh, ignore_errors=True)  # gone already if all went well

    def publish(self, fresh: Path, id: str) -> Run:
        """The run that was written into a hidden folder, under this id, or id-1, id-2, … where that is taken.

        Raises:
            RunError: no plain folder name, or not a run.
        """
        if not is_id(id):
            raise RunError(f"{id!r} cannot be the id of a run; use letters, digits and -.")
        path = self._publish(fresh, itertools.chain([id], _numbered(id)))
        return Run.open(path, path.name)

    def _publish(self, fresh: Path, names: Iterable[str]) -> Path:
        """Rename a written folder to the first of these names that is free."""
        name = ""
        for name in names:
            path = self.root / name
            try:
                if not path.exists():
                    fresh.rename(path)
                    return path
            except OSError:
                if not path.exists():
                    raise
        raise RunError(f"There is a run {name!r} in {self.root} already; choose another name.")

    def delete(self, id: str) -> None:
        """
        Raises:
            RunError: there is no such run, it is training, ships with the project, or cannot be deleted.

        It is renamed first: a kill, or who lists the runs meanwhile, never sees half of it.
        """
        if id.startswith("gallery/"):
            raise RunError(f"{id!r} ships with Betascope and cannot be deleted.")
        path = self._path(id)
        gone = self.root / f".gone-{uuid.uuid4().hex}"
        try:
            with ExitStack() as locks:
                for name in (".claim", ".lock"):  # of a worker that is about to train it, and of who trains it
                    locks.enter_context(FileLock(path / name, is_singleton=False).acquire(timeout=PATIENCE))
                path.rename(gone)
            shutil.rmtree(gone)
        except Timeout:
            raise RunError(f"The run {id!r} is training; cancel it first.") from None
        except FileNotFoundError:
            raise RunError(f"There is no run {id!r} in {self.root} any more.") from None
        except OSError as error:
            raise RunError(f"Could not delete the run {id!r} in {self.root} ({error.strerror}).") from error

    def clean(self) -> None:
        """Remove what processes that were killed have left: half runs that are in no list, and temporary files in runs."""
        for root in (self.root, self.root / "uploads"):
            remove_left_over([*root.glob(".new-*"), *root.glob(".gone-*")])
        for path in self._own():
            remove_left_over(path.rglob(".*.tmp"))
            with suppress(RunError):  # one that does not open is listed with the reason
                if (path / "resume").is_dir() and read_json(path / "status.json").get("state") == "done":
                    shutil.rmtree(path / "resume", ignore_errors=True)


def _numbered(name: str) -> Iterator[str]:
    """name-1, name-2, …"""
    return (f"{name}-{number}" for number in itertools.count(1))


def is_id(text: str) -> bool:
    """Whether this can be the id of a run: one plain folder name, not hidden."""
    return re.fullmatch(r"[\w=-][\w.=-]{0,120}", text) is not None and text not in NOT_RUNS


def folders(root: Path) -> list[Path]:
    """The folders in a store that are not hidden, by name; none where there is no store.

    Raises:
        RunError: the store cannot be read.
    """
    try:
        if not root.is_dir():
            return []
        return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise RunError(f"The store {root} cannot be read ({error.strerror}); choose another one.") from error


def _open(path: Path, id: str) -> Run | BrokenRun:
    try:
        return Run.open(path, id)
    except RunError as error:
        return BrokenRun(id, path, str(error))


def _slug(name: str) -> str:
    """A folder name that is valid on every file system: "sprites β=4 10-d" → "sprites-b4-10-d"."""
    plain = name.replace("β=", "b").replace("β", "b")
    return re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-.").lower()[:60] or "run"
