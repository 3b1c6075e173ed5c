"""The data resident on the device as it is stored, and the batch of each step as a function of the step only."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ..cores import Threads
from ..datasets.base import DataError, Split
from .distributed import ALONE, Group


class Batches:
    """Batches of floats, images in [0, 1]; each epoch has its own seeded order, the last partial batch is dropped.

    Because the order depends on seed and step only, a resumed run gets the same batches as an uninterrupted one.

    Raises:
        DataError: fewer items than one batch.
    """

    def __init__(
        self, split: Split, batch_size: int, seed: int, device: torch.device, channels_last: bool, group: Group = ALONE
    ) -> None:
        if batch_size > len(split):
            raise DataError(
                f"--batch-size {batch_size}: larger than the {len(split)} training images or rows; use at most {len(split)}."
            )
        #: Whether the items are on the device; a set too large for it is copied batch by batch.
        self.resident = fits(split.items, device)
        self.items = split.items.to(device) if self.resident else split.items  # (N, C, H, W) uint8, or (N, W) float32
        self.labels = None if split.labels is None else split.labels.to(device)
        self.batch_size, self.seed, self.device = batch_size, seed, device
        self.per_epoch, self.group = len(split) // batch_size, group
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self._epoch, self._order = -1, torch.empty(0, dtype=torch.int64)

    def at(self, step: int) -> tuple[Tensor, Tensor | None]:
        """Items `(B, …)` and labels `(B,)` or None of this step."""
        rows = self.rows(step)
        labels = None if self.labels is None else self.labels[rows]
        item_rows = rows if self.resident else rows.cpu()
        return as_floats(self.items.index_select(0, item_rows).to(self.device), self.layout), labels

    def rows(self, step: int) -> Tensor:
        """Indices of this step's items, `(B,)` on the device."""
        epoch, position = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._order = torch.randperm(len(self.items), generator=generator).to(self.device)
            self._epoch = epoch
        return self.group.part(self._order[position * self.batch_size : (position + 1) * self.batch_size])


def fits(items: Tensor, device: torch.device) -> bool:
    """Whether the items fit on the device: always on a CPU; on a GPU in half of its free memory."""
    return device.type != "cuda" or items.nbytes < torch.cuda.mem_get_info(device)[0] // 2


def in_order(
    items: Tensor, labels: Tensor | None, device: torch.device, batch_size: int = 500
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """All items `(N, …)` in order, as floats `(B, …)` on `device` (see `as_floats`), with labels `(B,)` or None."""
    with Threads() as threads:
        for start in range(0, len(items), batch_size):
            rows = slice(start, start + batch_size)
            yield as_floats(items[rows].to(device)), None if labels is None else labels[rows].to(device)
            threads.step()


def as_floats(images: Tensor, layout: torch.memory_format = torch.contiguous_format) -> Tensor:
    """uint8 images `(B, C, H, W)` → float32 in [0, 1]; rows of floats stay as they are."""
    if images.dtype.is_floating_point:
        return images
    return images.to(torch.float32, memory_format=layout).div_(255)


def as_bytes(images: Tensor) -> Tensor:
    """Floats in [0, 1] of any shape → uint8, values beyond cut off; uint8 stays as it is."""
    return (images.clamp(0, 1) * 255).round().byte() if images.dtype.is_floating_point else images
