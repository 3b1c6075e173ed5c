"""Nearest neighbours of codes: computed once for a set of codes, for all of its maps and to place new points."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np
import torch
from numpy.typing import NDArray

#: Neighbours computed at once: UMAP uses 15, t-SNE three for each unit of perplexity.
SHARED = 91
#: Sets of codes whose neighbours are cached.
CACHED = 3

Graph = tuple[NDArray[np.int64], NDArray[np.float32]]
_cache: OrderedDict[bytes, Graph] = OrderedDict()


def neighbours(codes: NDArray[np.float32], k: int) -> Graph:
    """Rows `(N, k)` of the nearest codes by Euclidean distance, itself first, and their distances; k ≤ N.

    Exact: for 60,000 codes all pairs take 5 s, less than an approximate search and the half minute of its compilation.
    """
    key = hashlib.blake2b(np.ascontiguousarray(codes).tobytes(), digest_size=16).digest()
    if key not in _cache or _cache[key][0].shape[1] < k:
        count = min(len(codes), max(k, SHARED))
        _cache[key] = nearest(codes, count)
        while len(_cache) > CACHED:
            _cache.popitem(last=False)
    _cache.move_to_end(key)
    rows, distances = _cache[key]
    return rows[:, :k], distances[:, :k]


def nearest(codes: NDArray[np.float32], k: int) -> Graph:
    """The same without the cache, from all pairs of codes."""
    from sklearn.neighbors import NearestNeighbors

    distances, rows = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(codes).kneighbors(codes)
    for row in np.flatnonzero(rows[:, 0] != np.arange(len(codes))):  # an equal code came before the code itself
        column = np.flatnonzero(rows[row] == row)
        rows[row, int(column[0]) if len(column) else k - 1] = rows[row, 0]
        rows[row, 0] = row
    distances[:, 0] = 0.0
    return rows, distances.astype(np.float32)


def place(new: NDArray[np.float32], codes: NDArray[np.float32], positions: NDArray[np.float32], k: int = 8) -> NDArray[np.float32]:  # fmt: skip
    """Positions of new codes `(M, D)` on a map: the mean of their k nearest codes' positions, weighted by 1/distance².

    codes `(N, D)` and positions `(N, d)` of the map; returns `(M, d)`. A code that is on the map gets its position.
    """
    distances = torch.cdist(torch.from_numpy(np.ascontiguousarray(new)), torch.from_numpy(np.ascontiguousarray(codes)))
    near = distances.topk(min(k, len(codes)), largest=False)
    weights = 1 / near.values.square().clamp(min=1e-12)
    weights /= weights.sum(1, keepdim=True)
    return np.asarray((weights[..., None] * torch.from_numpy(positions)[near.indices]).sum(1), dtype=np.float32)
