"""A model that came as ONNX: its graph run by onnxruntime, on the CPU, as a function of tensors."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor


def session(content: bytes, threads: int | None = None) -> Any:
    """An `onnxruntime.InferenceSession` of these bytes. threads: None for as many as torch's."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or torch.get_num_threads()
    options.log_severity_level = 4  # its errors are raised as well
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=8)
def _session(content: bytes) -> Any:
    return session(content)


def compute(content: bytes, *inputs: Tensor) -> list[Tensor]:
    """The outputs for inputs `(n, …)` float32, in the graph's order, on the first one's device."""
    loaded = _session(content)
    names = [value.name for value in loaded.get_inputs()]
    plain = [np.ascontiguousarray(x.detach().cpu().numpy()) for x in inputs]
    outputs = loaded.run(None, dict(zip(names, plain, strict=True)))
    return [torch.from_numpy(output).to(inputs[0].device) for output in outputs]
