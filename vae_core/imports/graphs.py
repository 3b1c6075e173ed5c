"""Graphs of other programs brought to one form: names, layout of images, range of values, a free batch size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..config import ConfigError
from ..models import ModelConfig
from .halves import ImportFailed, Values

#: Bytes of a graph with its weights, at most.
LARGEST = 512 << 20
#: The oldest operator set whose Clip and Slice take their limits as inputs, as those that are added here do.
OLDEST = 11
#: Operators with a graph inside that may run for ever.
ENDLESS = ("Loop", "Scan")
PREFIX = "given/"


def read(path: Path) -> onnx.ModelProto:
    """A graph with its weights, which may lie in files beside it.

    Raises:
        ImportFailed: no ONNX file, too large, too old, or with loops.
    """
    beside = sum(file.stat().st_size for file in path.parent.glob(f"{path.stem}*") if file.is_file())
    if max(path.stat().st_size, beside) > LARGEST:
        raise ImportFailed(f"{path.name} has more than {LARGEST >> 20} MiB; models of at most that are opened.")
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model)
    except Exception as error:  # protobuf's, onnx's and the system's have no common base
        raise ImportFailed(f"{path.name} is not a valid ONNX file ({_first(error)}); export it again.") from error
    if not model.graph.output:
        raise ImportFailed(f"{path.name} has no output; export it again.")
    versions = {entry.domain: entry.version for entry in model.opset_import}
    if (version := versions.get("", versions.get("ai.onnx", 0))) < OLDEST:
        raise ImportFailed(f"{path.name} is of operator set {version}; export it with {OLDEST} or newer.")
    if endless := [node.op_type for node in model.graph.node if node.op_type in ENDLESS]:
        raise ImportFailed(f"{path.name} has the operator {endless[0]}; graphs with loops are not opened.")
    return onnx.compose.add_prefix(model, PREFIX)


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def input_of(model: onnx.ModelProto, name: str) -> tuple[str, list[int | None]]:
    """The name and the shape of a graph's one input, None for what is free.

    Raises:
        ImportFailed: several inputs, or one of another type than float32.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    if len(inputs) != 1:
        names = ", ".join(value.name.removeprefix(PREFIX) for value in inputs)
        raise ImportFailed(
            f"The {name} has {len(inputs)} inputs ({names}); one is needed, with all others fixed in the export."
        )
    kind = inputs[0].type.tensor_type
    if kind.elem_type != TensorProto.FLOAT:
        raise ImportFailed(
            f"The {name} takes {TensorProto.DataType.Name(kind.elem_type).lower()}; export it with float32."
        )
    sizes = [dim.dim_value if dim.HasField("dim_value") else None for dim in kind.shape.dim]
    return inputs[0].name, sizes


def with_free_batch(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph where nothing says how many rows there are."""
    del model.graph.value_info[:]
    for value in (*model.graph.input, *model.graph.output):
        dims = value.type.tensor_type.shape.dim
        if len(dims):
            dims[0].Clear()
            dims[0].dim_param = "n"
    for value in model.graph.output:  # other sizes are found by running it
        value.type.tensor_type.ClearField("shape")
    return model


#: Operator, further inputs, attributes.
Step = tuple[str, list[str], dict[str, Any]]


class Rewriter:
    """Puts nodes before the input and behind the outputs of a graph."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model, self.count = model, 0
        self.before: list[onnx.NodeProto] = []
        self.behind: list[onnx.NodeProto] = []

    def constant(self, values: Any, kind: Any = np.float32) -> str:
        self.count += 1
        name = f"here/{self.count}"
        self.model.graph.initializer.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def chain(self, start: str, end: str, steps: list[Step], first: bool) -> None:
        """Nodes from the tensor `start` to the tensor `end`; steps: operator, further inputs, attributes."""
        name = start
        nodes = []
        for operator, inputs, attributes in steps or [("Identity", [], {})]:
            self.count += 1
            nodes.append(helper.make_node(operator, [name, *inputs], [f"here/{self.count}"], **attributes))
            name = nodes[-1].output[0]
        nodes[-1].output[0] = end
        (self.before if first else self.behind).extend(nodes)

    def finished(self, given: str, shape: tuple[int, ...], outputs: dict[str, tuple[int, ...]]) -> bytes:
        """The graph with one input and these outputs; shapes are those of one row."""
        graph = self.model.graph
        nodes = [*self.before, *graph.node, *self.behind]
        kept = list(graph.initializer)
        made = helper.make_graph(
            nodes, "imported",
            [helper.make_tensor_value_info(given, TensorProto.FLOAT, ["n", *shape])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *sizes]) for name, sizes in outputs.items()],
            initializer=kept,
        )  # fmt: skip
        made.sparse_initializer.extend(graph.sparse_initializer)
        model = helper.make_model(made, opset_imports=self.model.opset_import, functions=self.model.functions)
        model.ir_version = self.model.ir_version
        return model.SerializeToString()


Layout = tuple[str, tuple[int, ...]]


def layout_of(sizes: tuple[int, ...], name: str) -> Layout:
    """How one image lies in an array: "rows", "channels first", "channels last" or "flat", and its (C, H, W).

    sizes: of the array without the batch.

    Raises:
        ImportFailed: no square image with 1 or 3 channels, or one of a size that is not shown.
    """
    kind, shape = _layout(sizes, name)
    try:
        ModelConfig(shape=shape)
    except ConfigError as error:
        raise ImportFailed(f"The {name} has images of shape {shape}: {str(error).partition(': ')[2]}") from error
    return kind, shape


def _layout(sizes: tuple[int, ...], name: str) -> Layout:
    if len(sizes) == 2 and sizes[0] == sizes[1]:
        return "rows", (1, *sizes)
    if len(sizes) == 3 and sizes[0] in (1, 3) and sizes[1] == sizes[2]:
        return "channels first", sizes
    if len(sizes) == 3 and sizes[2] in (1, 3) and sizes[0] == sizes[1]:
        return "channels last", (sizes[2], *sizes[:2])
    if len(sizes) == 1:
        for channels in (1, 3):
            side = round((sizes[0] / channels) ** 0.5)
            if channels * side * side == sizes[0]:
                return "flat", (channels, side, side)
    raise ImportFailed(f"The {name} has images of shape {sizes}; squares with 1 or 3 channels are needed.")


def decoder_graph(model: onnx.ModelProto, dims: tuple[int, ...], output: str, layout: Layout, values: Values) -> bytes:
    """The decoder in the form of halves.py. dims: sizes of one code as it takes them; output: its name."""
    given, _ = input_of(model, "decoder")
    new = Rewriter(model)
    flat = int(np.prod(dims))
    steps: list[Step] = []
    if len(dims) > 1:
        steps.append(("Reshape", [new.constant([0, *dims], np.int64)], {}))
    new.chain("z", given, steps, first=True)
    kind, shape = layout
    steps = [("Transpose", [], {"perm": [0, 3, 1, 2]})] if kind == "channels last" else []
    if kind in ("rows", "flat"):
        steps.append(("Reshape", [new.constant([0, *shape], np.int64)], {}))
    if values.logits:
        steps.append(("Sigmoid", [], {}))
    else:
        scale = values.high - values.low
        if (values.low, values.high) != (0.0, 1.0):
            steps += [("Sub", [new.constant(values.low)], {}), ("Div", [new.constant(scale)], {})]
        steps.append(("Clip", [new.constant(0.0), new.constant(1.0)], {}))
    new.chain(output, "image", steps, first=False)
    return new.finished("z", (flat,), {"image": shape})


def encoder_graph(
    model: onnx.ModelProto, layout: Layout, mu: str, spread: tuple[str, str] | None, dims: int, values: Values
) -> bytes:
    """The encoder in the form of halves.py.

    mu: name of the output with the means. spread: kind and name of the one beside it, "logvar" or "sigma"; ("half", mu): the
    one output holds means and log-variances; None: there is none.
    """
    given, _ = input_of(model, "encoder")
    new = Rewriter(model)
    kind, shape = layout
    steps: list[Step] = []
    if (values.low, values.high) != (0.0, 1.0):
        steps += [("Mul", [new.constant(values.high - values.low)], {}), ("Add", [new.constant(values.low)], {})]
    if kind == "channels last":
        steps.append(("Transpose", [], {"perm": [0, 2, 3, 1]}))
    if kind in ("rows", "flat"):
        sizes = [0, *shape[1:]] if kind == "rows" else [0, int(np.prod(shape))]
        steps.append(("Reshape", [new.constant(sizes, np.int64)], {}))
    new.chain("image", given, steps, first=True)
    flatten: Step = ("Reshape", [new.constant([0, -1], np.int64)], {})
    outputs: dict[str, tuple[int, ...]] = {"mu": (dims,)}
    if spread is not None and spread[0] == "half":
        for name, start in (("mu", 0), ("logvar", dims)):
            cut = [new.constant([end], np.int64) for end in (start, start + dims, 1)]
            new.chain(mu, name, [flatten, ("Slice", cut, {})], first=False)
    else:
        new.chain(mu, "mu", [flatten], first=False)
    if spread is not None:
        outputs["logvar"] = (dims,)
        if spread[0] == "sigma":
            new.chain(spread[1], "logvar", [flatten, ("Log", [], {}), ("Mul", [new.constant(2.0)], {})], first=False)
        elif spread[0] == "logvar":
            new.chain(spread[1], "logvar", [flatten], first=False)
    return new.finished("image", shape, outputs)
