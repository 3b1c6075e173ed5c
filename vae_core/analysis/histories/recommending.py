"""Recommendations to held-out users, scored by strong generalisation beside plain baselines (Liang et al. 2018, §4)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ...datasets.histories import HistoryData
from ...datasets.histories.data import fold, users_per_item
from ...metrics.ranking import ndcg_at, ranking, recall_at
from ...models import Model

#: Users `(B, I)`, ones and zeros → scores of all items `(B, I)`, larger is better.
Scorer = Callable[[Tensor], Tensor]

MEASURES = {"recall_20": "Recall@20", "recall_50": "Recall@50", "ndcg_100": "NDCG@100"}
#: Numbers of vectors that the truncated SVD is tried with.
RANKS = (2, 4, 8, 16, 32, 64, 128)
BASELINES = {"popularity": "popularity", "svd": "SVD"}
#: Name in a run's evaluation → title, whether larger is better, digits.
HISTORY_SCORES: dict[str, tuple[str, bool | None, int]] = {
    **{name: (title, True, 3) for name, title in MEASURES.items()},
    **{
        f"{baseline}_{name}": (f"{title} of {text}", None, 3)
        for baseline, text in BASELINES.items()
        for name, title in MEASURES.items()
    },
}


@torch.no_grad()
def recommended(model: Model, users: Tensor) -> Tensor:
    """π at z = mu, the probability of each item, of users `(B, I)`; `(B, I)` on the CPU."""
    return model.decode(model.embed(users.float().to(model.device))).cpu()


def history_scores(model: Model, data: HistoryData, users: Tensor) -> dict[str, float]:
    """`HISTORY_SCORES` of users `(n, I)`, who are in the data: a fifth of their events is to be found from the others.

    The baselines are fitted to the training users of the data.
    """
    seen, targets = fold(users, data.seed)
    table = ranking_scores(lambda rows: recommended(model, rows), seen, targets)
    train = data.train.items
    for name, scorer in (("popularity", popularity(train)), ("svd", truncated_svd(train, best_rank(train, data.seed)))):
        table |= {f"{name}_{key}": value for key, value in ranking_scores(scorer, seen, targets).items()}
    return table


def ranking_scores(scorer: Scorer, seen: Tensor, targets: Tensor, batch_size: int = 500) -> dict[str, float]:
    """Recall@20, recall@50 and NDCG@100, means over users who see `seen (n, I)` and have `targets (n, I)`, both bool."""
    values: dict[str, list[Tensor]] = {name: [] for name in MEASURES}
    for start in range(0, len(seen), batch_size):
        known, wanted = seen[start : start + batch_size], targets[start : start + batch_size]
        ranked = ranking(scorer(known), known, 100)
        values["recall_20"].append(recall_at(ranked, wanted, 20))
        values["recall_50"].append(recall_at(ranked, wanted, 50))
        values["ndcg_100"].append(ndcg_at(ranked, wanted, 100))
    return {name: float(torch.cat(parts).double().nanmean()) for name, parts in values.items()}


def popularity(train: Tensor) -> Scorer:
    """Everyone is recommended the items that most training users `(n, I)` had."""
    counts = users_per_item(train).float()
    return lambda users: counts.expand(len(users), -1)


def truncated_svd(train: Tensor, rank: int) -> Scorer:
    """PureSVD (Cremonesi et al. 2010): a user x is scored x V Vᵀ, V being the first right singular vectors of the training users."""
    return _projection(singular_vectors(train, rank))


def _projection(v: Tensor) -> Scorer:
    return lambda users: users.float() @ v @ v.T


def singular_vectors(train: Tensor, rank: int) -> Tensor:
    """Right singular vectors of the users `(n, I)`, those of the largest values first: `(I, ≤ rank)`."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import svds

    users, items = train.nonzero().T.numpy()
    matrix = csr_matrix((np.ones(len(users), dtype=np.float32), (users, items)), shape=tuple(train.shape))
    start = np.ones(min(train.shape))  # a fixed start, for the same vectors again
    _, values, vectors = svds(matrix, k=min(rank, min(train.shape) - 1), v0=start)
    return torch.from_numpy(vectors[np.argsort(-values)].T.copy()).float()


def best_rank(train: Tensor, seed: int) -> int:
    """Of `RANKS` the one that finds most of what is hidden of a tenth of the training users, so that the baseline is a fair one."""
    held = max(1, min(len(train) // 10, 2000))
    seen, targets = fold(train[-held:], seed)
    vectors = singular_vectors(train[:-held], RANKS[-1])
    possible = [rank for rank in RANKS if rank <= vectors.shape[1]] or [1]
    found = {rank: ranking_scores(_projection(vectors[:, :rank]), seen, targets)["ndcg_100"] for rank in possible}
    return max(found, key=found.__getitem__)


def cosine(train: Tensor) -> Scorer:
    """Items like those that a user had: the sum of their cosine similarities over the training users `(n, I)`."""
    columns = torch.nn.functional.normalize(train.float(), dim=0)
    similarity = columns.T @ columns
    return lambda users: users.float() @ similarity
