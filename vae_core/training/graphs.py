"""A training step as a CUDA graph: recorded once, then replayed, which saves launching each of its kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import cast

import torch
from torch import Tensor

from ..models import Model, ModelConfig
from ..models.vae import VAE
from ..schedules import SCHEDULES
from .batches import Batches, as_floats

#: Steps before recording, in which libraries choose algorithms and allocate workspaces.
WARM_UP = 3


def is_static(family: type[Model], config: ModelConfig) -> bool:
    """Whether all steps of such a model are the same operations, with β at the step given as a tensor.

    Required for CUDA graphs and for stacked training. Not the case with a critic, a rate controller, or a loss that depends on the step otherwise.
    """
    return (
        issubclass(family, VAE)
        and not family.depends_on_step
        and family.adversary_loss is Model.adversary_loss
        and config.betas is None
        and getattr(config, "schedule", "") in SCHEDULES
    )


class RecordedStep:
    """`train_step(x, y)` as a CUDA graph; `step(rows)` replays it on the images of these rows.

    train_step: forward, backward and optimiser step; returns terms, which every replay overwrites. optimizers: their
    parameters and moments are restored after the warm-up. lr must be a tensor in every group.

    Raises:
        RuntimeError: the step cannot be recorded on this device.
    """

    def __init__(
        self,
        batches: Batches,
        train_step: Callable[[Tensor, Tensor | None], dict[str, Tensor]],
        optimizers: Sequence[torch.optim.Optimizer],
    ) -> None:
        device = batches.device
        self.rows = batches.rows(0).clone()

        def step_on_rows() -> dict[str, Tensor]:
            x = as_floats(batches.items.index_select(0, self.rows), batches.layout)
            return train_step(x, None if batches.labels is None else batches.labels[self.rows])

        random_state = torch.cuda.get_rng_state(device)
        before = {tensor: tensor.clone() for tensor in _updated_tensors(optimizers)}
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                step_on_rows()
        torch.cuda.current_stream(device).wait_stream(stream)
        with torch.no_grad():
            for tensor in _updated_tensors(optimizers):  # moments created by the warm-up start at zero
                tensor.copy_(before[tensor]) if tensor in before else tensor.zero_()
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.terms = step_on_rows()
        torch.cuda.set_rng_state(random_state, device)

    def step(self, rows: Tensor) -> dict[str, Tensor]:
        self.rows.copy_(rows)
        self.graph.replay()
        return self.terms


def _updated_tensors(optimizers: Iterable[torch.optim.Optimizer]) -> list[Tensor]:
    """Parameters and moments."""
    tensors: list[Tensor] = []
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                moments = optimizer.state.get(parameter, {}).values()
                tensors += [cast(Tensor, parameter), *(value for value in moments if isinstance(value, Tensor))]
    return tensors
