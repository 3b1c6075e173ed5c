"""Train the models that ship in `checkpoints/gallery/`: `python -m bench.gallery [--only ID …] [--store DIR]`.

Runs are trained in the store like any other (interrupted ones go on where they were saved), then what the
app needs is copied into the gallery: configuration, history, weights, numbers, codes and maps.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from typing import Any

from vae_core.analysis import (
    SOURCES,
    EvaluateConfig,
    MapConfig,
    at_nearest,
    evaluate,
    map_of,
    mig_matrix,
    names_of,
    rate_point,
    scores_of_run,
    scores_without_factors,
)
from vae_core.cli.console import progress
from vae_core.config import BetascopeError
from vae_core.jobs import configure, finish, train_run
from vae_core.runs import GALLERY, Run, Store

SPRITES: dict[str, Any] = dict(
    dataset="sprites", size=100_000, network="conv", latent_dim=10, steps=18_000, lr_schedule="cosine", snapshots=0
)
DIGITS: dict[str, Any] = dict(dataset="digits", network="conv", beta=1.0, epochs=400, lr_schedule="cosine", snapshots=0)

GALLERY_RUNS: dict[str, dict[str, Any]] = {
    "sprites-beta-1": SPRITES | {"name": "Sprites, β = 1", "beta": 1.0},
    "sprites-beta-4": SPRITES | {"name": "Sprites, β = 4", "beta": 4.0},
    "sprites-beta-16": SPRITES | {"name": "Sprites, β = 16", "beta": 16.0},
    "digits-beta-1": DIGITS | {"name": "Digits, β = 1", "latent_dim": 10},
    "digits-2d": DIGITS | {"name": "Digits on a plane", "latent_dim": 2, "hidden": (128,)},
    "digits-every-beta": dict(
        dataset="digits", model="multirate_vae", name="Digits, every β", network="conv", hidden=(128,), latent_dim=10, epochs=600,
        lr_schedule="cosine", snapshots=0,
    ),
    "mnist-beta-1": dict(
        dataset="mnist", name="MNIST, β = 1", beta=1.0, network="conv", latent_dim=10, epochs=20,
        lr_schedule="cosine", snapshots=0,
    ),
}  # fmt: skip
SHIPPED = ("config.json", "status.json", "metrics.jsonl", "weights.safetensors", "evaluation.json")
MAPS = ("umap", "tsne", "pca")


def train(store: Store, id: str) -> Run:
    """The trained run, from an earlier attempt if there is one."""
    if (store.root / id).is_dir():
        run = store.open(id)
    else:
        run = store.create(configure(**GALLERY_RUNS[id]), id)
    if run.status()["state"] != "done":
        with progress(id, " steps") as bar:
            train_run(run, bar)
    return run


def publish(run: Run) -> None:
    """Copy what the app needs into the gallery, with all maps laid out."""
    shutil.rmtree(run.cache, ignore_errors=True)
    finish(run)
    rate_point(run)  # beside a curve over β
    run = at_nearest(run)
    for method in (*MAPS, "plane") if run.config.model.latent_dim == 2 else MAPS:
        map_of(run, MapConfig(method=method))
    target = GALLERY / run.id
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in SHIPPED:
        shutil.copy2(run.path / name, target / name)
    shutil.copytree(run.cache, target / "cache")
    compute_numbers(Run.open(target, f"gallery/{run.id}"))
    lines = [json.dumps(shortened(record)) for record in run.history()]
    (target / "metrics.jsonl").write_text("\n".join(lines) + "\n")


def compute_numbers(run: Run) -> None:
    """Every number that the Measure page shows of a shipped run; the codes that they are computed from are deleted."""
    evaluate(run, EvaluateConfig())
    scores_without_factors(run)
    if run.config.data.name == "sprites":
        for source in SOURCES if run.id == "gallery/sprites-beta-1" else ("codes",):
            scores_of_run(run, names_of("all"), of=source)
        mig_matrix(run)
    for name in ("coded-*", "classifier-*"):
        for file in run.cache.glob(name):
            file.unlink()


def shortened(value: Any) -> Any:
    """Numbers with five digits, which is enough to draw curves."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {name: shortened(part) for name, part in value.items()}
    return [shortened(part) for part in value] if isinstance(value, list) else value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=list(GALLERY_RUNS), choices=list(GALLERY_RUNS), metavar="ID")
    parser.add_argument("--store", default=None)
    parser.add_argument("--measure", action="store_true", help="only measure the shipped models again")
    options = parser.parse_args()
    try:
        if options.measure:
            for id in options.only:
                compute_numbers(Run.open(GALLERY / id, f"gallery/{id}"))
                print(f"{id}: measured")
            return 0
        for id in options.only:
            run = train(Store(options.store), id)
            publish(run)
            print(f"{id}: {run.evaluation()}")
    except BetascopeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
