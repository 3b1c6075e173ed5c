"""A training step as a CUDA graph: recorded once, then replayed, so that the host says "again" instead of launching it all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import cast

import torch
from torch import Tensor

from ..models import Model
from ..models.vae import VAE
from ..schedules import SCHEDULES
from .batches import Batches, as_floats

#: Steps before recording: libraries choose their algorithms and allocate what they keep.
WARM_UP = 3


def can_record(model: Model) -> bool:
    """Whether a step is the same kernels every time, all that moves being tensors: β at this step, the learning rate."""
    config = model.config
    return (
        isinstance(model, VAE)
        and model.adversary is None
        and config.betas is None
        and getattr(config, "schedule", "") in SCHEDULES
    )


class Recorded:
    """step(rows) does what `body(x, y)` did when it was recorded, on the images of these rows.

    body: forward, backward and optimiser step; returns terms, which every replay writes anew. optimizers: their moments and
    the parameters they move are put back after the warm-up. lr must be a tensor in every group.

    Raises:
        RuntimeError: the step cannot be recorded on this device.
    """

    def __init__(
        self,
        batches: Batches,
        body: Callable[[Tensor, Tensor | None], dict[str, Tensor]],
        optimizers: Sequence[torch.optim.Optimizer],
    ) -> None:
        device = batches.device
        self.rows = batches.rows(0).clone()

        def whole() -> dict[str, Tensor]:
            x = as_floats(batches.images.index_select(0, self.rows), batches.layout)
            return body(x, None if batches.labels is None else batches.labels[self.rows])

        noise, before = torch.cuda.get_rng_state(device), {moving: moving.clone() for moving in _moving(optimizers)}
        side = torch.cuda.Stream(device)
        side.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                whole()
        torch.cuda.current_stream(device).wait_stream(side)
        with torch.no_grad():
            for moving in _moving(optimizers):  # moments that the warm-up made begin at zero
                moving.copy_(before[moving]) if moving in before else moving.zero_()
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.terms = whole()
        torch.cuda.set_rng_state(noise, device)

    def step(self, rows: Tensor) -> dict[str, Tensor]:
        self.rows.copy_(rows)
        self.graph.replay()
        return self.terms


def _moving(optimizers: Iterable[torch.optim.Optimizer]) -> list[Tensor]:
    """Parameters and moments."""
    found: list[Tensor] = []
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                kept = optimizer.state.get(parameter, {})
                found += [cast(Tensor, parameter), *(value for value in kept.values() if isinstance(value, Tensor))]
    return found
