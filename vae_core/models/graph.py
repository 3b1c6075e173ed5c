"""A model that came as ONNX: its graph run by onnxruntime, on the CPU, as a function of tensors."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor


def session(content: bytes) -> Any:
    """An `onnxruntime.InferenceSession` of these bytes; its threads are torch's."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 4  # its errors are raised as well
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=8)
def _session(content: bytes) -> Any:
    return session(content)


def compute(content: bytes, x: Tensor) -> list[Tensor]:
    """The outputs for one input `(n, …)` float32, on the input's device."""
    loaded = _session(content)
    plain = np.ascontiguousarray(x.detach().cpu().numpy())
    outputs = loaded.run(None, {loaded.get_inputs()[0].name: plain})
    return [torch.from_numpy(output).to(x.device) for output in outputs]
