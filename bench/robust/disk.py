"""A full disk, and a store that cannot be written: one sentence, the last save intact, and it goes on when there is room.

The disk is a tmpfs of 16 MB, filled so that another write is the first to fail each time. Read-only is a remount, and, since
root may write everywhere else, the same commands as another user.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from vae_core.jobs import configure
from vae_core.runs import Run, Store

from . import kills
from .forks import Ended, delete, ended, last_line, main, scratch
from .kills import BETAS, OPTIONS, SETTINGS, must
from .outcome import Outcome
from .pages import said_by
from .small_disk import SmallDisk, small_disk

KILO = 1024
#: Bytes that are left on the disk; a whole training takes about 300 KB.
FREE = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 512]
QUICK = [0, 24, 96, 256]
NOBODY = 65534


@dataclass
class Bench:
    """tried, refused: how many commands, and those that said one sentence; failed: what else → how often."""

    disk: SmallDisk
    whole: kills.Bench
    tried: int = 0
    refused: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def store(self) -> Store:
        return Store(self.disk.path / "store")

    def check(self, name: str, condition: bool, problem: str) -> None:
        if not condition:
            self.failed[f"{name}: {problem}"] += 1
            print(f"  {name}: {problem}", flush=True)


def run(quick: bool, seed: int) -> Outcome:
    """Every command at every fill, read-only, as another user; then pages."""
    with scratch() as folder:
        whole = kills.Bench(folder / "reference", kills.Random(seed))
        whole.folder.mkdir()
        kills.prepare(whole)
        try:
            with small_disk(folder / "disk") as disk:
                bench = Bench(disk, whole)
                for name, case in CASES.items():
                    for free in QUICK if quick else FREE:
                        full(bench, name, case, free * KILO)
                    refused(
                        bench, f"{name}, read-only", case, partial(disk.writable, False), partial(disk.writable, True)
                    )
                    if os.geteuid() == 0:
                        refused(bench, f"{name}, another user", case, None, None)
                pages(bench)
        except subprocess.CalledProcessError as error:
            return Outcome("disk", 0, 0, [f"no small disk could be mounted: {error}"], {})
    failures = [f"{what} ({count}×)" for what, count in sorted(bench.failed.items())]
    return Outcome(
        "disk", bench.tried, bench.refused, failures, {"fills of the disk": float(len(QUICK if quick else FREE))}
    )


# -- places that write -----------------------------------------------------------------------------------------------
def trained(bench: Bench) -> None:
    shutil.copytree(bench.whole.folder / "whole" / "b1-1", bench.store.root / "b1-1")


def none(bench: Bench) -> None:
    bench.store.root.mkdir()


def paused(bench: Bench) -> None:
    """A run with a save, that was paused."""
    none(bench)
    must(partial(pause, bench.store.root))


def pause(root: Path) -> None:
    from vae_core.jobs import train_run
    from vae_core.training.loop import Clock

    run = Store(root).create(configure("digits", "beta_vae", name="b1", beta=1.0, **SETTINGS))
    evaluations = lambda: len(run.history())
    # A fast machine would end so short a run between two looks at it.
    with patch.object(Clock, "due", lambda clock: True):
        train_run(run, lambda step, total, status: "pause" if evaluations() > 3 else None)
    assert run.status()["state"] == "paused"


def queued(bench: Bench) -> None:
    none(bench)
    for beta in BETAS:
        bench.store.create(configure("digits", "beta_vae", name=f"b{beta:g}", beta=beta, **SETTINGS), state="queued")


def without_cache(bench: Bench) -> None:
    trained(bench)
    shutil.rmtree(bench.store.root / "b1-1" / "cache")


Words = Callable[[Bench], Any]


@dataclass(frozen=True)
class Case:
    """prepare: the store; words: the command; silent: it may end well without what it could not write, as a worker does."""

    prepare: Callable[[Bench], None]
    words: Words
    silent: bool = False


CASES = {
    "train": Case(none, lambda b: ["train", "--dataset", "digits", "--beta", "1", *OPTIONS, "--name", "b1", "--store", b.store.root]),
    "resume": Case(paused, lambda b: ["train", "--resume", "b1-1", "--store", b.store.root]),
    "sweep": Case(none, lambda b: kills.sweep(b.store, 1)),
    "queue": Case(queued, lambda b: ["work", "--device", "cpu", "--store", b.store.root], silent=True),
    "map": Case(without_cache, lambda b: ["project", "b1-1", "--method", "pca", "--store", b.store.root]),
    "export": Case(trained, lambda b: kills.export(b.store, b.disk.path / "out" / "b1-1.zip")),
    "graphs": Case(trained, lambda b: kills.graphs(b.store, b.disk.path / "out")),
    "import": Case(none, lambda b: ["import", b.whole.folder / "whole.zip", "--store", b.store.root]),
    "delete": Case(trained, lambda b: partial(delete, b.store.root, "b1-1")),
}  # fmt: skip


# -- what has to hold ------------------------------------------------------------------------------------------------
def full(bench: Bench, name: str, case: Case, free: int) -> None:
    """With so many bytes left; then with room again."""
    place = f"{name}, {free // KILO} KB left"
    case.prepare(bench)
    before = saves(bench.store)
    bench.disk.fill(free)
    judged(bench, place, ended(case.words(bench)), case)
    after = saves(bench.store)
    bench.check(place, name == "delete" or set(before) <= set(after), "a save is gone")
    bench.disk.empty()
    finish(bench, place, name)
    cleared(bench)


def refused(
    bench: Bench, place: str, case: Case, lock: Callable[[], None] | None, unlock: Callable[[], None] | None
) -> None:
    """Where nothing may be written; without `lock`, as another user."""
    case.prepare(bench)
    before = tree(bench.store.root)
    if lock and unlock:
        lock()
        found = ended(case.words(bench))
        unlock()
    else:
        found = ended(partial(_as_nobody, case.words(bench)))
    judged(bench, place, found, case)
    if found.code == 0 and not case.silent:
        bench.check(place, False, "it says that all went well")
    bench.check(place, tree(bench.store.root) == before, "the store has changed")
    finish(bench, place, place.split(",")[0])
    cleared(bench)


def cleared(bench: Bench) -> None:
    for path in bench.disk.path.iterdir():
        shutil.rmtree(path)


def _as_nobody(words: Any) -> int:
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    return words() if callable(words) else main([str(word) for word in words])


def judged(bench: Bench, place: str, found: Ended, case: Case) -> None:
    """One sentence, or it fitted."""
    bench.tried += 1
    bench.check(place, found.code is not None, "it hangs")
    bench.check(place, "Traceback" not in found.said, f"a trace: {last_line(found.said)}")
    bench.refused += found.refused or (found.code == 0 and case.silent)
    if found.code != 0:
        bench.check(place, found.refused, f"no sentence but code {found.code}: {last_line(found.said)}")
    for run in kills.opened(bench.store).values():
        status = run.status()
        if status["state"] == "failed":
            bench.check(
                place, status["message"].rstrip().endswith("."), f"a run failed without a sentence: {status['message']}"
            )


def saves(store: Store) -> list[str]:
    """Runs with weights that can be read."""
    return [id for id, run in kills.opened(store).items() if run.has_weights and run.model()]


def finish(bench: Bench, place: str, name: str) -> None:
    """With room, everything goes on to the end as if nothing had been."""
    try:
        kills.finish(bench.whole, bench.store)
        if name == "map" or name in ("export", "graphs") or (name == "import" and not kills.opened(bench.store)):
            must(CASES[name].words(bench))
    except AssertionError as error:
        bench.check(place, False, f"afterwards: {error}")


def tree(root: Path) -> dict[str, str]:
    """Files and the hashes of what is in them; locks are empty."""
    files = (
        path
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".lock" and path.name not in (".lock", ".claim")
    )
    return {str(path.relative_to(root)): hashlib.blake2b(path.read_bytes()).hexdigest() for path in files}


# -- pages -------------------------------------------------------------------------------------------------------------
#: Page, button, run in view, and whether it must complain.
PAGES = (
    ("train", "train.start", "", True),
    ("train", "train.resume.b4-1", "", True),
    ("home", "delete.b1-1", "", True),
    ("map", "", "b1-1", False),
    ("traverse", "", "b1-1", False),
    ("measure", "", "b1-1", False),
)


def pages(bench: Bench) -> None:
    """The same on pages, over a full and over a read-only store."""
    without_cache(bench)
    run = bench.store.create(configure("digits", "beta_vae", name="b4", beta=4.0, **SETTINGS))
    assert isinstance(run, Run)
    states: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "full": (partial(bench.disk.fill, 0), bench.disk.empty),
        "read-only": (partial(bench.disk.writable, False), partial(bench.disk.writable, True)),
    }
    for kind, (begin, end) in states.items():
        for page, button, view, complains in PAGES:
            if kind == "full" and button.startswith("delete"):
                continue  # that makes room
            begin()
            said, found = said_by(bench.store.root, page, button, view)
            end()
            place = f"page {page}{f', {button}' if button else ''}, {kind}"
            bench.tried += 1
            bench.check(place, found.code == 0 and "Traceback" not in found.said, f"a trace: {last_line(found.said)}")
            unclear = [
                text
                for text in said
                if text.startswith("Trace") or "Something went wrong" in text or not text.rstrip().endswith(".")
            ]
            bench.check(place, not unclear, f"no sentence: {unclear}")
            bench.check(place, bool(said) or not complains, "no word of it")
            bench.refused += bool(said) and not unclear
    shutil.rmtree(bench.store.root)
