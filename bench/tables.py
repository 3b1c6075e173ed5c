"""Tables: a tabular VAE beside what anyone would try first, on the tables that scikit-learn ships.

    python -m bench.tables            prints the table of docs/performance.md and writes bench/results/tables.json

Reconstruction: test rows through as many dimensions as PCA's components. Filling in: a fifth of the values of training and
test rows is hidden; what was hidden in the test rows is filled in by the training mean, by scikit-learn's KNNImputer and
IterativeImputer (BayesianRidge), and by the VAE, all fitted on the training rows with their holes. Errors are root mean
squares in standard deviations of the training split; means and deviations over seeds, each with a split of its own.
"""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vae_core.analysis.tables.errors import reconstructed
from vae_core.analysis.tables.filling import filled
from vae_core.datasets import DataConfig, TableData, load
from vae_core.models import ROW_MODELS, Model, create
from vae_core.training import TrainConfig, fit

RESULTS = Path(__file__).parent / "results" / "tables.json"
SEEDS, DIMS, HIDDEN = 3, 4, 0.2
TRAIN = TrainConfig(steps=1000, batch_size=32, lr=2e-3, lr_schedule="cosine", patience=0, snapshots=0, precision="float32", threads=1)  # fmt: skip


def trained(data: TableData, dims: int, seed: int) -> Model:
    """A tabular VAE of these rows."""
    kind = ROW_MODELS["tabular_vae"]
    model = create("tabular_vae", kind.Config.from_dict({**data.for_model, "latent_dim": dims, "hidden": (64,)}), seed)  # fmt: skip
    fit(model, data, TRAIN.replace(seed=seed))
    return model


def rmse(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.square(a - b).mean()))


def reconstruction(data: TableData, seed: int) -> dict[str, float]:
    from sklearn.decomposition import PCA

    train, test = (split.items.double().numpy() for split in (data.train, data.test))
    pca = PCA(DIMS).fit(train)
    outputs, _ = reconstructed(trained(data, DIMS, seed), data.test.items)
    return {
        "constant": rmse(test, np.zeros_like(test)),
        f"PCA, {DIMS} components": rmse(test, pca.inverse_transform(pca.transform(test))),
        f"tabular VAE, {DIMS} dimensions": rmse(test, outputs.double().numpy()),
    }


def filling(data: TableData, seed: int) -> dict[str, float]:
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer

    holes = torch.rand(data.rows.shape, generator=torch.Generator().manual_seed(seed)) < HIDDEN
    incomplete = replace(data, rows=data.rows.masked_fill(holes, torch.nan))
    train, test = (split.items.double().numpy() for split in (incomplete.train, incomplete.test))
    hidden = holes[data.n_train :].numpy()
    truth = data.test.items.double().numpy()[hidden]
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of rounds that have not converged
        for name, imputer in (
            ("mean", SimpleImputer()),
            ("KNNImputer", KNNImputer()),
            ("IterativeImputer", IterativeImputer(random_state=0, max_iter=20)),
        ):
            found[name] = rmse(imputer.fit(train).transform(test)[hidden], truth)
    model = trained(incomplete, DIMS, seed)
    found["tabular VAE"] = rmse(filled(model, incomplete.test.items, rounds=10).double().numpy()[hidden], truth)
    return found


def measured(name: str) -> dict[str, Any]:
    """Means and deviations over seeds, and seconds for each VAE."""
    tasks: dict[str, list[dict[str, float]]] = {"reconstruction": [], "filling in": []}
    start = time.perf_counter()
    for seed in range(SEEDS):
        data = load(DataConfig(name, seed=seed))
        tasks["reconstruction"].append(reconstruction(data, seed))
        tasks["filling in"].append(filling(data, seed))
    seconds = (time.perf_counter() - start) / SEEDS / 2
    rows = {
        task: {who: [float(np.mean(values)), float(np.std(values))] for who in found[0] if (values := [one[who] for one in found])}
        for task, found in tasks.items()
    }  # fmt: skip
    return {"rows": rows, "seconds": round(seconds, 1)}


def main() -> None:
    results = {name: measured(name) for name in ("wine", "breast_cancer")}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    for name, found in results.items():
        for task, rows in found["rows"].items():
            for who, (mean, deviation) in rows.items():
                print(f"| `{name}` | {task} | {who} | {mean:.3f} ± {deviation:.3f} |")


if __name__ == "__main__":
    main()
