"""What images weigh in a batch for families that see the labels of a few."""

from __future__ import annotations

from torch import Tensor


def share_of(labels: int, train_size: int) -> float:
    """The share of the data that has a label; 1 where the size of the data is not known."""
    return min(1.0, labels / max(1, train_size))


def weights_of(known: Tensor, share: float) -> Tensor:
    """Weights of a batch's images `(B,)` in a mean over the data: those with a label have `share`, however many a batch holds.

    known: `(B,)` bool, whether an image has a label. Batches hold labelled images more often than the data (training/batches.py).
    """
    labelled = known.float()
    unlabelled = 1 - labelled
    return share * labelled / labelled.sum().clamp(min=1) + (1 - share) * unlabelled / unlabelled.sum().clamp(min=1)
