"""Time to disentanglement: scores of a recipe against minutes of training and images seen, where the factors are known.

`python -m bench.disentangle [--sprites | --shapes3d] [--labels | --narrow] [--quick]`. Each recipe is trained with three seeds, as many at once as
there are cores, with one thread each; minutes are of its CPU time, without these scores. Scores during training are of 4,000
images: MIG, the FactorVAE score from a tenth of the published number of batches, and at the end DCI with forests in place of
boosting. They are close to those of `vae_core metrics`, not equal. No score has a part in the choice of weights; the steps of a
recipe are fixed before. The last recipe sees the factors of 1,000 training images, the others none. The narrow ones are that of the gallery's sprites, and the preset "Disentangled in a minute".
"""

from __future__ import annotations

import csv
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr

from vae_core.cores import cores
from vae_core.datasets import load
from vae_core.datasets.base import Split
from vae_core.jobs import configure
from vae_core.metrics.coded import Coded
from vae_core.metrics.dci import importance, score_function
from vae_core.metrics.mig import mig
from vae_core.metrics.shared_factor import factor_vae_score
from vae_core.metrics.udr import agreements, udr
from vae_core.models import Model, create
from vae_core.training import Listener, fit
from vae_core.training.batches import in_order

from .claims import RESULTS, Report, run

#: Images that scores during training are computed from, and batches of the FactorVAE score (training, test).
IMAGES, BATCHES = 4000, (1000, 500)
SEEDS: tuple[int, ...] = (0, 1, 2)
COLUMNS = ("recipe", "seed", "step", "images", "seconds", "mig", "factor_vae", "dci_disentanglement", "udr")


@dataclass(frozen=True)
class Recipe:
    """title: model and what is special; settings: as of the command line."""

    title: str
    dataset: str
    model: str
    settings: dict[str, Any] = field(default_factory=dict)


SHARED: dict[str, Any] = dict(
    latent_dim=10, batch_size=128, steps=3000, lr=1e-3, lr_schedule="cosine", size=100_000, snapshots=0
)
#: Settings of one data set. Shapes3D at half its size, which is four times faster; its gallery model is of that size, too.
OF_DATASET: dict[str, dict[str, Any]] = {"sprites": {}, "shapes3d": dict(image_size=32, size=60_000)}
#: Data set → the MIG whose time is reported.
TARGETS = {"sprites": 0.30, "shapes3d": 0.40}
#: Fewer channels see more and smaller batches in the same time.
NARROW: dict[str, Any] = dict(network="broadcast", channels=16, schedule="falling", batch_size=64, lr=2e-3)
#: The first is the plain one, the second the recipe; `--quick` takes these two.
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "β-TCVAE, conv": ("beta_tcvae", dict(beta=6.0, network="conv")),
    "β-TCVAE, broadcast, β falls": (
        "beta_tcvae", dict(beta=2.0, network="broadcast", schedule="falling", warmup_steps=1500),
    ),
    "Cascade VAE, broadcast": (
        "cascade_vae", dict(beta=5.0, network="broadcast", schedule="constant", warmup_steps=2250),
    ),
    "β-TCVAE, broadcast": ("beta_tcvae", dict(beta=6.0, network="broadcast")),
    "β-VAE, broadcast": ("beta_vae", dict(beta=4.0, network="broadcast")),
    "Capacity VAE, broadcast": (
        "capacity_vae", dict(beta=100.0, target_rate=16.0, network="broadcast"),
    ),
    "β-TCVAE, broadcast, narrow, β falls": (
        "beta_tcvae", NARROW | dict(beta=2.0, warmup_steps=3000, steps=8437),
    ),
    "β-TCVAE, broadcast, narrow, one minute": (
        "beta_tcvae", NARROW | dict(beta=4.0, warmup_steps=800, steps=1800),
    ),
    "β-TCVAE, conv, six dimensions, 1,000 labels": (
        "s2_beta_tcvae", dict(beta=1.0, network="conv", latent_dim=6, labels=1000),
    ),
}  # fmt: skip


def recipes(dataset: str) -> list[Recipe]:
    """What is tried on this data set."""
    shared = SHARED | OF_DATASET[dataset]
    return [Recipe(title, dataset, model, shared | settings) for title, (model, settings) in VARIANTS.items()]


@dataclass
class Trained:
    """rows: scores over time; codes `(N, D)` of the images and rates `(D,)` at the end, for UDR."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    codes: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    rates: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


class Scores(Listener):
    """Scores at every evaluation, of the same images each time."""

    def __init__(self, recipe: Recipe, seed: int, images: Split) -> None:
        self.recipe, self.seed, self.images = recipe, seed, images
        self.trained = Trained()
        self.began = time.process_time()

    def evaluated(self, state: Any, record: dict[str, Any]) -> None:
        stopped = time.process_time()
        step, settings = record["step"], self.recipe.settings
        codes = codes_of(state.model, self.images)
        assert self.images.factors is not None
        scores = scores_of(Coded(codes, self.images.factors.numpy()), last=step == settings["steps"])
        place = {"recipe": self.recipe.title, "seed": self.seed, "step": step, "images": step * settings["batch_size"]}
        self.trained.rows.append(place | {"seconds": round(stopped - self.began, 1)} | scores)
        self.trained.codes, self.trained.rates = codes, np.array(record["rate_per_dim"])
        self.began += time.process_time() - stopped


@torch.no_grad()
def codes_of(model: Model, images: Split) -> NDArray[np.float64]:
    """Codes `(N, D)` of images; the model goes on training as it did."""
    training, device = model.training, next(model.parameters()).device
    model.eval()
    codes = torch.cat([model.embed(x) for x, _ in in_order(images.images, None, device)])
    model.train(training)
    return codes.double().cpu().numpy()


def scores_of(coded: Coded, last: bool) -> dict[str, float]:
    """MIG and FactorVAE score, and at the last step DCI disentanglement."""
    scores = mig(coded).values() | factor_vae_score(coded, points=BATCHES).values()
    if last:
        scores |= score_function(importance(coded, jobs=1, classifier="forest")).values()
    return {name: round(scores[name], 4) for name in COLUMNS[5:] if name in scores}


def trained(recipe: Recipe, seed: int) -> Trained:
    """Train one seed on one thread."""
    torch.set_num_threads(1)
    config = configure(recipe.dataset, recipe.model, seed=seed, threads=1, **recipe.settings)
    data = load(config.data)
    rows = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(1))[:IMAGES]
    assert data.train.factors is not None
    images = Split(data.train.images[rows], None, data.train.factors[rows])
    torch.manual_seed(seed)
    listener = Scores(recipe, seed, images)
    fit(create(config.family, config.model), data, config.train, listener)
    return listener.trained


def minutes_until(rows: Sequence[dict[str, Any]], target: float) -> float:
    """CPU minutes of training until the MIG first reaches the target; infinite if it never does."""
    return next((row["seconds"] / 60 for row in rows if row["mig"] >= target), float("inf"))


def measure(report: Report, quick: bool, sprites: bool, shapes3d: bool, labels: bool, narrow: bool) -> None:
    torch.set_num_threads(1)  # as many as each training has: what the result says of the machine
    wanted = [name for name, chosen in (("sprites", sprites), ("shapes3d", shapes3d)) if chosen]
    for dataset in wanted or list(TARGETS):
        needed = {"labels"} if labels else {"channels"} if narrow else set()
        tried = [recipe for recipe in recipes(dataset) if needed <= set(recipe.settings)]
        tried = tried[: 2 if quick else None]
        found: list[Trained] = []
        for one in every_seed(tried, quick):
            found.append(one)
            rank(found)
            rows = [row for one in found for row in one.rows]
            if not quick:
                save(dataset, rows)
        for recipe in tried:
            claim(report, recipe, [row for row in rows if row["recipe"] == recipe.title])
        if not quick:
            last = [row for row in saved(dataset) if row["udr"] and "labels" not in VARIANTS[row["recipe"]][1]]
            rho = spearmanr([float(row["udr"]) for row in last], [float(row["mig"]) for row in last]).statistic
            report.claim(f"{dataset}: rank correlation of UDR and MIG", float(rho), "", against=f"{len(last)} models")


def every_seed(tried: Sequence[Recipe], quick: bool) -> Iterator[Trained]:
    """Each recipe with each seed."""
    seeds = SEEDS[: 1 if quick else None]
    if quick:
        tried = [
            replace(recipe, settings=recipe.settings | {"steps": 10, "size": 6000, "warmup_steps": None})
            for recipe in tried
        ]
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn"), initializer=end_with_bench) as pool:
        for future in [pool.submit(trained, recipe, seed) for recipe in tried for seed in seeds]:
            yield future.result()


def end_with_bench() -> None:
    """End this process as soon as the bench has ended, however that came about: a training takes long to its own end."""

    def wait() -> None:
        bench = parent_process()
        assert bench is not None
        bench.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def rank(found: Sequence[Trained]) -> None:
    """UDR of each model among the seeds of its recipe, in its last row."""
    for title in dict.fromkeys(one.rows[-1]["recipe"] for one in found):
        group = [one for one in found if one.rows[-1]["recipe"] == title]
        if len(group) > 2:
            scores = udr(agreements([one.codes for one in group], [one.rates for one in group]))
            for one, score in zip(group, scores, strict=True):
                one.rows[-1]["udr"] = round(float(score), 4)


def save(dataset: str, rows: Sequence[dict[str, Any]]) -> None:
    """The curves as a table, beside the claims; those of recipes that were not trained now stay."""
    now = {row["recipe"] for row in rows}
    earlier = [row for row in saved(dataset) if row["recipe"] not in now]
    with open(curves(dataset), "w", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows([*earlier, *rows])


def saved(dataset: str) -> list[dict[str, Any]]:
    """The rows of that table, all as text."""
    with open(curves(dataset), newline="") as file:
        return list(csv.DictReader(file))


def curves(dataset: str) -> Path:
    return RESULTS / f"disentangle-{dataset}.csv"


def claim(report: Report, recipe: Recipe, rows: Sequence[dict[str, Any]]) -> None:
    by_seed = [[row for row in rows if row["seed"] == seed] for seed in sorted({row["seed"] for row in rows})]
    last = [curve[-1] for curve in by_seed]
    name = f"{recipe.dataset}, {recipe.title}"
    setup = f"{last[0]['step']:,} steps of {recipe.settings['batch_size']}, {len(last)} seeds"
    for score in ("mig", "factor_vae", "dci_disentanglement"):
        values = [row[score] for row in last]
        report.claim(f"{name}: {score}, median", median(values), "", against=f"[{min(values):.3f}, {max(values):.3f}]; {setup}")  # fmt: skip
    target = TARGETS[recipe.dataset]
    minutes = [minutes_until(curve, target) for curve in by_seed]
    reached = [value for value in minutes if value < float("inf")]
    report.claim(f"{name}: seeds that reach MIG {target:.2f}", len(reached), f"of {len(last)}")
    if reached:
        report.claim(f"{name}: CPU minutes until then, median of these", median(reached), "min", against=setup)


if __name__ == "__main__":
    sys.exit(
        run(
            "disentangle", measure, (__doc__ or "").strip(),
            flags={"sprites": "sprites alone", "shapes3d": "shapes3d alone", "labels": "the recipe with labels alone", "narrow": "the narrow recipes alone"},
        )
    )  # fmt: skip
