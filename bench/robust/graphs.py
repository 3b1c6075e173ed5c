"""Models and codes of other programs: ONNX graphs with other shapes, operators, weights and sizes; NPZ and Parquet of codes."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from vae_core.imports import Request, Values
from vae_core.imports.create import import_run
from vae_core.runs import Store

from . import material
from .attempt import Place
from .mutate import NUMBERS, TEXTS, damaged
from .outcome import Outcome
from .pool import attack
from .readers import CELLS, array, lie, spoilt_zip

DIMS, SIDE = 3, 8


def run(quick: bool, seed: int) -> Outcome:
    few = {"damaged": 150, "graph": 250, "codes": 150, "command": 20}
    full = {"damaged": 1_500, "graph": 2_000, "codes": 1_400, "command": 100}
    return attack("graphs", few if quick else full, seed)


@cache
def half(name: str) -> bytes:
    """A small decoder or encoder of one layer."""
    weights = np.random.default_rng(0).standard_normal((DIMS, SIDE * SIDE)).astype("f4")
    if name == "decoder":
        nodes = [helper.make_node("MatMul", ["z", "w"], ["h"]), helper.make_node("Sigmoid", ["h"], ["s"]), helper.make_node("Reshape", ["s", "shape"], ["x"])]  # fmt: skip
        constants = {"w": weights, "shape": np.array([-1, 1, SIDE, SIDE])}
        ends: Any = (("z", ["n", DIMS]), ("x", ["n", 1, SIDE, SIDE]))
    else:
        nodes = [helper.make_node("Reshape", ["x", "shape"], ["h"]), helper.make_node("MatMul", ["h", "w"], ["mu"])]
        constants = {"w": weights.T.copy(), "shape": np.array([-1, SIDE * SIDE])}
        ends = (("x", ["n", 1, SIDE, SIDE]), ("mu", ["n", DIMS]))
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in ends]
    graph = helper.make_graph(nodes, name, [values[0]], [values[1]], [numpy_helper.from_array(value, key) for key, value in constants.items()])  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def take(random: Random, place: Place, path: Path) -> None:
    """Import it: what is taken opens as a run, what is not leaves nothing."""
    store = Store(place.scratch / "store")
    ranges = ((0, 1), (-1, 1), (0, 1, True), (1, 1), (float("nan"), 1e30), (0, float("inf")), (-1e38, 1e38))
    given = None if random.random() < 0.7 else random.choice(ranges)
    values = None if given is None else Values(*given)
    encoder = place.scratch / "model" / "encoder.onnx"
    request = Request(encoder if encoder.exists() and random.random() < 0.3 else None, values)
    try:
        found = import_run(path, request, store=store, name=random.choice(("", "", "a name")))
    except Exception:
        assert not store.root.exists() or not list(store.root.iterdir()), "something is left behind"
        raise
    store.open(found.id).model()


def folder(random: Random, place: Place, contents: dict[str, bytes]) -> Path:
    path = place.scratch / "model"
    path.mkdir()
    for name, content in contents.items():
        (path / f"{name}.onnx").write_bytes(content)
    return path if random.random() < 0.6 else path / f"{random.choice(sorted(contents))}.onnx"


def damaged_(random: Random, place: Place) -> None:
    """Bytes flipped, left out, doubled."""
    contents = {name: half(name) for name in random.choice((("decoder",), ("encoder", "decoder"), ("decoder",)))}
    name = random.choice(sorted(contents))
    contents[name] = damaged(random, contents[name])
    take(random, place, folder(random, place, contents))


def graph(random: Random, place: Place) -> None:
    """Valid protobuf, another graph."""
    contents = {
        name: half(name) for name in random.choice((("decoder",), ("encoder", "decoder"), ("decoder",), ("encoder",)))
    }
    for name in contents:
        model = onnx.ModelProto.FromString(contents[name])
        for _ in range(random.choice((0, 1, 1, 2))):
            spoil(random, model)
        contents[name] = model.SerializeToString()
    take(random, place, folder(random, place, contents))


def spoil(random: Random, model: onnx.ModelProto) -> None:
    """One thing about a graph becomes another; nothing where there is nothing left of it."""
    with suppress(IndexError):
        _spoil(random, model)


def _spoil(random: Random, model: onnx.ModelProto) -> None:
    found = model.graph
    action = random.randrange(12)
    if action == 0:
        dims = random.choice((found.input, found.output))[0].type.tensor_type.shape.dim
        if dims:
            random.choice(list(dims)).dim_value = random.choice((0, 1, -1, 2, 7, 513, 2**31, 2**40))
    elif action == 1:
        random.choice((found.input, found.output))[0].type.tensor_type.elem_type = random.randrange(25)
    elif action == 2:
        random.choice(found.node).op_type = random.choice(
            ("Loop", "Scan", "If", "Nope", "Exp", "Resize", "Tile", "RandomNormalLike", "Softmax")
        )
    elif action == 3:
        model.opset_import[0].version = random.choice((0, 1, 10, 11, 999, 2**31))
    elif action == 4:
        model.opset_import[0].domain = random.choice(("ai.onnx.ml", "com.evil", "\x1b[31m"))
    elif action == 5:  # more numbers than memory has room for
        size = random.choice((10**5, 10**8, 10**10))
        found.initializer.append(numpy_helper.from_array(np.array([size], "i8"), "size"))
        found.node.append(helper.make_node("ConstantOfShape", ["size"], ["big"]))
        found.node.append(helper.make_node("ReduceSum", ["big"], ["sum"], keepdims=0))
        found.node.append(helper.make_node("Add", [found.output[0].name, "sum"], ["end"]))
        found.output[0].name = "end"
    elif action == 6:
        tensor = random.choice(found.initializer)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(
            key="location", value=random.choice(("/etc/passwd", "../../x", "weights.bin", "/dev/zero"))
        )
        if random.random() < 0.5:
            tensor.ClearField("raw_data")
    elif action == 7:
        tensor = random.choice(found.initializer)
        values = np.full(tuple(tensor.dims), random.choice((np.nan, np.inf, 1e38, 0)), "f4")
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    elif action == 8:
        found.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, ["n", 2]))
    elif action == 9:
        del random.choice((found.node, found.input, found.output, found.initializer))[:]
    elif action == 10:  # very many operators
        name = found.output[0].name
        for index in range(random.choice((10, 3000))):
            found.node.append(helper.make_node("Identity", [name], [name := f"i{index}"]))
        found.output[0].name = name
    else:
        node = random.choice(found.node)
        node.input[0] = random.choice(("nothing", "w", found.output[0].name))


def codes(random: Random, place: Place) -> None:
    """NPZ and Parquet without a model."""
    path = place.scratch / random.choice(("codes.npz", "codes.npz", "codes.parquet"))
    if path.suffix == ".parquet":
        import pandas as pd

        frame: dict[str, Any] = {
            f"z{index}": np.arange(20.0) * index for index in range(random.choice((0, 1, 3, 3, 600)))
        }
        for name in random.sample(("label", "factor:a", "codes", "other", "factor:"), random.randint(0, 2)):
            frame[name] = random.choice((
                list(range(20)), [random.choice(CELLS) for _ in range(20)], [[1.0, 2.0]] * 20, [[1.0], [1.0, 2.0]] * 10, [None] * 20,
                [float("nan")] * 20, [10**9] * 20, [-1] * 20, [b"x"] * 20,
            ))  # fmt: skip
        pd.DataFrame(frame).to_parquet(path)
    else:
        random_codes = np.random.default_rng(0).standard_normal((20, random.choice((1, 3, 513)))).astype("f4")
        made: dict[str, Any] = {"codes": random_codes if random.random() < 0.6 else array(random, "images")}
        for name in ("images", "labels", "factors", "class_names", "factor_names"):
            if random.random() < 0.3:
                made[name] = array(random, name) if random.random() < 0.7 else np.array([random.choice((*TEXTS, *map(str, NUMBERS))) for _ in range(20)])  # fmt: skip
        np.savez(path, **made)
        if random.random() < 0.1:
            lie(random, path)
    content = path.read_bytes()
    if random.random() < 0.25:
        path.write_bytes(spoilt_zip(random, content) if path.suffix == ".npz" else damaged(random, content))
    take(random, place, path)


def command(random: Random, place: Place) -> None:
    """`import` as typed."""
    model = onnx.ModelProto.FromString(half("decoder"))
    spoil(random, model)
    path = folder(random, place, {"decoder": model.SerializeToString()})
    option = random.choice(
        (
            ["--range", "0", "1"],
            ["--range", "nan", "1"],
            ["--sigma", "0"],
            ["--dims", "-1"],
            ["--logits"],
            ["--dataset", "digits"],
            [],
        )
    )
    material.load_once()
    material.command(["import", str(path), "--store", str(place.scratch / "store"), *option])


CASES = {"damaged": damaged_, "graph": graph, "codes": codes, "command": command}
