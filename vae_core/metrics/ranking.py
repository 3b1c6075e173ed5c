"""How well a ranking of items finds the held-out events of users (Liang et al. 2018, §4.2)."""

from __future__ import annotations

import torch
from torch import Tensor


def ranking(scores: Tensor, seen: Tensor, k: int) -> Tensor:
    """The first k items of each user by score, those seen already last: indices `(N, min(k, I))`.

    scores: `(N, I)`, larger is better. seen: `(N, I)` bool.
    """
    return scores.masked_fill(seen, -torch.inf).topk(min(k, scores.shape[1]), 1).indices


def recall_at(ranked: Tensor, targets: Tensor, k: int) -> Tensor:
    """Targets among the first k over min(k, how many targets), `(N,)` in 0 to 1; NaN for users without a target.

    ranked: indices `(N, ≥ k)` as of `ranking`. targets: `(N, I)` bool.
    """
    found = targets.gather(1, ranked[:, :k]).sum(1)
    return found / targets.sum(1).clamp(max=k)


def ndcg_at(ranked: Tensor, targets: Tensor, k: int) -> Tensor:
    """Σ over found targets of 1/log2(rank + 1), over the largest that is possible, `(N,)` in 0 to 1; NaN without a target."""
    places = torch.arange(2, min(k, ranked.shape[1]) + 2, device=ranked.device).double()
    gains = 1 / torch.log2(places)
    found = (targets.gather(1, ranked[:, :k]) * gains).sum(1)
    best = gains.cumsum(0)[targets.sum(1).clamp(min=1, max=len(gains)) - 1]
    return torch.where(targets.any(1), found / best, torch.nan)
