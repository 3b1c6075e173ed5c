"""What families share that see the labels of a few images: which images these are, and what they weigh in a batch."""

from __future__ import annotations

import torch
from torch import Tensor


def labelled_rows(labels: Tensor, count: int, seed: int) -> Tensor:
    """Rows of `count` images, in ascending order, with as many of each class as possible; the same for the same arguments.

    labels: `(N,)`. Where a class has too few images, the others get more.
    """
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed)).tolist()
    by_class: dict[int, list[int]] = {}
    for row in order:
        by_class.setdefault(int(labels[row]), []).append(row)
    rounds = max(map(len, by_class.values()))
    in_turn = [
        by_class[label][turn] for turn in range(rounds) for label in sorted(by_class) if turn < len(by_class[label])
    ]
    return torch.tensor(sorted(in_turn[:count]))


def weights_of(known: Tensor, share: float) -> Tensor:
    """Weights of a batch's images `(B,)` in a mean over the data: those with a label have `share`, however many a batch holds.

    known: `(B,)` bool, whether an image has a label. Batches hold labelled images more often than the data (training/batches.py).
    """
    labelled = known.float()
    unlabelled = 1 - labelled
    return share * labelled / labelled.sum().clamp(min=1) + (1 - share) * unlabelled / unlabelled.sum().clamp(min=1)
