"""Programs of torch.export: decoder.pt2 and encoder.pt2, or one file.

Loading one can run code: `torch.export.load` unpickles constants, evaluates symbolic sizes (sympy.sympify) and looks up any function of
torch by name. So it is done only for a file whose author the person trusts (`--trust`), never for an upload.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch

from ..export.onnx import OPSET, reason
from .graphs import LARGEST, PREFIX
from .halves import Foreign, ImportFailed, Request
from .onnx_pair import from_graphs

NAMES = ("encoder.pt2", "decoder.pt2")


def recognises(path: Path) -> bool:
    """Whether the path is such a file or folder."""
    return path.suffix == ".pt2" or any((path / name).is_file() for name in NAMES)


def open_model(path: Path, request: Request) -> Foreign:
    """
    Raises:
        ImportFailed: one sentence on the first thing that does not fit, or that the file is not trusted.
    """
    if not request.trusted:
        raise ImportFailed(
            f"{path.name}: a program of torch.export can run code when it is loaded; if you trust its author, import it by "
            "`python -m vae_core import PATH --trust`, or write it as ONNX first."
        )
    encoder, decoder = (
        (path / name if (path / name).is_file() else None for name in NAMES)
        if path.is_dir()
        else (request.encoder, path)
    )
    graphs = [None if file is None else _graph(file) for file in (encoder, decoder)]
    return from_graphs("torch.export", graphs[0], graphs[1], request.values)


def _graph(path: Path) -> onnx.ModelProto:
    """A program as ONNX, by torch's own exporter; `check` runs it afterwards like any other."""
    if not path.is_file():
        raise ImportFailed(f"There is no file {str(path)!r}.")
    if path.stat().st_size > LARGEST:
        raise ImportFailed(f"{path.name} has more than {LARGEST >> 20} MiB; models of at most that are opened.")
    try:
        program = torch.export.load(path)
        written = torch.onnx.export(program, dynamo=True, opset_version=OPSET, verbose=False)
        assert written is not None
        return onnx.compose.add_prefix(written.model_proto, PREFIX)
    except Exception as error:  # of many kinds
        raise ImportFailed(
            f"{path.name} is no program of torch.export that can be read here: {reason(error)[:200]}"
        ) from error
