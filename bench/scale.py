"""How time and memory grow: with the number of images, of variants, of codes on a map; and a set larger than the memory."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from vae_core.analysis import MapConfig
from vae_core.analysis.maps.projections import PROJECTIONS
from vae_core.datasets import load
from vae_core.datasets.base import DataError

from .claims import Report, run

ROOT = Path(__file__).parents[1]
#: The script of a child process: limits its memory, trains, and prints seconds per step and memory in MiB.
CHILD = """
import json, resource, sys, time, tempfile
settings = json.loads(sys.argv[1])
if settings["limit"]:
    resource.setrlimit(resource.RLIMIT_DATA, (settings["limit"], settings["limit"]))
import vae_core, vae_core.datasets
from vae_core.training import fit, TrainConfig
from vae_core.models import MODELS, create
from bench.speed import Speed
def memory():
    return int(next(line for line in open("/proc/self/status") if line.startswith(settings["of"])).split()[1]) / 1024
start, before = time.perf_counter(), memory()
data = vae_core.load(vae_core.datasets.DataConfig(settings["dataset"], size=settings["size"]))
drawn = time.perf_counter() - start
kind = MODELS["beta_vae"]
model = create("beta_vae", kind.Config(shape=data.shape, network=settings["network"], hidden=(256,), latent_dim=10))
speed, batch = Speed(), min(128, data.n_train)
fit(model, data, TrainConfig(steps=settings["steps"], batch_size=batch, snapshots=0, precision="float32"), speed)
print(json.dumps({"drawn": drawn, "step": batch / speed.value(), "most": memory(), "before": before}))
"""


#: The script of a child process that encodes so many images, or scores so many codes.
CODES = """
import json, sys, time
import torch
settings = json.loads(sys.argv[1])
def memory():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
if settings["kind"] == "encode":
    from vae_core.analysis.codes.latents import encode_images
    from vae_core.models import MODELS, create
    model = create("beta_vae", MODELS["beta_vae"].Config(shape=(1, 64, 64), network="conv", latent_dim=10)).eval()
    model.to(memory_format=torch.channels_last)
    images = torch.zeros(settings["count"], 1, 64, 64, dtype=torch.uint8)
    work = lambda: encode_images(model, images)
else:
    from vae_core.datasets.sprites import SPACE
    from vae_core.metrics.coded import Coded
    from vae_core.metrics.disentanglement import SCORES, measure_scores
    names = [name for name, score in SCORES.items() if not score.slow]
    factors = torch.stack([torch.randint(size, (settings["count"],)) for size in SPACE.sizes], 1)
    codes = torch.cat([factors.float(), torch.zeros(len(factors), 10 - factors.shape[1])], 1)
    codes = codes + torch.randn_like(codes)
    work = lambda: measure_scores(Coded(codes.double().numpy(), factors.numpy()), names)
before, start = memory(), time.perf_counter()
work()
print(json.dumps({"seconds": time.perf_counter() - start, "most": memory(), "before": before}))
"""


def child(dataset: str, size: int | None = None, *, network: str = "mlp", steps: int = 200, limit: int = 0, of: str = "VmHWM") -> dict[str, float]:  # fmt: skip
    settings = dict(dataset=dataset, size=size, network=network, steps=steps, limit=limit, of=of)
    return result_of(CHILD, settings)


def result_of(script: str, settings: dict[str, Any]) -> dict[str, float]:
    """What the script prints as its last line, run in a process of its own."""
    command = [sys.executable, "-c", script, json.dumps(settings)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if process.returncode:
        raise RuntimeError(process.stderr.strip().splitlines()[-1])
    return json.loads(process.stdout.splitlines()[-1])


def slope(sizes: list[int], values: list[float]) -> float:
    """The power with which values grow: the slope of a line through their logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def measure(report: Report, quick: bool) -> None:
    growing_sets(report, [1_000, 10_000] if quick else [1_000, 10_000, 100_000, 700_000])
    larger_than_memory(report)
    if quick:
        return
    full_mnist(report)
    growing_sweeps(report)
    sizes = [10_000, 100_000, 1_000_000]
    growing_codes(report, "encode", "encoding", "images of 64×64", sizes)
    growing_codes(report, "score", "all scores but DCI of", "codes", sizes)
    growing_maps(report, [1_000, *sizes])
    whole_shapes(report)


def growing_sets(report: Report, sizes: list[int]) -> None:
    results = [child("sprites", size) for size in sizes]
    for size, result in zip(sizes, results, strict=True):
        report.claim(f"{size:,} sprites: drawn in", result["drawn"], "s")
        report.claim(f"{size:,} sprites: a step of 128", 1e3 * result["step"], "ms")
        report.claim(
            f"{size:,} sprites: most memory", result["most"], "MiB", against=f"{size * 4096 >> 20} MiB of pixels"
        )
    report.claim("drawing against N", slope(sizes, [result["drawn"] for result in results]), "power of N")
    report.claim("time of a step against N", slope(sizes, [result["step"] for result in results]), "power of N")
    per_image = (results[-1]["most"] - results[0]["most"]) * (1 << 20) / (sizes[-1] - sizes[0])
    report.claim("memory per image of 4,096 bytes", per_image, "bytes")


def larger_than_memory(report: Report) -> None:
    """A sparse file: the disk holds nothing of it, and the process could not hold all of it."""
    limit, count = 2_600_000_000, 4_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.npy"
        np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(count, 64, 64)).flush()
        small = child("sprites", 10_000)
        result = child(str(path), limit=limit, of="VmData")
    report.claim("a set on the disk, over the memory allowed", count * 4096 / limit, "×", goal="≥ 2")
    report.claim(
        "a step of 128 from the disk", 1e3 * result["step"], "ms", against=f"{1e3 * small['step']:.1f} ms in memory"
    )


def full_mnist(report: Report) -> None:
    try:
        data = load("mnist")
    except DataError:
        print("MNIST is not available: its memory is not measured")
        return
    pixels = data.images.numel() / (1 << 20)
    for network in ("mlp", "conv"):
        result = child("mnist", network=network, steps=400)
        beyond = result["most"] - result["before"] - pixels
        report.claim(f"MNIST, {network}: most memory beyond torch's own and the pixels", beyond, "MiB", goal="≤ 600", against=f"{result['before']:.0f} MiB once torch is imported, {pixels:.0f} MiB of pixels")  # fmt: skip


def growing_codes(report: Report, kind: str, title: str, what: str, sizes: list[int]) -> None:
    results = [result_of(CODES, {"kind": kind, "count": size}) for size in sizes]
    for size, result in zip(sizes, results, strict=True):
        against = f"most memory {result['most']:.0f} MiB, {result['before']:.0f} before"
        report.claim(f"{title} {size:,} {what}", result["seconds"], "s", against=against)
    report.claim(f"{title} {what} against N", slope(sizes, [result["seconds"] for result in results]), "power of N", goal="≤ 1.1")  # fmt: skip


def whole_shapes(report: Report) -> None:
    """All 480,000 images of shapes3d, in memory as uint8, and a network trained on them."""
    result = child("shapes3d", 480_000, network="conv")
    report.claim("shapes3d, whole: drawn in", result["drawn"], "s")
    report.claim("shapes3d, whole: a step of 128", 1e3 * result["step"], "ms")
    report.claim("shapes3d, whole: most memory", result["most"], "MiB", against=f"{480_000 * 3 * 4096 >> 20} MiB of pixels")  # fmt: skip


def growing_sweeps(report: Report) -> None:
    from vae_core.cores import cores
    from vae_core.jobs import configure
    from vae_core.runs import Processes, Store

    settings: dict[str, Any] = dict(
        dataset="digits", model="beta_vae", network="mlp", image_size=28, latent_dim=20, epochs=60
    )
    counts, seconds = [1, 2, 4, 8], []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            store = Store(folder)
            runs = [store.create(configure(beta=float(2**k), snapshots=0, **settings)) for k in range(count)]
            start = time.perf_counter()
            Processes(min(count, cores())).train(store, runs)
            seconds.append(time.perf_counter() - start)
        report.claim(f"a sweep of {count}", seconds[-1], "s")
    report.claim("a sweep against K", slope(counts, seconds), "power of K", goal="≤ 1")


def growing_maps(report: Report, sizes: list[int]) -> None:
    """Codes of ten clusters in ten dimensions, laid out by UMAP in this process, compiled beforehand."""
    random = np.random.default_rng(0)
    codes = (random.normal(size=(max(sizes), 10)) + 4 * random.normal(size=(10, 10))[random.integers(0, 10, max(sizes))]).astype(np.float32)  # fmt: skip
    umap = PROJECTIONS["umap"].function
    umap(codes[:5000], MapConfig())
    seconds = []
    for size in sizes:
        start = time.perf_counter()
        layout = umap(codes[:size], MapConfig(limit=max(10, size)))
        seconds.append(time.perf_counter() - start)
        assert layout.shape == (size, 2)
        report.claim(f"UMAP of {size:,} codes", seconds[-1], "s")
    report.claim("UMAP against N", slope(sizes, seconds), "power of N")
    # The browser receives the positions of all, and codes, rates and labels of as many as it can show.
    report.claim(f"a map of {max(sizes):,}, sent to the browser", sent(max(sizes), 10) / 1e6, "MB", goal="≤ 20")


def sent(count: int, dims: int) -> float:
    """Bytes of the files behind a map of so many codes in the browser."""
    from vae_core.analysis.codes.latents import ALL

    shown = min(count, ALL)
    return shown * (2 * 4 + dims * (4 + 4) + 4 + 2) + math.ceil(shown / 1e3)


if __name__ == "__main__":
    sys.exit(run("scale", measure, (__doc__ or "").strip()))
