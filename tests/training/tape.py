"""CUDA graphs on a CPU: a recorder of tensor operations that is captured and replayed as `torch.cuda.CUDAGraph` is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def tensors_in(values: object) -> list[Tensor]:
    return [value for value in tree_leaves(values) if isinstance(value, Tensor)]


def storage(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


class Tape(TorchDispatchMode):
    """Records operations with the tensors that they read and write; `replay` repeats them on the same memory.

    As with a CUDA graph, Python runs only once: a number that should change from step to step stays what it was. Recording
    leaves no trace: what it wrote to older memory is undone by `rewind`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, Any, Any, Any]] = []
        self.before: dict[int, tuple[Tensor, Tensor]] = {}
        self.born: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func._schema.is_mutable:
            for tensor in tensors_in((args, kwargs)):
                if storage(tensor) not in self.born:
                    self.before.setdefault(id(tensor), (tensor, tensor.detach().clone()))
        out = func(*args, **kwargs)
        inputs = {storage(tensor) for tensor in tensors_in((args, kwargs))}
        self.born |= {storage(tensor) for tensor in tensors_in(out)} - inputs
        self.operations.append((func, args, kwargs, out))
        return out

    def rewind(self) -> None:
        for tensor, value in self.before.values():
            tensor.detach().copy_(value)

    @torch.no_grad()
    def replay(self) -> None:
        for func, args, kwargs, out in self.operations:
            again = func(*args, **kwargs)
            inputs = {storage(tensor) for tensor in tensors_in((args, kwargs))}
            for old, new in zip(tensors_in(out), tensors_in(again), strict=True):
                if storage(old) not in inputs:  # else a view, or written in place: it is up to date
                    old.detach().copy_(new)


class Graph:
    """Stands for `torch.cuda.CUDAGraph`."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.replays = 0

    def replay(self) -> None:
        self.replays += 1
        self.tape.replay()


@contextmanager
def captured(graph: Graph) -> Iterator[None]:
    """Stands for `torch.cuda.graph`."""
    random_state = torch.get_rng_state()
    with graph.tape:
        yield
    with torch.no_grad():
        graph.tape.rewind()
    torch.set_rng_state(random_state)


@pytest.fixture
def cuda_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `RecordedStep` run on a CPU, on torch's own layers as on a GPU."""
    stream = SimpleNamespace(wait_stream=lambda other: None)
    for name, value in {
        "CUDAGraph": Graph,
        "graph": captured,
        "Stream": lambda device: stream,
        "current_stream": lambda device: stream,
        "stream": lambda stream: nullcontext(),
        "get_rng_state": lambda device: torch.get_rng_state(),
        "set_rng_state": lambda state, device: torch.set_rng_state(state),
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    monkeypatch.setattr("vae_core.networks.lean.use_torch", lambda x: True)
