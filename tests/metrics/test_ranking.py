"""Recall and NDCG of rankings: known answers, and a slow reference."""

import math

import pytest
import torch

from vae_core.metrics.ranking import ndcg_at, ranking, recall_at


def slow(scores, seen, targets, k):
    """Liang et al. 2018, §4.2, one user at a time."""
    recalls, gains = [], []
    for row in range(len(scores)):
        unseen = [item for item in range(scores.shape[1]) if not seen[row, item]]
        order = sorted(unseen, key=lambda item: -float(scores[row, item]))[:k]
        wanted = {item for item in range(scores.shape[1]) if targets[row, item]}
        hits = [item in wanted for item in order]
        recalls.append(sum(hits) / min(k, len(wanted)))
        dcg = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits) if hit)
        gains.append(dcg / sum(1 / math.log2(place + 2) for place in range(min(k, len(wanted)))))
    return recalls, gains


@pytest.mark.parametrize("k", [1, 3, 10, 40])
def test_agrees_with_a_slow_reference(k):
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(60, 30, generator=generator)
    draws = torch.rand(60, 30, generator=generator)
    seen, targets = draws < 0.3, draws > 0.7
    targets[:, 0] |= ~targets.any(1) & ~seen[:, 0]
    rows = targets.any(1)
    scores, seen, targets = scores[rows], seen[rows], targets[rows]
    ranked = ranking(scores, seen, k)
    recalls, gains = slow(scores, seen, targets, k)
    torch.testing.assert_close(recall_at(ranked, targets, k).double(), torch.tensor(recalls, dtype=torch.float64))
    torch.testing.assert_close(ndcg_at(ranked, targets, k).double(), torch.tensor(gains, dtype=torch.float64))


def test_known_answers():
    scores = torch.tensor([[5.0, 4.0, 3.0, 2.0, 1.0]])
    seen = torch.tensor([[True, False, False, False, False]])
    targets = torch.tensor([[False, False, True, False, True]])
    ranked = ranking(scores, seen, 2)
    assert ranked.tolist() == [[1, 2]]  # the first is seen
    assert recall_at(ranked, targets, 2).item() == pytest.approx(1 / 2)
    assert ndcg_at(ranked, targets, 2).item() == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    many = torch.tensor([[False, True, True, True, True]])
    assert recall_at(ranked, many, 2).item() == 1.0  # over min(k, targets)
    assert ndcg_at(ranked, many, 2).item() == pytest.approx(1.0)
    none = torch.zeros(1, 5, dtype=torch.bool)
    assert recall_at(ranked, none, 2).isnan().all()
    assert ndcg_at(ranked, none, 2).isnan().all()
