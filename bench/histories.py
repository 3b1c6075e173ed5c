"""Recommendations on `tastes`: Mult-VAE beside popularity, a truncated SVD, cosine similarity of items, and the truth.

    python -m bench.histories [--seeds 0,1,2]

Prints mean and standard deviation over seeds of data, weights and noise, as rows of a table in Markdown.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import Tensor

from vae_core.analysis.histories.recommending import (
    Scorer,
    best_rank,
    cosine,
    popularity,
    ranking_scores,
    recommended,
    truncated_svd,
)
from vae_core.datasets import DataConfig, load
from vae_core.datasets.histories.tastes import draw
from vae_core.models import create
from vae_core.models.mult_vae import MultVAE
from vae_core.training import TrainConfig, fit

EPOCHS, BATCH = 60, 100


def scores(seed: int) -> dict[str, dict[str, float]]:
    """Method → its scores on the held-out users of one draw."""
    data = load(DataConfig("tastes", seed=seed))
    seen, targets = data.folds
    train = data.train.items
    steps = EPOCHS * (len(train) // BATCH)
    config = MultVAE.Config(shape=data.shape, train_size=data.train_size, warmup_steps=steps // 2)
    model = create("mult_vae", config, seed)
    fit(model, data, TrainConfig(epochs=EPOCHS, batch_size=BATCH, seed=seed, snapshots=0, precision="float32"))
    model.eval()
    truth = draw(len(data.events), seed).preferences[data.n_train :]
    methods: dict[str, Scorer] = {
        "popularity": popularity(train),
        "cosine similarity of items": cosine(train),
        "truncated SVD": truncated_svd(train, best_rank(train, seed)),
        "`mult_vae`": lambda users: recommended(model, users),
    }
    found = {name: ranking_scores(scorer, seen, targets) for name, scorer in methods.items()}
    return found | {"the true preferences": ranking_scores(_fixed(truth), seen, targets, len(seen))}


def _fixed(preferences: Tensor) -> Scorer:
    return lambda users: preferences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0,1,2")
    torch.set_num_threads(1)
    runs = [scores(int(seed)) for seed in parser.parse_args().seeds.split(",")]
    for method in runs[0]:
        values = np.array([list(run[method].values()) for run in runs])
        cells = [
            f"{mean:.3f} ± {spread:.3f}" for mean, spread in zip(values.mean(0), values.std(0, ddof=1), strict=True)
        ]
        print(f"| {method} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
