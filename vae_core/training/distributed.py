"""One run on several GPUs or machines: each process takes its part of every batch, and DistributedDataParallel averages gradients.

Started by `torchrun`, one process for each device; see the README. The mean over equal parts is the mean over the batch, so what
is a mean over images is trained as by one process with the joint batch, but for the noise, which each process draws itself.
What looks at a batch as a whole (β-TCVAE, DIP-VAE, MMD) sees the parts.
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

#: Steps from one look for a wish to the next: all must look at the same step.
EVERY = 20


@dataclass(frozen=True)
class Group:
    """Who we are among the processes that train one model; alone, nothing here does anything."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process evaluates, records and hears wishes for all."""
        return self.rank == 0

    def part(self, rows: Tensor) -> Tensor:
        """This process's share `(B / size,)` of a batch's rows `(B,)`."""
        count = len(rows) // self.size
        return rows[self.rank * count : (self.rank + 1) * count]

    def agree(self, value: str | None) -> str | None:
        """The leader's value, heard by all."""
        if self.size == 1:
            return value
        told = [value]
        dist.broadcast_object_list(told, 0)
        return told[0]

    def mean(self, terms: dict[str, Tensor]) -> dict[str, Tensor]:
        """A loss's terms over the joint batch."""
        if self.size == 1:
            return terms
        values = torch.stack([value.detach().float() for value in terms.values()])
        dist.all_reduce(values)
        return dict(zip(terms, values / self.size, strict=True))

    def shared(self, model: Model) -> Callable[[Tensor, Tensor | None, int], dict[str, Tensor]]:
        """The model's loss; its gradients come averaged over all, who begin with the leader's weights."""
        if self.size == 1:
            return model.loss
        return cast(Callable[..., dict[str, Tensor]], nn.parallel.DistributedDataParallel(LossOf(model)))


class LossOf(nn.Module):
    """A model whose forward is its loss, as wrappers of models want it."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        return self.model.loss(x, y, step)


ALONE = Group()


@contextmanager
def joined() -> Iterator[Group]:
    """The group that `torchrun` started this process in, left at the end; alone without it.

    Raises:
        ConfigError: the others cannot be reached.
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
        # A group that a wrapped model still holds lives to the end of the process, where its threads abort it.
        gc.collect()
        dist.destroy_process_group()


def check_shareable(model: Model, config: TrainConfig, group: Group) -> None:
    """
    Raises:
        ConfigError: settings under which the processes could not stay together.
    """
    if group.size == 1:
        return
    if config.batch_size % group.size:
        raise ConfigError(
            f"--batch-size {config.batch_size}: cannot be shared evenly by {group.size} processes; "
            f"use a multiple of {group.size}."
        )
    if config.holds_out or config.compile or model.adversary is not None:
        raise ConfigError(
            f"{group.size} processes train one model without early stopping, plateau, --compile and adversaries; "
            "leave them away, or train in one process."
        )


def own_device(device: str, group: Group) -> str:
    """`auto` and `cuda` are the GPU that `torchrun` meant for this process."""
    if group.size > 1 and device in ("auto", "cuda") and torch.cuda.is_available():
        return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    return device
