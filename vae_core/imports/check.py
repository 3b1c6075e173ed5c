"""Graphs from elsewhere are run before they become a run: operators, shapes, batch sizes, finite values."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..models.graph import session
from .halves import Foreign, ImportFailed

Arrays = list[NDArray[Any]]
#: Rows of the trial, and the largest difference between a row alone and the same row among others.
ROWS, TOLERANCE = 5, 1e-3
#: Bytes that a graph may take beside its weights, and seconds of one batch.
ROOM, SECONDS = 400 << 20, 60.0


def loaded(content: bytes, name: str) -> Any:
    """An onnxruntime session.

    Raises:
        ImportFailed: an operator that it does not have, or shapes that do not fit each other.
    """
    try:
        with bounded(len(content)):
            return session(content)
    except Exception as error:  # onnxruntime's have no common base
        raise ImportFailed(f"The {name} does not load in onnxruntime: {_short(error)}") from error


def run(loaded: Any, x: NDArray[Any], name: str) -> Arrays:
    """The outputs for a batch.

    Raises:
        ImportFailed: it does not run on this batch.
    """
    try:
        with bounded(sum(output.nbytes for output in (x,))), ended(SECONDS) as options:
            return [np.asarray(output) for output in loaded.run(None, {loaded.get_inputs()[0].name: x}, options)]
    except Exception as error:  # the same
        raise ImportFailed(
            f"The {name} does not run on {len(x)} rows of shape {x.shape[1:]}: {_short(error)}"
        ) from error


@contextmanager
def bounded(size: int) -> Iterator[None]:
    """Within this, the process gets no more than `ROOM` beside eight times `size` bytes: a few numbers in a graph can ask for all
    memory of the machine. Where the system does not tell what is used, there is no such limit."""
    try:
        import resource

        used = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData"))
    except (ImportError, OSError, StopIteration):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = (int(used.split()[1]) << 10) + ROOM + 8 * size
    resource.setrlimit(resource.RLIMIT_DATA, (most if soft == resource.RLIM_INFINITY else min(soft, most), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def ended(seconds: float) -> Iterator[Any]:
    """Options with which a run ends after so many seconds, at its next operator."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.log_severity_level = 4
    timer = threading.Timer(seconds, lambda: setattr(options, "terminate", True))
    timer.start()
    try:
        yield options
    finally:
        timer.cancel()


def _short(error: Exception) -> str:
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return text.split(" : ")[-1].strip()[:300].rstrip(".") + "."


def check(model: Foreign) -> None:
    """
    Raises:
        ImportFailed: a half that does not do what halves.py says, in one sentence.
    """
    random = np.random.default_rng(0)
    if model.decoder is not None:
        images = _checked(model.decoder, "decoder", random.standard_normal((ROWS, model.dims)), [model.shape])[0]
        if np.ptp(images) == 0:
            raise ImportFailed(
                "The decoder draws the same grey for every code; its values may lie in another range, "
                "which --range LOW HIGH or --logits tells."
            )
    if model.encoder is not None:
        _checked(
            model.encoder,
            "encoder",
            random.random((ROWS, *model.shape)),
            [(model.dims,)] * (2 if model.has_logvar else 1),
        )


def _checked(content: bytes, name: str, batch: NDArray[Any], shapes: list[tuple[int, ...]]) -> Arrays:
    half, x = loaded(content, name), batch.astype(np.float32)
    outputs = run(half, x, name)
    for output, shape in zip(outputs, shapes, strict=True):
        if output.shape != (ROWS, *shape):
            raise ImportFailed(f"The {name} returns {output.shape} for {ROWS} rows; {(ROWS, *shape)} is needed.")
        if not np.isfinite(output).all():
            raise ImportFailed(
                f"The {name} returns values that are not finite for random {'codes' if name == 'decoder' else 'images'}."
            )
    again = run(half, x, name)
    if any(_gap(a, b) > TOLERANCE for a, b in zip(outputs, again, strict=True)):
        raise ImportFailed(
            f"The {name} returns other values each time; export it in evaluation mode, and the mean, not a sample."
        )
    alone = run(half, x[:1], name)
    if any(_gap(a[:1], b) > TOLERANCE for a, b in zip(outputs, alone, strict=True)):
        raise ImportFailed(
            f"The {name} treats a row differently among others; export it in evaluation mode, with a free batch size."
        )
    return outputs


def _gap(a: NDArray[Any], b: NDArray[Any]) -> float:
    return float((np.abs(a - b) / np.maximum(1, np.abs(a))).max(initial=0)) if a.shape == b.shape else np.inf
