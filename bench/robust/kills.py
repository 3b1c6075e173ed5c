"""`kill -9` at random instants of whatever writes: every run opens, resumes and ends as one that was never killed."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from vae_core.jobs import configure
from vae_core.runs import BrokenRun, Run, Store

from .forks import delete, ended, killed, last_line, scratch
from .outcome import Outcome

INSTANTS, QUICK = 200, 20
#: A run of a second on digits that saves 20 times, with the same sums on any machine.
SETTINGS = dict(
    network="mlp", hidden=(32,), latent_dim=4, image_size=8, batch_size=64, epochs=3, snapshots=4, precision="float32",
    threads=1,
)  # fmt: skip
OPTIONS = [word for name, value in SETTINGS.items() for word in (f"--{name.replace('_', '-')}", *(map(str, value) if isinstance(value, tuple) else [str(value)]))]  # fmt: skip
BETAS = (1.0, 4.0)
#: Of a line of a run's curves, what is the same however often it was stopped.
EXACT = ("step", "epoch", "elbo", "distortion", "rate", "rate_per_dim", "beta", "learning_rate")
#: One of so many sweeps runs in processes of their own, each with its imports.
SPREAD = 9


@dataclass
class Bench:
    """What all trials share. references: β → (weights, curves) of the run that was never killed; seconds: of a whole command."""

    folder: Path
    random: Random
    references: dict[float, tuple[bytes, list[Any]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)

    def kill(self, name: str, call: Any) -> None:
        """At a random instant of the time that it takes, of which every command that ended earlier tells more."""
        took = killed(call, self.random.uniform(0.0, 1.05 * self.seconds[name]))
        if took is None:
            self.hits[name] += 1
        else:
            self.seconds[name] = (self.seconds[name] + took) / 2


def run(quick: bool, seed: int) -> Outcome:
    """Kill, look, go on, compare."""
    instants = QUICK if quick else INSTANTS
    failed: Counter[str] = Counter()
    with scratch() as folder:
        bench = Bench(folder, Random(seed))
        prepare(bench)
        for number in range(instants):
            name = list(TRIALS)[number % len(TRIALS)]
            place = folder / f"{name}-{number}"
            try:
                TRIALS[name](bench, Store(place), number // len(TRIALS))
            except AssertionError as error:
                failed[f"{name}: {error}"] += 1
                print(f"  instant {number}, {name}: {error}", flush=True)
            shutil.rmtree(place, ignore_errors=True)
    figures = {f"killed in {name}": float(hits) for name, hits in sorted(bench.hits.items())}
    failures = [f"{what} ({count}×, seed {seed})" for what, count in sorted(failed.items())]
    return Outcome("kills", instants, 0, failures, figures)


def prepare(bench: Bench) -> None:
    """What comes of every command when nobody kills it, and how long that takes."""
    whole = Store(bench.folder / "whole")
    for beta in BETAS:
        done = must(
            [
                "train",
                "--dataset",
                "digits",
                "--beta",
                str(beta),
                *OPTIONS,
                "--name",
                f"b{beta:g}",
                "--store",
                whole.root,
            ]
        )
        bench.seconds["train"] = done
        bench.references[beta] = content(whole.open(f"b{beta:g}-1"))
    bench.seconds["resume"] = bench.seconds["train"]
    bench.seconds["sweep"] = bench.seconds["queue"] = 2 * bench.seconds["train"]
    bench.seconds["sweep in processes"] = must(sweep(Store(bench.folder / "spread"), 2))
    shutil.rmtree(whole.root / "b1-1" / "cache")
    for name, words in {"map": [*project(whole)], "export": [*export(whole, bench.folder / "whole.zip")]}.items():
        bench.seconds[name] = must(words)
    (bench.made["map"],) = (path.read_bytes() for path in whole.root.glob("b1-1/cache/map-*"))
    bench.made["export"] = (bench.folder / "whole.zip").read_bytes()
    bench.seconds["graphs"] = must(graphs(whole, bench.folder / "graphs"))
    for path in whole.root.glob("b1-1/cache/*.onnx"):
        path.unlink()  # or no export would make one again
    bench.made["graphs"] = {path.name: path.read_bytes() for path in (bench.folder / "graphs").iterdir()}
    other = Store(bench.folder / "other")
    bench.seconds["import"] = must(["import", bench.folder / "whole.zip", "--store", other.root])
    bench.seconds["delete"] = must(partial(delete, other.root, "b1-1"))


def must(call: Any) -> float:
    """Seconds of a command that has to succeed, not counting a first call that loads things."""
    found = ended(call)
    assert found.code == 0, last_line(found.said)
    return found.seconds


# -- what is killed ------------------------------------------------------------------------------------------------
def train(bench: Bench, store: Store, number: int) -> None:
    words = ["train", "--dataset", "digits", "--beta", "1", *OPTIONS, "--name", "b1", "--store", store.root]
    bench.kill("train", words)
    if not opened(store):
        must(words)  # killed before there was a run
    while bench.random.random() < 0.3 and opened(store)["b1-1"].status()["state"] != "done":
        bench.kill("resume", ["train", "--resume", "b1-1", "--store", store.root])  # and again
    finish(bench, store)


def sweep(store: Store, jobs: int) -> list[str | Path]:
    values = [f"{beta:g}" for beta in BETAS]
    return ["sweep", "--dataset", "digits", "--betas", *values, *OPTIONS, "--jobs", str(jobs), "--store", store.root]


def sweeps(bench: Bench, store: Store, number: int) -> None:
    spread = number % SPREAD == SPREAD - 1
    bench.kill("sweep in processes" if spread else "sweep", sweep(store, 2 if spread else 1))
    finish(bench, store)


def queue(bench: Bench, store: Store, number: int) -> None:
    for beta in BETAS:
        store.create(configure("digits", "beta_vae", name=f"b{beta:g}", beta=beta, **SETTINGS), state="queued")
    work = ["work", "--device", "cpu", "--store", store.root]
    bench.kill("queue", work)
    assert len(opened(store)) == len(BETAS), "a queued run is gone"
    must(work)  # what still waits; the one that trained is paused
    finish(bench, store)


def project(store: Store) -> list[str | Path]:
    return ["project", "b1-1", "--method", "tsne", "--limit", "100", "--store", store.root]


def maps(bench: Bench, store: Store, number: int) -> None:
    copied(bench, store)
    shutil.rmtree(store.root / "b1-1" / "cache")
    bench.kill("map", project(store))
    must(project(store))
    (found,) = (path.read_bytes() for path in store.root.glob("b1-1/cache/map-*"))
    assert found == bench.made["map"], "another map"
    finish(bench, store)


def export(store: Store, target: Path) -> list[str | Path]:
    return ["export", "b1-1", "--run", target, "--store", store.root]


def graphs(store: Store, target: Path) -> list[str | Path]:
    return ["export", "b1-1", "--weights", target, "--store", store.root]


def exports(bench: Bench, store: Store, number: int) -> None:
    copied(bench, store)
    if number % 2:
        target = store.root / "b1-1.zip"
        bench.kill("export", export(store, target))
        assert not target.exists() or target.read_bytes() == bench.made["export"], (
            "half an archive has the name of a whole"
        )
        a_minute_passes(store.root)
        must(export(store, target))
        assert target.read_bytes() == bench.made["export"], "another archive"
        target.unlink()
    else:
        target = bench.folder / f"graphs-{number}"
        bench.kill("graphs", graphs(store, target))
        a_minute_passes(target)
        must(graphs(store, target))
        found = {path.name: path.read_bytes() for path in target.iterdir()}
        assert found == bench.made["graphs"], (
            f"another folder: {sorted(set(found) ^ set(bench.made['graphs'])) or 'other bytes'}"
        )
    finish(bench, store)


def imports(bench: Bench, store: Store, number: int) -> None:
    words = ["import", bench.folder / "whole.zip", "--store", store.root]
    bench.kill("import", words)
    there = bool(opened(store))
    must(words)
    assert list(opened(store)) == ["b1-1"], "imported twice" if there else "not imported"
    finish(bench, store)


def deletes(bench: Bench, store: Store, number: int) -> None:
    copied(bench, store)
    bench.kill("delete", partial(delete, store.root, "b1-1"))
    finish(bench, store)  # a run that is still there is whole
    if opened(store):
        must(partial(delete, store.root, "b1-1"))
    assert not opened(store), "deleted, and still listed"


TRIALS: dict[str, Callable[[Bench, Store, int], None]] = {
    "train": train, "sweep": sweeps, "queue": queue, "map": maps, "export": exports, "import": imports, "delete": deletes,
}  # fmt: skip


# -- what has to hold ----------------------------------------------------------------------------------------------
def copied(bench: Bench, store: Store) -> None:
    shutil.copytree(bench.folder / "whole" / "b1-1", store.root / "b1-1")


def opened(store: Store) -> dict[str, Run]:
    """The listed runs by id, every one of which opens."""
    for found in store.runs():
        assert not isinstance(found, BrokenRun), f"a run that does not open: {found.reason}"
        assert found.status()["state"] != "running", "a dead run that seems to be alive"
        if found.has_weights:
            found.model()
    return {found.id: found for found in store.runs() if isinstance(found, Run)}


def opened_or_training(store: Store) -> list[Run]:
    """The listed runs that open now: a trainer writes them."""
    return [found for found in store.runs() if isinstance(found, Run)]


def finish(bench: Bench, store: Store) -> None:
    """Every run goes on to its end, with the bits of the one that was never killed, and nothing else is left."""
    for id, found in opened(store).items():
        if found.status()["state"] != "done":
            must(["train", "--resume", id, "--store", store.root])
        weights, curves = content(store.open(id))
        expected = bench.references[store.open(id).config.beta or 0.0]
        assert weights == expected[0], "other weights"
        missing = [line for line in expected[1] if line not in curves]  # a pause adds one to them
        assert not missing, "other curves"
    a_minute_passes(store.root)
    must(["work", "--device", "cpu", "--store", store.root])  # as the next start of the app
    if left := leftovers(store.root):
        raise AssertionError(f"left behind: {', '.join(sorted({kind_of(path) for path in left}))}")


def content(run: Run) -> tuple[bytes, list[Any]]:
    """The weights, and the curves without clocks."""
    assert run.status()["state"] == "done", f"it ended as {run.status()['state']}"
    curves = [[json.dumps(line[name]) for name in EXACT] for line in run.history()]
    return run.weights_path.read_bytes(), curves


def leftovers(root: Path) -> list[Path]:
    """Files and folders that only a process that died can have left."""
    hidden = [path for path in root.rglob(".*") if path.name.endswith((".tmp", ".part")) or path.name.startswith((".new-", ".gone-"))]  # fmt: skip
    return hidden + [path for path in root.glob("*/resume") if json.loads((path.parent / "status.json").read_text())["state"] == "done"]  # fmt: skip


def a_minute_passes(root: Path) -> None:
    """For what is left: younger files may belong to who is about to hold them."""
    for path in leftovers(root):
        os.utime(path, (0, 0))


def kind_of(path: Path) -> str:
    """A leftover by its kind: its name has numbers in it."""
    return path.suffix or path.name.split("-")[0]
