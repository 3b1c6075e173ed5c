"""The folder of runs: can it be written to, and what has been left lying in it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from .finding import Finding, Place, ok, problem, warning

#: Free bytes below which a training is likely to fail, and below which it soon may.
TOO_LITTLE, LITTLE = 100 * 2**20, 2 * 2**30
#: Seconds after which a file that is being written has been given up by its writer.
ABANDONED = 3600
#: Leftovers and runs that are named one by one, at most.
NAMED = 5


def writable(place: Place) -> Finding:
    """Writes a file, flushes it to the disk and locks it, as trainings do."""
    from filelock import FileLock

    folder = place.store.absolute()
    while not folder.exists():  # made by the first run
        folder = folder.parent
    name = str(place.store.absolute()) + ("" if folder == place.store.absolute() else " (made by the first run)")
    another = "Let this user write there, or name another folder: --store, or VAE_STORE_DIR for the app."
    if not folder.is_dir():
        return problem(f"{folder} is a file, not a folder", another)
    try:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as fresh:
            with open(Path(fresh) / "file", "wb") as file:
                file.write(bytes(4096))
                file.flush()
                os.fsync(file.fileno())
            with FileLock(Path(fresh) / "lock").acquire(timeout=10):
                pass
    except (OSError, NotImplementedError) as error:  # a file system without locks
        return problem(f"{name} cannot be written to ({error})", another)
    free = shutil.disk_usage(folder).free
    found = f"{name}, {free / 1e9:.1f} GB free"
    if free < TOO_LITTLE:
        return problem(found, "Free some space; a run takes from 10 MB to some GB.")
    return warning(found, "Free some space; a run takes from 10 MB to some GB.") if free < LITTLE else ok(found)


def runs(place: Place) -> Finding:
    """Opens every run, as the app does."""
    from ..runs import BrokenRun, Store

    found = Store(place.store).runs()
    broken = [run for run in found if isinstance(run, BrokenRun)]
    if broken:
        reasons = "; ".join(run.reason for run in broken[:NAMED])
        return warning(
            f"{len(broken)} of {len(found)} cannot be opened: {reasons}", "Restore their files or delete their folders."
        )
    interrupted = [run.id for run in found if not isinstance(run, BrokenRun) and _interrupted(run.path)]
    if interrupted:
        names = ", ".join(interrupted[:NAMED])
        return warning(
            f"{len(found)}, of which {len(interrupted)} were interrupted: {names}",
            "Resume them in the app, or with python -m vae_core train --resume RUN.",
        )
    return ok(f"{len(found)}, all can be opened" if found else "none yet")


def _interrupted(path: Path) -> bool:
    """Whether a run says that it is running, though no process holds its lock."""
    from ..runs import Run
    from ..runs.files import read_json

    return read_json(path / "status.json")["state"] == "running" and not Run.open(path).is_alive()


def leftovers(place: Place) -> Finding:
    """Folders and files that a process was writing when it was killed."""
    if not place.store.is_dir():
        return ok("none")
    oldest = time.time() - ABANDONED
    candidates = [*place.store.glob(".new-*"), *place.store.glob(".doctor-*"), *place.store.glob("*/**/.*.tmp")]
    found = sorted(path for path in candidates if path.stat().st_mtime < oldest)
    if not found:
        return ok("none")
    names = " ".join(f"'{path.absolute()}'" for path in found[:NAMED])
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return warning(
        f"{len(found)} from processes that were killed{more}", f"They are in no run and can be deleted: rm -r {names}"
    )
