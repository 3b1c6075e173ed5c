"""Train the models that ship in `checkpoints/gallery/`: `python -m bench.gallery [--only ID …] [--store DIR]`.

Runs are trained in the store like any other, as many at once as there are cores (interrupted ones go on where they were
saved). Of each model with several seeds the most reproducible one is picked, by UDR, without labels; where that fails, the one with
the highest MIG, and the card says so. Then what the app needs is copied into the gallery: configuration, history, weights,
numbers, codes, maps and the decoder that browsers run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.home.pictures import ON_THE_FIRST, playing, strips_html, strips_of
from explorer.images.thumbnails import thumbnail
from explorer.runs.summary import labels_seen
from explorer.train.presets import APART
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
    reproducibility,
    scores_of_run,
    scores_without_factors,
)
from vae_core.config import BetascopeError
from vae_core.cores import cores
from vae_core.datasets import DATASETS
from vae_core.export.files import onnx_of
from vae_core.jobs import finish
from vae_core.runs import GALLERY, Run, Store
from vae_core.runs.notes import Notes

from .training import created, train


@dataclass(frozen=True)
class Shipped:
    """name, about: as the card shows them; minutes: one seed on one core of a laptop; settings: as of the command line;
    pick: what the seed is picked by, `udr` or `mig`.
    """

    name: str
    about: str
    minutes: int
    settings: dict[str, Any]
    seeds: Sequence[int] = (0,)
    pick: str = "udr"


ALL: dict[str, Any] = dict(latent_dim=10, lr_schedule="cosine", snapshots=0, threads=1)
SPRITES = ALL | APART
#: The same budget at each β; at β = 1 a β-TCVAE is the VAE.
SWEEP = SPRITES | dict(steps=24_000)
DIGITS = ALL | dict(dataset="digits", network="conv", epochs=400)
MNIST = ALL | dict(dataset="mnist", network="conv", epochs=20)

#: The β-TCVAE that sees the factors of 1,000 images (Locatello et al. 2020). The seed of the data is one whose first test image, from
#: which traversals start, has three colours that differ.
FEW_LABELS: dict[str, Any] = ALL | dict(
    model="s2_beta_tcvae", dataset="shapes3d", size=60_000, data_seed=108, latent_dim=6, labels=1000, beta=1.0,
    network="conv", channels=48, hidden=(128, 128), batch_size=64, lr=0.002,
)  # fmt: skip
#: Dimensions that open one by one (Jeong & Song 2019); at 64×64 the same did not separate the hues.
CASCADE = ALL | dict(model="cascade_vae", network="broadcast", schedule="constant", image_size=32)
#: A network so deep and narrow that its code collapses at β = 1, with snapshots of how that comes about.
DEEP: dict[str, Any] = dict(
    model="beta_vae", beta=1.0, dataset="digits", image_size=8, network="mlp", hidden=(32,) * 6, latent_dim=10, batch_size=64,
    epochs=200, snapshots=14, precision="float32", threads=1,
)  # fmt: skip
SEEDS = (0, 1, 2)
#: In the order of the cards.
SHIPPED = {
    "shapes3d": Shipped("A room in colour", "Six sliders, six factors", 33, FEW_LABELS | dict(steps=16_000), SEEDS),
    "sprites": Shipped(
        "Sprites, disentangled", "Position and size on sliders of their own", 5,
        SPRITES | dict(schedule="falling", beta=2.0, warmup_steps=3000, epochs=6), SEEDS,
    ),
    "shapes3d-unlabelled": Shipped(
        "A room without labels", "Floor and wall hue on sliders of their own", 4,
        CASCADE | dict(dataset="shapes3d", size=60_000, beta=5.0, warmup_steps=3000, steps=4000), seeds=(0, 1, 2, 3, 4), pick="mig",
    ),
    "sprites-beta-1": Shipped("Sprites, β = 1", "Sharp shapes, but a slider moves several factors", 14, SWEEP | dict(beta=1.0), SEEDS),
    "sprites-beta-4": Shipped("Sprites, β = 4", "Place and size on sliders of their own", 14, SWEEP | dict(beta=4.0), SEEDS),
    "sprites-beta-16": Shipped("Sprites, β = 16", "Place and size alone: every shape a disc", 14, SWEEP | dict(beta=16.0), SEEDS),
    "digits-beta-1": Shipped("Digits, β = 1", "Small digits in ten numbers", 2, DIGITS | dict(beta=1.0)),
    "digits-2d": Shipped("Digits on a plane", "A latent space in one picture", 2, DIGITS | dict(beta=1.0, latent_dim=2, hidden=(128,))),
    "digits-2d-autoencoder": Shipped(
        "Digits without noise", "A plane with holes: what a plain autoencoder leaves", 2,
        DIGITS | dict(model="autoencoder", latent_dim=2, hidden=(128,)),
    ),
    "digits-every-beta": Shipped(
        "Digits, every β", "Drag β itself, in one model", 4, DIGITS | dict(model="multirate_vae", hidden=(128,), epochs=600)
    ),
    "digits-codebook": Shipped(
        "Digits, a codebook", "Strokes to swap, and a learned prior", 2, DIGITS | dict(model="vq_vae", latent_dim=8, epochs=200)
    ),
    "mnist-2d": Shipped("MNIST on a plane", "The classic plane of digits", 4, MNIST | dict(beta=1.0, latent_dim=2)),
    "mnist-beta-1": Shipped("MNIST, β = 1", "A digit in ten numbers", 4, MNIST | dict(beta=1.0)),
    "mnist-vampprior": Shipped(
        "MNIST, a VampPrior", "New digits that look like digits", 6, MNIST | dict(model="vampprior_vae")
    ),
    "mnist-classes": Shipped("MNIST by class", "Any digit, in any handwriting", 4, MNIST | dict(model="conditional_vae")),
    "digits-collapsed": Shipped("Digits, collapsed", "A deep network whose code says nothing", 1, DEEP),
    "digits-annealed": Shipped("Digits, KL annealing", "The same network, with a β that rises", 1, DEEP | dict(schedule="linear")),
    "digits-cyclical": Shipped(
        "Digits, cyclical annealing", "The same network, with a β that rises four times", 1,
        DEEP | dict(schedule="cyclical", warmup_steps=1050),
    ),
    "digits-free-bits": Shipped(
        "Digits, free bits", "The same network, half a nat free in each dimension", 1, DEEP | dict(free_bits=0.5)
    ),
}  # fmt: skip
FILES = ("config.json", "status.json", "metrics.jsonl", "weights.safetensors", "evaluation.json")
MAPS = ("umap", "tsne", "pca")


def runs_of(store: Store, id: str) -> list[Run]:
    """The runs of all seeds, created where there are none yet."""
    shipped = SHIPPED[id]
    return [
        created(store, id if len(shipped.seeds) == 1 else f"{id}-seed-{seed}", name=shipped.name, seed=seed, **shipped.settings)
        for seed in shipped.seeds
    ]  # fmt: skip


def publish(id: str, runs: Sequence[Run]) -> Run:
    """Copy what the app needs of the picked seed into the gallery, with all maps laid out; returns the gallery's run."""
    run, picked = picked_of(runs, SHIPPED[id].pick)
    shutil.rmtree(run.cache, ignore_errors=True)
    finish(run)
    rate_point(run)  # beside a curve over β
    for method in (*MAPS, "plane") if run.config.model.latent_dim == 2 else MAPS:
        map_of(at_nearest(run), MapConfig(method=method))
    target = GALLERY / id
    earlier = Notes.read(target) if target.is_dir() else Notes()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in FILES:
        shutil.copy2(run.path / name, target / name)
    for folder in ("cache", "snapshots"):
        if (run.path / folder).is_dir():
            shutil.copytree(run.path / folder, target / folder)
    Notes(SHIPPED[id].about, picked, list(SHIPPED).index(id), earlier.names).write(target)
    shipped = Run.open(target, f"gallery/{id}")
    compute_numbers(shipped)
    draw_card(shipped)
    onnx_of(shipped)
    lines = [json.dumps(shortened(record)) for record in run.history()]
    (target / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    return shipped


def picked_of(runs: Sequence[Run], by: str) -> tuple[Run, str]:
    """The run that is shipped, and why it and no other seed."""
    if len(runs) == 1:
        return runs[0], ""
    if by == "udr":
        found, labelled = reproducibility(runs), bool(labels_seen(runs[0]))
        return found.picked, f"Of {len(runs)} seeds{'' if labelled else ', without labels'}: {found.reason}"
    scores = {run.id: scores_of_run(run, ("mig",))["mig"].value for run in runs}
    best, *others = sorted(runs, key=lambda run: -scores[run.id])
    low, high = scores[others[-1].id], scores[others[0].id]
    return (
        best,
        f"Of {len(runs)} seeds, chosen by the known factors: MIG {scores[best.id]:.2f}; the others have {low:.2f} to {high:.2f}.",
    )


def draw_card(run: Run) -> None:
    """What Home shows of a shipped run, so that it opens without loading a model."""
    is_first = run.id == f"gallery/{next(iter(SHIPPED))}"
    if is_first and (found := strips_of(run, ON_THE_FIRST)):
        playing(run, found)
    elif strips_html(run) is None:
        thumbnail(run)


def compute_numbers(run: Run) -> None:
    """Every number that the Measure page shows of a shipped run; the codes that they are computed from are deleted."""
    evaluate(run, EvaluateConfig())
    scores_without_factors(at_nearest(run))
    if (source := DATASETS.get(run.config.data.name)) and source.factors:
        for of in SOURCES if run.id == "gallery/sprites" else ("codes",):
            scores_of_run(run, names_of("all"), of=of)
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
    parser.add_argument("--only", nargs="+", default=list(SHIPPED), choices=list(SHIPPED), metavar="ID")
    parser.add_argument("--store", default=None)
    parser.add_argument("--measure", action="store_true", help="only measure the shipped models again")
    options = parser.parse_args()
    store = Store(options.store)
    try:
        if options.measure:
            for id in options.only:
                compute_numbers(Run.open(GALLERY / id, f"gallery/{id}"))
                print(f"{id}: measured")
            return 0
        minutes = sum(SHIPPED[id].minutes * len(SHIPPED[id].seeds) for id in options.only)
        print(
            f"About {minutes} minutes on one core, {cores()} cores here; the runs are in {store.root}.",
            file=sys.stderr,
        )
        by_id = {id: runs_of(store, id) for id in options.only}
        train(store, [run for runs in by_id.values() for run in runs])
        for id, runs in by_id.items():
            print(f"{id}: {publish(id, [Run.open(run.path, run.id) for run in runs]).evaluation()}", flush=True)
    except BetascopeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
