"""The data resident on the device as it is stored, and the batch of each step as a function of the step only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from ..cores import Threads
from ..datasets.base import DataError, Split
from .distributed import ALONE, Group

Augment = Callable[[Tensor, int], Tensor]
#: A batch holds at most one repeated image for so many others.
REPEATED = 4


class Batches:
    """Batches of floats, images in [0, 1]; each epoch has its own seeded order, the last partial batch is dropped.

    Because the order depends on seed and step only, a resumed run gets the same batches as an uninterrupted one.

    Raises:
        DataError: fewer items than one batch.
    """

    def __init__(
        self,
        split: Split,
        batch_size: int,
        seed: int,
        device: torch.device,
        channels_last: bool,
        group: Group = ALONE,
        repeated: Tensor | None = None,
        augment: Augment | None = None,
    ) -> None:
        """repeated: rows of which each batch has some more, up to `batch_size // REPEATED`; drawn by seed and step, too.
        augment: changes the images `(B, C, H, W)` of a batch at random, given a seed.
        """
        if batch_size > len(split):
            raise DataError(
                f"--batch-size {batch_size}: larger than the {len(split)} training images or rows; use at most {len(split)}."
            )
        #: Whether the items are on the device; a set too large for it is copied batch by batch.
        self.resident = fits(split.items, device)
        self.items = (
            split.items.to(device) if self.resident else split.items
        )  # (N, C, H, W) uint8, (N, W) float32 or bool
        self.labels = None if split.labels is None else split.labels.to(device)
        self.batch_size, self.seed, self.device = batch_size, seed, device
        self.per_epoch, self.group = len(split) // batch_size, group
        self.augment = augment
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self.repeated = torch.empty(0, dtype=torch.int64) if repeated is None else repeated.cpu()
        self._epoch, self._order, self._more = -1, torch.empty(0, dtype=torch.int64), torch.empty(0, 0)

    def at(self, step: int) -> tuple[Tensor, Tensor | None]:
        """Items `(B, …)` and labels `(B,)` or None of this step."""
        rows = self.rows(step)
        labels = None if self.labels is None else self.labels[rows]
        item_rows = rows if self.resident else rows.cpu()
        items = as_floats(self.items.index_select(0, item_rows).to(self.device), self.layout)
        if self.augment:
            seed = (self.seed * 1_000_003 + step) * self.group.size + self.group.rank
            items = self.augment(items, seed).contiguous(memory_format=self.layout)
        return items, labels

    @property
    def recordable(self) -> bool:
        """Whether a CUDA graph can take the batches: they are on the device, as they are."""
        return self.resident and self.augment is None

    def rows(self, step: int) -> Tensor:
        """Indices of this step's items, `(B,)` on the device."""
        epoch, position = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._order = torch.randperm(len(self.items), generator=generator).to(self.device)
            self._more = self._repeated(generator).to(self.device)
            self._epoch = epoch
        rows = self.group.part(self._order[position * self.batch_size : (position + 1) * self.batch_size])
        return torch.cat([rows, self.group.part(self._more[position])]) if len(self.repeated) else rows

    def _repeated(self, generator: torch.Generator) -> Tensor:
        """The further rows of each batch of an epoch, `(per_epoch, n)`."""
        count = min(len(self.repeated), self.batch_size // REPEATED)
        if not count:
            return torch.empty(self.per_epoch, 0, dtype=torch.int64)
        return self.repeated[torch.randint(len(self.repeated), (self.per_epoch, count), generator=generator)]


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
    """uint8 images `(B, C, H, W)` → float32 in [0, 1]; rows of floats stay as they are, histories become ones and zeros."""
    if images.dtype.is_floating_point:
        return images
    if images.dtype == torch.bool:
        return images.float()
    return images.to(torch.float32, memory_format=layout).div_(255)


def as_bytes(images: Tensor) -> Tensor:
    """Floats in [0, 1] of any shape → uint8, values beyond cut off; uint8 stays as it is."""
    return (images.clamp(0, 1) * 255).round().byte() if images.dtype.is_floating_point else images
