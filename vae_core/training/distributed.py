"""One run on several GPUs or machines: each process computes a part of every batch, and DistributedDataParallel averages gradients.

Started by `torchrun`, one process for each device; see the README. The mean over equal parts is the mean over the batch, so a
loss that is a mean over images is the same as in one process with the joint batch, except for each process's own noise. Terms
that depend on a batch as a whole (β-TCVAE, DIP-VAE, MMD) are computed on each part.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ..config import ConfigError
from ..models import Model
from .config import TrainConfig

#: Steps between checks for a requested action; all processes must check at the same step.
ACTION_INTERVAL = 20


@dataclass(frozen=True)
class Group:
    """This process among those that train one model; for a single process all methods do nothing."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process is the leader, which evaluates, records and receives requested actions."""
        return self.rank == 0

    def part(self, rows: Tensor) -> Tensor:
        """This process's share `(B / size,)` of a batch's rows `(B,)`."""
        count = len(rows) // self.size
        return rows[self.rank * count : (self.rank + 1) * count]

    def broadcast(self, value: str | None) -> str | None:
        """The leader's value, in all processes."""
        if self.size == 1:
            return value
        values = [value]
        dist.broadcast_object_list(values, 0)
        return values[0]

    def mean(self, terms: dict[str, Tensor]) -> dict[str, Tensor]:
        """The terms of the loss, averaged over the joint batch."""
        if self.size == 1:
            return terms
        values = torch.stack([value.detach().float() for value in terms.values()])
        dist.all_reduce(values)
        return dict(zip(terms, values / self.size, strict=True))

    def loss_of(self, model: Model) -> Callable[[Tensor, Tensor | None, int], dict[str, Tensor]]:
        """The model's loss, with gradients averaged over all processes; copies the leader's weights to all."""
        if self.size == 1:
            return model.loss
        return cast(Callable[..., dict[str, Tensor]], nn.parallel.DistributedDataParallel(LossModule(model)))


class LossModule(nn.Module):
    """A model whose `forward` is its loss, for wrappers that call `forward`."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        return self.model.loss(x, y, step)


ALONE = Group()


@contextmanager
def joined() -> Iterator[Group]:
    """The process group of `torchrun`, destroyed at the end; a single process without it.

    Raises:
        ConfigError: the other processes cannot be reached.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    try:
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(f"The {size} processes of this training could not find each other ({reason}).") from error
    try:
        yield Group(dist.get_rank(), size)
    finally:
        # A group still referenced by a wrapped model would live until the process exits, and its threads would abort then.
        gc.collect()
        dist.destroy_process_group()


def check_shareable(model: Model, config: TrainConfig, group: Group) -> None:
    """
    Raises:
        ConfigError: settings that several processes do not support.
    """
    if group.size == 1:
        return
    if config.batch_size % group.size:
        raise ConfigError(
            f"--batch-size {config.batch_size}: cannot be split evenly over {group.size} processes; "
            f"use a multiple of {group.size}."
        )
    if config.holds_out or config.compile or model.adversary is not None:
        raise ConfigError(
            f"{group.size} processes train one model without early stopping, plateau, --compile and adversaries; "
            "disable these, or train in one process."
        )


def local_device(device: str, group: Group) -> str:
    """With `auto` and `cuda`, the GPU that `torchrun` assigned to this process."""
    if group.size > 1 and device in ("auto", "cuda") and torch.cuda.is_available():
        return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    return device
