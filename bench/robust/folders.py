"""Run folders: every file truncated, flipped, swapped, of another kind, linked elsewhere; then opened, listed, resumed, shown."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from random import Random

from vae_core.analysis import MapConfig, latents_of, map_of
from vae_core.config import BetascopeError
from vae_core.runs import Run, Store
from vae_core.runs.files import read_tensors, write_tensors

from . import material
from .attempt import Place
from .mutate import changed, damaged, text_of
from .outcome import Outcome
from .pool import attack

JSON = ("config.json", "status.json", "notes.json", "evaluation.json", "metrics.jsonl")
PAGES = ("home", "train", "compare", "map", "traverse", "interpolate", "measure", "diagnose", "generate", "apply")


def run(quick: bool, seed: int) -> Outcome:
    few = {"opened": 500, "commands": 40, "resumed": 40, "pages": 20}
    full = {"opened": 12_000, "commands": 600, "resumed": 400, "pages": 200}
    return attack("folders", few if quick else full, seed)


def prepare(folder: Path) -> None:
    material.train_runs(folder)
    for run in Store(folder / "runs").runs():
        assert isinstance(run, Run), run
        if run.status()["state"] == "done":
            map_of(run, MapConfig(method="pca"))


def attacked(
    random: Random, place: Place, names: tuple[str, ...] = ("done", "done", "paused", "table", "history")
) -> Path:
    """A copy of a run in which one file, sometimes two, is not what it was; beside a run that is whole."""
    store = place.scratch / "store"
    store.mkdir()
    name = random.choice(names)
    folder = material.copied(place.material, name, store / "attacked")
    material.copied(place.material, "done", store / "whole")
    for _ in range(random.choice((1, 1, 1, 2))):
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
        small = [path for path in files if path.name in JSON]
        change(random, place, random.choice(small if small and random.random() < 0.6 else files))
    return store


def change(random: Random, place: Place, file: Path) -> None:
    """One file becomes another."""
    if file.is_symlink():
        return  # done already; what it leads to is not ours
    action = random.random()
    if action < 0.45 and file.name in JSON:
        spoil_json(random, file)
    elif action < 0.55 and file.suffix == ".safetensors":
        spoil_tensors(random, file)
    elif action < 0.8:
        file.write_bytes(damaged(random, file.read_bytes()))
    elif action < 0.9:  # another file of this run or of another
        others = sorted(path for path in (place.material / "runs").rglob("*") if path.is_file())
        alike = [path for path in others if path.name == file.name]
        shutil.copyfile(random.choice(alike if random.random() < 0.7 else others), file)
    else:
        file.unlink()
        kind = random.randrange(8)
        if kind < 5:
            file.symlink_to(random.choice(("/etc/passwd", "/dev/zero", "/dev/null", file, "/nowhere", "/", "/proc/self/environ")))  # fmt: skip
        elif kind == 5:
            os.mkfifo(file)
        elif kind == 6:
            file.mkdir()


def spoil_json(random: Random, file: Path) -> None:
    """Values of other kinds in a JSON file, or in a line of curves."""
    try:
        text = file.read_text("utf8")
        values = [json.loads(line) for line in (text.splitlines() if file.suffix == ".jsonl" else [text])]
    except (ValueError, RecursionError):
        return  # spoilt already
    place = random.randrange(len(values)) if values else 0
    if values:
        values[place] = changed(random, values[place], random.choice((1, 1, 2)))
    file.write_bytes(b"\n".join(text_of(random, value) for value in values))


def spoil_tensors(random: Random, file: Path) -> None:
    """A valid file with other tensors: another shape, another type, NaN, missing, renamed, or other numbers in its header."""
    import torch

    try:
        tensors, numbers = read_tensors(file)
    except BetascopeError:
        return
    if not tensors:
        return
    name = random.choice(sorted(tensors))
    value = tensors[name]
    action = random.randrange(7)
    if action == 0:
        del tensors[name]
    elif action == 1:
        tensors[name + random.choice((".", "x", "/../x", "\0"))] = tensors.pop(name)
    elif action == 2:
        tensors[name] = value.reshape(-1)[: random.choice((0, 1, 3))].clone()
    elif action == 3:
        tensors[name] = value.to(random.choice((torch.float64, torch.float16, torch.int64, torch.bool, torch.uint8)))
    elif action == 4:
        tensors[name] = torch.full_like(value.float(), random.choice((float("nan"), float("inf"), 1e38)))
    elif action == 5:
        tensors[name] = value[None].expand(2, *value.shape).contiguous()
    else:
        numbers = changed(random, numbers or {"x": 1}) if isinstance(numbers, dict) else {}
    try:
        write_tensors(file, tensors, numbers if isinstance(numbers, dict) else {})
    except (BetascopeError, ValueError, RuntimeError, TypeError, OverflowError, RecursionError):
        return  # the writer's own refusal


def opened(random: Random, place: Place) -> None:
    """All that pages read of a run without an app around it; the run beside it always opens."""
    store = Store(attacked(random, place), gallery=place.scratch / "none")
    runs = {run.id: run for run in store.runs()}
    assert set(runs) == {"whole", "attacked"}, "a run is lost"
    assert isinstance(runs["whole"], Run), runs["whole"]
    run = store.open("attacked")
    run.status(), run.history(), run.evaluation(), run.notes(), run.snapshots()
    if run.has_weights:
        run.model()
        for _, snapshot in run.snapshots():
            run.model(weights=snapshot)
        codes = latents_of(run)
        codes.order(), codes.collapsed(), codes.spread()
        map_of(run, MapConfig(method="pca"))
    material.load_once()
    run.data()


def commands(random: Random, place: Place) -> None:
    """The command line over such a store."""
    material.load_once()
    store = attacked(random, place)
    listed = material.command(["runs", "--store", str(store)])
    assert {"whole", "attacked"} <= {row["run"] for row in listed["runs"]}, "a run is lost"
    arguments = random.choice([
        ["evaluate", "attacked"], ["project", "attacked", "--method", "pca"], ["export", "attacked", "--run", str(place.scratch / "x.zip")],
        ["export", "attacked", "--csv", str(place.scratch / "csv")], ["request", "attacked", "pause"], ["metrics", "attacked"],
        ["rows", "attacked", "--new", str(place.scratch / "x.csv")],
    ])  # fmt: skip
    material.command([*arguments, "--store", str(store)])


def resumed(random: Random, place: Place) -> None:
    """A paused run goes on, or says why not; then everything in its folder can still be read."""
    material.load_once()
    store = attacked(random, place, ("paused",))
    kept = (store / "attacked" / "weights.safetensors").exists()
    try:
        material.command(["train", "--resume", "attacked", "--store", str(store)])
    except BetascopeError:
        assert not kept or (store / "attacked" / "weights.safetensors").exists(), "weights are lost"
        raise


def pages(random: Random, place: Place) -> None:
    """A page of the app over such a store: never "Something went wrong", and the home page always lists the run beside it."""
    from .app import page_of

    store = attacked(random, place)
    page_of(
        random.choice(PAGES),
        Store(store, gallery=place.scratch / "none"),
        {"run": "attacked", "compare": "attacked,whole"},
    )


CASES = {"opened": opened, "commands": commands, "resumed": resumed, "pages": pages}
