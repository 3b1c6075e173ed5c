"""Encoder and decoder with weights of 8 bits, and a report of what that saves and costs: bytes, time, nats."""

from __future__ import annotations

import hashlib
import logging
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..datasets.base import Split
from ..models import Model, family
from ..models.autoencoder import Point
from ..models.graph import compute, session
from ..models.imported import Imported
from ..models.vae import DiagonalGaussian
from ..runs import Run, RunConfig, RunError
from ..runs.files import read_json, write_bytes, write_json
from ..runs.given import NO_IMAGES
from ..training import measure
from .describe import describe
from .files import onnx_of
from .onnx import ExportError, labelled, reason

#: Changes when the same weights are quantised or measured differently.
VERSION = 1
REPORT = "report.json"
#: Training images that the ranges of activations are taken from, and how many at once.
CALIBRATION, BATCH = 512, 64
#: Batch sizes whose time is measured, with calls in one round; the median of rounds counts.
CALLS, ROUNDS = {1: 20, 64: 2}, 11
#: Images on which the float32 graphs must have the ELBO of the model, and the largest difference in nats per image.
CHECKED, AGREES = 256, 0.02


def refusal(config: RunConfig) -> str | None:
    """Why a model of this configuration has no int8 export, as the end of a sentence; None where it has one."""
    model = config.model
    if config.data_kind != "images":
        return "it is of a table, and calibration is of images"
    if not (model.has_encoder and model.has_decoder) or config.data.name == NO_IMAGES:
        return "encoder, decoder and images are needed for calibration"
    if not family(config.family).continuous:
        return "its codes are entries of a codebook, not numbers in a range"
    if model.betas:
        return "β is one of its inputs, and the ranges of activations would hold for one β only"
    return None


def write_int8(run: Run, folder: Path) -> list[Path]:
    """encoder.int8.onnx, decoder.int8.onnx and report.json, which is cached in the run as well; returns what was written.

    Raises:
        ExportError: a model that cannot be quantised, or whose cost cannot be measured. DataError, RunError: no data, no weights, or
            the folder is not writable.
    """
    if why := refusal(run.config):
        raise ExportError(f"The run {run.id!r} has no int8 export: {why}; see --onnx.")
    graphs, report = quantise(run)
    for name, content in graphs.items():
        write_bytes(folder / f"{name}.int8.onnx", content)
    write_json(folder / REPORT, report)
    try:
        write_json(_cached(run), report, run.path)
    except RunError as error:
        logging.getLogger(__name__).warning("%s", error)
    return [*(folder / f"{name}.int8.onnx" for name in graphs), folder / REPORT]


def cached_report(run: Run) -> dict[str, Any] | None:
    """The report as it was written before; None where there is none of these weights."""
    try:
        return read_json(_cached(run))
    except RunError:
        return None


def sentence(report: dict[str, Any]) -> str:
    """Size, speed and cost of a report."""
    before, after = (sum(half[kind] for half in report["bytes"].values()) for kind in ("float32", "int8"))
    speeds = ", ".join(f"{name} {values['64']:.2g}×" for name, values in report["speed"].items())
    key, title = ("distortion", "distortion") if report["float32"]["elbo"] is None else ("elbo", "ELBO")
    change = f"{report['int8'][key] - report['float32'][key]:+.2f}".replace("-", "−")
    return (
        f"int8: {after / before:.0%} of the bytes of float32; speed in batches of 64: {speeds}; "
        f"{title} {change} nats per image."
    )


def quantise(run: Run) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Half → int8 ONNX file, and the report (docs/export.md has its fields).

    Raises:
        as `write_int8`.
    """
    from .quantise import quantised

    model, data = run.model(), run.data("all")
    if len(data.test.items) == 0:
        raise ExportError(f"The run {run.id!r} has no test images, on which the cost of int8 is measured.")
    floats: dict[str, bytes] = {name: onnx_of(run, name) or b"" for name in ("encoder", "decoder")}
    _check(run, model, floats, data.test)
    inputs = _inputs(model, data.train if len(data.train.items) else data.test)
    graphs, counts = {}, {}
    for name, content in floats.items():
        batches = [
            {key: values[start : start + BATCH] for key, values in inputs[name].items()}
            for start in range(0, len(next(iter(inputs[name].values()))), BATCH)
        ]
        try:
            made = quantised(content, batches, reads_code=name == "decoder")
        except Exception as error:  # onnxruntime's have no common base
            raise ExportError(f"The {name} of {run.id!r} cannot be quantised: {reason(error)}") from error
        graphs[name] = labelled(made.content, describe(run) | {"half": name, "precision": "int8"})
        counts[name] = {"int8": made.integer, "float32_with_int8_weights": made.stored}
    measured = {
        precision: measure(Graphs.of(model, pair), data.test.items, data.test.labels).to_dict()
        for precision, pair in (("float32", floats), ("int8", graphs))
    }
    report: dict[str, Any] = {
        "format": VERSION, "run": run.id, "weights": run.weights_hash(), "images": len(data.test.items), "seed": 0,
        "bytes": {name: {"float32": len(floats[name]), "int8": len(graphs[name])} for name in graphs},
        "layers": counts,
        "speed": {name: _speed(floats[name], graphs[name], inputs[name]) for name in graphs},
    }  # fmt: skip
    for precision, table in measured.items():
        report[precision] = {key: table[key] for key in ("distortion", "rate", "elbo")}
    return graphs, report


class Graphs(Imported):
    """A model of two graphs of which both may take a class as their second input."""

    @classmethod
    def of(cls, model: Model, contents: dict[str, bytes]) -> Graphs:
        """These graphs with the observation model of `model`."""
        with torch.no_grad():
            has_logvar = model.encode(*_example(model)).logvar is not None
        config = cls.Config(
            shape=model.config.shape, classes=model.config.classes, latent_dim=model.config.code_width,
            likelihood=model.config.likelihood, sigma=model.config.sigma, has_logvar=has_logvar,
        )  # fmt: skip
        graphs = cls(config).eval()
        graphs.observation_logvar.data.copy_(model.observation_logvar.detach())
        graphs.contents, graphs.labelled = contents, model.conditional
        return graphs

    labelled = False

    def encode(self, x: Tensor, y: Tensor | None = None) -> Point | DiagonalGaussian:
        outputs = compute(self._content("encoder"), x, *self._condition(y))
        return Point(outputs[0]) if len(outputs) == 1 else DiagonalGaussian(outputs[0], outputs[1])

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return compute(self._content("decoder"), z, *self._condition(y))[0]

    def _condition(self, y: Tensor | None) -> tuple[Tensor, ...]:
        return (y.float(),) if self.labelled and y is not None else ()


def _example(model: Model) -> tuple[Tensor, Tensor | None]:
    return torch.zeros(2, *model.config.shape), torch.zeros(2, dtype=torch.int64) if model.conditional else None


def _check(run: Run, model: Model, floats: dict[str, bytes], split: Split) -> None:
    """
    Raises:
        ExportError: distortion and rate are no functions of mu, logvar and the decoded mean alone (another prior, further latents, a
            likelihood whose mean is not the sigmoid), so graphs cannot tell what int8 costs.
    """
    few, labels = split.items[:CHECKED], None if split.labels is None else split.labels[:CHECKED]
    own, found = (measure(one, few, labels) for one in (model, Graphs.of(model, floats)))
    pairs = [(own.distortion, found.distortion), (own.rate, found.rate)]
    if any((a is None) != (b is None) or abs((a or 0) - (b or 0)) > AGREES for a, b in pairs):
        raise ExportError(
            f"The run {run.id!r} has no int8 export: its distortion and rate are not those of a Gaussian code under N(0, I) and of "
            "decoded means, so the cost in nats could not be measured; see --onnx."
        )


@torch.no_grad()
def _inputs(model: Model, split: Split) -> dict[str, dict[str, np.ndarray]]:
    """Half → its inputs by name, for calibration: images of the split evenly apart, and samples of their codes."""
    count = min(CALIBRATION, len(split.items))
    rows = torch.linspace(0, len(split.items) - 1, count).long()
    x = split.items[rows].float() / 255
    y = split.labels[rows] if model.conditional and split.labels is not None else None
    z = model.encode(x, y).sample(torch.Generator().manual_seed(0))
    condition = {} if y is None else {"condition": y.float().numpy()}
    return {"encoder": {"image": x.numpy(), **condition}, "decoder": {"z": z.numpy(), **condition}}


def _speed(before: bytes, after: bytes, inputs: dict[str, np.ndarray]) -> dict[str, float]:
    """Batch size → time of float32 by that of int8 on one thread, each the median of rounds in turn: above 1, int8 is faster."""
    sessions = [session(content, threads=1) for content in (before, after)]
    found = {}
    for size, calls in CALLS.items():
        batch = {name: np.resize(values, (size, *values.shape[1:])) for name, values in inputs.items()}
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for loaded, taken in zip(sessions, times, strict=True):
                start = time.perf_counter()
                for _ in range(calls):
                    loaded.run(None, batch)
                taken.append(time.perf_counter() - start)
        found[str(size)] = float(np.median(times[0]) / np.median(times[1]))
    return found


def _cached(run: Run) -> Path:
    key = hashlib.blake2b(f"{run.weights_hash()} {VERSION}".encode(), digest_size=6).hexdigest()
    return run.cache / f"int8-{key}.json"
