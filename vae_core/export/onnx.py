"""Halves of a model as ONNX: free batch size, checked against torch before anybody gets it."""

from __future__ import annotations

import json
import logging
import warnings
from typing import Any

import numpy as np
import torch

from ..config import BetascopeError
from .halves import Half

OPSET = 20
#: The largest difference from torch, in the unit of the output, or relative to it where it is larger than 1.
TOLERANCE = 1e-5
#: Batch sizes of the check: one image, and one that no example had.
CHECKED = (1, 5)


class ExportError(BetascopeError):
    """A model that cannot be exported; the sentence says why."""


def to_onnx(half: Half, metadata: dict[str, Any]) -> bytes:
    """An ONNX file with `metadata` as JSON in its property "betascope".

    Raises:
        ExportError: an operation that ONNX does not have, or a file that computes something else than torch does.
    """
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the exporter about itself
            program = torch.onnx.export(
                half.module, tuple(half.inputs.values()), dynamo=True, opset_version=OPSET, verbose=False,
                input_names=list(half.inputs), output_names=list(half.outputs), dynamic_shapes=half.free_batch(),
            )  # fmt: skip
    except Exception as error:  # the exporter has errors of many kinds, each names the operation in its last lines
        raise ExportError(f"This model cannot be written as ONNX: {reason(error)}") from error
    assert program is not None
    program.model.metadata_props["betascope"] = json.dumps(metadata)
    content = without_traces(program.model_proto).SerializeToString()
    try:
        worst = difference(content, half)
    except Exception as error:  # onnxruntime's have no common base
        raise ExportError(f"This model as ONNX does not run: {reason(error)}") from error
    if not worst <= TOLERANCE:
        raise ExportError(f"This model as ONNX differs from torch by {worst:.2g}, more than {TOLERANCE:g}.")
    return content


def without_traces(model: Any) -> Any:
    """The same `ModelProto` without what the exporter notes of each node: stack traces name the folders of this machine."""
    for function in (model.graph, *model.functions):
        for part in (*function.node, *function.value_info):
            del part.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
    return model


def labelled(content: bytes, metadata: dict[str, Any]) -> bytes:
    """The same ONNX file with `metadata` as JSON in its property "betascope"."""
    import onnx

    model = onnx.load_from_string(content)
    onnx.helper.set_model_props(model, {"betascope": json.dumps(metadata)})
    return model.SerializeToString()


def reason(error: BaseException) -> str:
    """The first line of the innermost cause: exporters wrap it in long messages of their own."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def difference(content: bytes, half: Half) -> float:
    """The largest difference between onnxruntime and torch over random batches of several sizes; see `TOLERANCE`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    worst = 0.0
    for n in CHECKED:
        inputs = [example.repeat(n, *[1] * (example.dim() - 1))[:n] for example in half.inputs.values()]
        with torch.no_grad():
            expected = half.module(*inputs)
        expected = expected if isinstance(expected, tuple) else (expected,)
        found = session.run(None, dict(zip(half.inputs, (tensor.numpy() for tensor in inputs), strict=True)))
        for one, other in zip(expected, found, strict=True):
            if one.shape != other.shape:
                return float("inf")
            gap = np.abs(one.numpy() - other) / np.maximum(1, np.abs(one.numpy()))
            worst = max(worst, float(gap.max(initial=0)))
    return worst
