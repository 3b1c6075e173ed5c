"""An ONNX graph with weights of 8 bits: convolutions and fully connected layers are computed in integers, all else in float32.

Static quantisation by onnxruntime, as pairs of QuantizeLinear and DequantizeLinear (QDQ; Jacob et al. 2018): one scale for each
output channel of a weight, ranges of activations from calibration. The layer that writes mu, logvar or the logits, and the one that
reads the code, stay in float32: rounding the code and the logits to 256 values, too, cost six to nine times as many nats. onnxruntime has no integer
ConvTranspose and no use for one with rounded inputs (it was slower). Their weights are stored in 8 bits and expanded at each call.

Weights that are computed with have 7 of the 8 bits: processors with AVX2 and without VNNI add two products of bytes in 16 bits, and
2 · 255 · 64 fits there, where 2 · 255 · 127 does not.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import helper, numpy_helper

#: Operators with weights.
WEIGHTED = ("Conv", "ConvTranspose", "Gemm", "MatMul")
#: Those that onnxruntime computes in integers.
INTEGER = ("Conv", "Gemm", "MatMul")
#: Those whose weights are stored in 8 bits and computed with in float32 → the axis of output channels; of MatMul and of Gemm without transB (torch writes it with),
#: onnxruntime would round the inputs as well.
STORED = {"Conv": 0, "ConvTranspose": 1, "Gemm": 0}
#: Weights of fewer numbers stay as they are: the nodes that read them would take more bytes.
SMALLEST = 1024


class Quantised(NamedTuple):
    """content: the ONNX file. integer: operator → how many are computed in integers; stored: how many are computed in float32
    with weights stored in 8 bits."""

    content: bytes
    integer: dict[str, int]
    stored: dict[str, int]


def quantised(content: bytes, batches: list[dict[str, np.ndarray]], reads_code: bool) -> Quantised:
    """batches: inputs by name, for the ranges of activations. reads_code: of a decoder, whose first layer stays in float32."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.rest = iter(batches)

        def get_next(self) -> dict[str, np.ndarray] | None:
            return next(self.rest, None)

    model = onnx.load_from_string(content)
    for index, node in enumerate(model.graph.node):
        node.name = node.name or f"node_{index}"
    first, last = _ends(model)
    floats = last | (first if reads_code else set())
    integer = [n for n in model.graph.node if n.op_type in INTEGER and n.name not in floats]
    # A ReLU becomes part of the layer before it; after a float one it would only add rounding.
    made = {output for node in integer for output in node.output}
    chosen = [n.name for n in integer] + [
        n.name for n in model.graph.node if n.op_type == "Relu" and n.input[0] in made
    ]
    if integer:
        with tempfile.TemporaryDirectory() as folder, _quiet():
            path = Path(folder) / "int8.onnx"
            quantize_static(
                model, path, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
                activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_quantize=chosen,
            )  # fmt: skip
            model = onnx.load(path)
    stored = _store(model)
    counted = Counter(node.op_type for node in integer)
    return Quantised(model.SerializeToString(), dict(counted), dict(stored))


def _ends(model: onnx.ModelProto) -> tuple[set[str], set[str]]:
    """Names of the weighted nodes with none before them, and of those with none after them."""
    return _without(list(model.graph.node), False), _without(list(model.graph.node)[::-1], True)


def _without(nodes: list[onnx.NodeProto], backwards: bool) -> set[str]:
    reached: set[str] = set()  # tensors with a weighted node before them; backwards: after them
    names = set()
    for node in nodes:
        given, found = (node.output, node.input) if backwards else (node.input, node.output)
        weighted = node.op_type in WEIGHTED
        if weighted and not reached & set(given):
            names.add(node.name)
        if weighted or reached & set(given):
            reached |= set(found)
    return names


def _store(model: onnx.ModelProto) -> Counter[str]:
    """Replace weights that are still float32 by int8 ones with a scale for each channel; how many of which operator."""
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    nodes, count = [], Counter[str]()
    for node in graph.node:
        if node.op_type not in STORED or (tensor := weights.get(node.input[1])) is None:
            continue
        values = numpy_helper.to_array(tensor)
        transposed = any(attribute.name == "transB" and attribute.i for attribute in node.attribute)
        if node.op_type == "Gemm" and not transposed:
            continue
        if values.size < SMALLEST or values.dtype != np.float32:
            continue
        axis = STORED[node.op_type]
        others = tuple(index for index in range(values.ndim) if index != axis)
        scale = np.maximum(np.abs(values).max(axis=others, keepdims=True) / 127, np.float32(1e-12))
        rounded = np.rint(values / scale).astype(np.int8)
        name = weights.pop(tensor.name).name  # read by several nodes, it is replaced once
        graph.initializer.remove(tensor)
        graph.initializer.extend(
            [numpy_helper.from_array(rounded, f"{name}/int8"), numpy_helper.from_array(scale.ravel(), f"{name}/scale")]
        )
        nodes.append(helper.make_node("DequantizeLinear", [f"{name}/int8", f"{name}/scale"], [name], axis=axis))
        count[node.op_type] += 1
    old = list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes + old)
    return count


@contextmanager
def _quiet() -> Iterator[None]:
    """Without onnxruntime's advice, which it gives through the root logger."""
    before: Any = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
