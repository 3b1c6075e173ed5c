"""A folder that needs no project of ours: weights as safetensors, graphs that read them, a description, and a program."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import onnx
from onnx.external_data_helper import set_external_data
from safetensors.numpy import save

from ..runs import Run
from ..runs.files import write_bytes, write_json
from .describe import describe
from .files import onnx_of
from .halves import HALVES

WEIGHTS = "weights.safetensors"
#: Smaller tensors stay in the graph.
SMALLEST = 1024
PROGRAM = '''"""Decodes and encodes with this folder: `pip install onnxruntime numpy`, nothing else."""

import json
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).parent
MODEL = json.loads((HERE / "model.json").read_text())


def run(half, **inputs):
    """run("decoder", z=codes) -> [images]; run("encoder", image=images) -> [mu, logvar]; model.json has the inputs."""
    session = onnxruntime.InferenceSession(str(HERE / f"{half}.onnx"))
    return session.run(None, {name: np.asarray(value, np.float32) for name, value in inputs.items()})


if __name__ == "__main__":
    condition = {"condition": np.full(1, (MODEL["betas"] or [0])[0])} if MODEL["condition"] else {}
    (items,) = run("decoder", z=np.zeros((1, MODEL["dims"])), **condition)
    print("At the origin:", items.shape, items.min(), "to", items.max())
'''


def write_folder(run: Run, folder: Path) -> list[Path]:
    """weights.safetensors, and beside it decoder.onnx and so on, whose tensors lie in that file; model.json; load.py.

    Raises:
        ExportError, RunError: as `onnx_of`, or the folder is not writable.
    """
    graphs: dict[str, onnx.ModelProto] = {}
    for name in HALVES:
        content = onnx_of(run, name)
        if content is not None:
            graphs[name] = onnx.load_from_string(content)
    write_bytes(folder / WEIGHTS, share_weights(graphs))
    for name, graph in graphs.items():
        write_bytes(folder / f"{name}.onnx", graph.SerializeToString())
    write_json(
        folder / "model.json", describe(run) | {"halves": {name: signature(graph) for name, graph in graphs.items()}}
    )
    write_bytes(folder / "load.py", PROGRAM.encode())
    return [folder / name for name in (WEIGHTS, *(f"{name}.onnx" for name in graphs), "model.json", "load.py")]


def share_weights(graphs: dict[str, onnx.ModelProto]) -> bytes:
    """One safetensors file with the large tensors of all graphs, "decoder.NAME" and so on; the graphs refer to it then."""
    large = {
        f"{name}.{tensor.name}": tensor
        for name, graph in graphs.items()
        for tensor in graph.graph.initializer
        if len(tensor.raw_data) >= SMALLEST
    }
    content = save({name: onnx.numpy_helper.to_array(tensor) for name, tensor in large.items()})
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    for name, tensor in large.items():
        begin, end = header[name]["data_offsets"]
        set_external_data(tensor, WEIGHTS, offset=8 + length + begin, length=end - begin)
        tensor.ClearField("raw_data")
    return content


def signature(graph: onnx.ModelProto) -> dict[str, Any]:
    """Names of the inputs and outputs of a graph."""
    return {
        "inputs": [value.name for value in graph.graph.input],
        "outputs": [value.name for value in graph.graph.output],
    }
