"""Halves of a run in the formats that other programs read; ONNX is cached in the run."""

from __future__ import annotations

import hashlib
import io
import logging
from pathlib import Path

import torch

from ..runs import Run, RunError
from ..runs.files import write_bytes
from .describe import describe
from .halves import HALVES, Half
from .onnx import OPSET, ExportError, labelled, reason, to_onnx

#: Changes when the same weights are exported differently.
VERSION = 1


def half_of(run: Run, name: str) -> Half | None:
    """A half of the run's model on the CPU, one of `HALVES`; None where the family has no such half.

    Raises:
        ExportError: it was imported, so torch does not know it. RunError: no weights, or weights that do not fit.
    """
    model = run.at_beta(None).model().to(memory_format=torch.contiguous_format)
    if not model.differentiable:
        raise ExportError(f"The run {run.id!r} came from elsewhere and is no program of torch; export it as ONNX.")
    return HALVES[name](model)


def cached_onnx(run: Run, name: str = "decoder") -> bytes | None:
    """A half of a run as it was exported before; None where it was not, or where the file is damaged."""
    for path in run.cache.glob(f"{name}-{_key(run)}-*.onnx"):
        content = path.read_bytes()
        if path.stem.endswith(_digest(content)):
            return content
        path.unlink(missing_ok=True)
    return None


def onnx_of(run: Run, name: str = "decoder") -> bytes | None:
    """A half of a run as ONNX, from the cache where possible; None where the family has no such half.

    Raises:
        ExportError: it cannot be exported. RunError: no weights, or weights that do not fit.
    """
    if content := cached_onnx(run, name):
        return content
    content = _exported(run, name)
    if content is None:
        return None
    try:
        write_bytes(run.cache / f"{name}-{_key(run)}-{_digest(content)}.onnx", content, run.path)
    except RunError as error:
        logging.getLogger(__name__).warning("%s", error)
    return content


def _exported(run: Run, name: str) -> bytes | None:
    model = run.at_beta(None).model()
    if not model.differentiable:  # it came as ONNX
        given = model.graph(name)
        return None if given is None else labelled(given, describe(run) | {"half": name})
    half = HALVES[name](model.to(memory_format=torch.contiguous_format))
    return None if half is None else to_onnx(half, describe(run) | {"half": name})


def _key(run: Run) -> str:
    return _digest(f"{run.weights_hash()} {VERSION} {OPSET}".encode())


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=6).hexdigest()


def write_onnx(run: Run, folder: Path) -> list[Path]:
    """decoder.onnx, encoder.onnx, for a VQ-VAE also index_decoder.onnx; returns what was written.

    Raises:
        ExportError, RunError: as `onnx_of`, or the folder is not writable.
    """
    return _write(folder, {f"{name}.onnx": onnx_of(run, name) for name in HALVES})


def write_programs(run: Run, folder: Path) -> list[Path]:
    """The same as programs of torch, decoder.pt2 and so on; `torch.export.load` needs nothing of this project.

    Raises:
        ExportError: an operation that cannot be traced. RunError: no weights, or the folder is not writable.
    """
    return _write(folder, {f"{name}.pt2": _program(half_of(run, name)) for name in HALVES})


def _write(folder: Path, contents: dict[str, bytes | None]) -> list[Path]:
    written = []
    for name, content in contents.items():
        if content is not None:
            write_bytes(folder / name, content)
            written.append(folder / name)
    return written


def _program(half: Half | None) -> bytes | None:
    if half is None:
        return None
    buffer = io.BytesIO()
    torch.export.save(traced(half), buffer)
    return buffer.getvalue()


def traced(half: Half) -> torch.export.ExportedProgram:
    """The half as a graph with a free batch size.

    Raises:
        ExportError: an operation that cannot be traced.
    """
    try:
        with torch.no_grad():
            return torch.export.export(half.module, tuple(half.inputs.values()), dynamic_shapes=half.free_batch())
    except Exception as error:  # of many kinds
        raise ExportError(f"This model cannot be traced by torch: {reason(error)}") from error
