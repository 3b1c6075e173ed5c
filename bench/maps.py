"""Maps of 10,000 and 60,000 codes: seconds, quality beside scikit-learn's t-SNE, and the cost of a new point or another β."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vae_core.analysis import MapConfig, encode_images, place
from vae_core.analysis.maps import neighbours as neighbourhood
from vae_core.analysis.maps.neighbours import neighbours
from vae_core.analysis.maps.projections import PROJECTIONS, laid_on
from vae_core.datasets import load
from vae_core.datasets.base import DataError
from vae_core.runs import Store
from vae_core.training.batches import in_order

from .claims import Report, run

ROOT = Path(__file__).parents[1]
Codes = NDArray[np.float32]


def codes() -> tuple[Codes, float, str]:
    """Of the shipped MNIST model: the test codes first, then those of training images; the seconds to encode 60,000; and the name of the data."""
    try:
        data = load("mnist")
    except DataError:
        random = np.random.default_rng(0)
        clusters = random.normal(size=(70_000, 10)) + 3 * random.normal(size=(10, 10))[random.integers(0, 10, 70_000)]
        return clusters.astype(np.float32), float("nan"), "random clusters: MNIST is not available"
    model = Store().open("gallery/mnist-beta-1").model()
    encode_images(model, data.test.images[:1000])
    start = time.perf_counter()
    with torch.no_grad():
        train = torch.cat(
            [model.encode(x, y).mu for x, y in in_order(data.train.images, None, torch.device("cpu"))]
        ).numpy()
    seconds = time.perf_counter() - start
    return np.concatenate([encode_images(model, data.test.images)["mu"].numpy(), train]), seconds, "MNIST"


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    return call(), time.perf_counter() - start


#: Fills the cache of compiled functions, as the first start of the app does.
COMPILE = "from vae_core.cli.maps import warm_up; warm_up(lambda share: False)"


def fresh(method: str, points: Codes, **settings: Any) -> tuple[Codes, float]:
    """A map with its seconds, without cached neighbours."""
    neighbourhood._cache.clear()
    return timed(lambda: PROJECTIONS[method].function(points, MapConfig(method=method, **settings)))


def neighbours_kept(points: Codes, layout: Codes, k: int = 10) -> float:
    """The share of each code's k nearest that are among its k nearest on the map."""
    in_codes = torch.from_numpy(neighbourhood.nearest(points, k + 1)[0][:, 1:])
    on_map = torch.from_numpy(neighbourhood.nearest(layout, k + 1)[0][:, 1:])
    return float((in_codes[:, :, None] == on_map[:, None]).any(2).double().mean())


def divergence(points: Codes, layout: Codes, perplexity: float = 30.0) -> float:
    """KL(P ‖ Q) of a t-SNE map with Q computed over all pairs: the same measure for both programs."""
    from openTSNE.affinity import PerplexityBasedNN

    joint = PerplexityBasedNN(points, perplexity=perplexity, method="exact", n_jobs=-1).P.tocoo()
    y = torch.from_numpy(layout).double()
    total = sum(
        float((1 / (1 + torch.cdist(y[i : i + 1000], y).square())).sum()) for i in range(0, len(y), 1000)
    ) - len(y)
    q = (1 / (1 + (y[joint.row] - y[joint.col]).square().sum(1))).numpy() / total
    return float((joint.data * np.log(joint.data / np.maximum(q, 1e-300))).sum())


def measure(report: Report, quick: bool) -> None:
    all_codes, encoding, name = codes()
    print(f"codes: {name}")
    if name == "MNIST":
        report.claim("encoding 60,000 images", encoding, "s", goal="≤ 3")
    few = all_codes[: 2_000 if quick else 10_000]
    subprocess.run([sys.executable, "-c", COMPILE], cwd=ROOT, check=True)
    _, cold = fresh("umap", few)
    report.claim(f"UMAP of {len(few):,}, the first in a process", cold, "s", goal="≤ 6", against="compiled before, by another process")  # fmt: skip
    layout, warm = fresh("umap", few)
    report.claim(f"UMAP of {len(few):,}, warm", warm, "s", goal="≤ 5")
    report.claim("UMAP: 10 nearest kept", neighbours_kept(few, layout), "share")
    placing(report, few, layout)
    if quick:
        return
    pca, seconds = fresh("pca", few)
    report.claim(
        f"PCA of {len(few):,}", 1e3 * seconds, "ms", against=f"10 nearest kept: {neighbours_kept(few, pca):.3f}"
    )
    against_scikit_learn(report, few)
    many = all_codes[:60_000]
    report.claim("UMAP of 60,000", fresh("umap", many)[1], "s", goal="≤ 20")
    report.claim("t-SNE of 60,000", fresh("tsne", many)[1], "s", goal="≤ 75")
    neighbourhood._cache.clear()
    report.claim("neighbours of 60,000, once for both", timed(partial(neighbours, many, 91))[1], "s")
    between_betas(report)
    map_process(report)


def placing(report: Report, points: Codes, layout: Codes) -> None:
    place(points[:1], points, layout)
    seconds = [timed(partial(place, points[i : i + 1] + 0.01, points, layout))[1] for i in range(50)]
    report.claim(
        "a new point on the map", 1e3 * statistics.median(seconds), "ms", goal="≤ 100", against="decoding aside"
    )


def against_scikit_learn(report: Report, points: Codes) -> None:
    from sklearn.manifold import TSNE

    fresh("tsne", points[:500])
    pairs = []
    for seed in range(2):
        ours, our_seconds = fresh("tsne", points, seed=seed)
        theirs, their_seconds = timed(partial(TSNE(random_state=seed, n_jobs=-1).fit_transform, points))
        pairs.append((our_seconds, their_seconds, ours, theirs))
    our_seconds, their_seconds, ours, theirs = pairs[0]
    report.claim("t-SNE of 10,000", statistics.median(pair[0] for pair in pairs), "s")
    report.claim("t-SNE of 10,000, scikit-learn", statistics.median(pair[1] for pair in pairs), "s")
    report.claim("t-SNE of 10,000: scikit-learn / ours", statistics.median(pair[1] / pair[0] for pair in pairs), "×", goal="≥ 2")  # fmt: skip
    kl, other = divergence(points, ours), divergence(points, theirs)
    report.claim("t-SNE: KL over scikit-learn's", 100 * (kl / other - 1), "%", goal="≤ 2", against=f"{kl:.3f} and {other:.3f} nats")  # fmt: skip
    our_share, their_share = neighbours_kept(points, ours), neighbours_kept(points, theirs)
    report.claim("t-SNE: 10 nearest kept, below scikit-learn's", 100 * (1 - our_share / their_share), "%", goal="≤ 2", against=f"{our_share:.4f} and {their_share:.4f}")  # fmt: skip


def between_betas(report: Report) -> None:
    """How far points of the shipped sprites models move from β = 1 to β = 4, in standard deviations of the map."""
    from vae_core.analysis import latents_of

    first, second = (latents_of(Store().open(f"gallery/sprites-beta-{beta}")).mu for beta in (1, 4))
    for method in ("umap", "tsne"):
        start, _ = fresh(method, first)
        free, _ = fresh(method, second)
        from_start = PROJECTIONS[method].function(second, MapConfig(method=method), start=start)
        for name, layout in (("on its own", free), ("keeping places", from_start)):
            distance = np.linalg.norm(laid_on(layout, start) - start, axis=1).mean() / start.std()
            against = f"10 nearest kept: {neighbours_kept(second, layout):.3f}"
            report.claim(f"{PROJECTIONS[method].title}, β = 1 to 4, {name}: points move", float(distance), "σ", against=against)  # fmt: skip


def map_process(report: Report) -> None:
    """How long the app's map process takes from its start until all is loaded and compiled."""
    command = [sys.executable, "-m", "vae_core", "lay-out"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    _, seconds = timed(lambda: next(line for line in process.stdout or () if "warm" in line))
    process.stdin.close()
    process.wait()
    report.claim("the map process: ready after", seconds, "s", against="in the background, from the start of the app")


if __name__ == "__main__":
    sys.exit(run("maps", measure, (__doc__ or "").strip()))
