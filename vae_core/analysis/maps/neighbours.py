"""Who is near whom among the codes: found once for a set of codes, used by every map of it and to place new points."""

from __future__ import annotations

import hashlib
import warnings
from collections import OrderedDict

import numpy as np
import torch
from numpy.typing import NDArray

#: Neighbours that are found at once: UMAP wants 15, t-SNE three for each unit of perplexity.
SHARED = 91
#: Up to so many codes all distances are computed.
EXACT = 4096
#: How many sets of codes are remembered.
REMEMBERED = 3

Graph = tuple[NDArray[np.int64], NDArray[np.float32]]
_known: OrderedDict[bytes, Graph] = OrderedDict()


def neighbours(codes: NDArray[np.float32], k: int) -> Graph:
    """Rows `(N, k)` of the nearest codes by Euclidean distance, itself first, and their distances; k ≤ N.

    All pairs up to `EXACT` codes, nearest-neighbour descent (Dong et al. 2011) beyond; the same codes give the same answer.
    """
    key = hashlib.blake2b(np.ascontiguousarray(codes).tobytes(), digest_size=16).digest()
    if key not in _known or _known[key][0].shape[1] < k:
        wanted = min(len(codes), max(k, SHARED))
        _known[key] = _exact(codes, wanted) if len(codes) <= EXACT else _descent(codes, wanted)
        while len(_known) > REMEMBERED:
            _known.popitem(last=False)
    _known.move_to_end(key)
    rows, distances = _known[key]
    return rows[:, :k], distances[:, :k]


def _exact(codes: NDArray[np.float32], k: int) -> Graph:
    points = torch.from_numpy(np.ascontiguousarray(codes)).double()
    distances = torch.cdist(points, points)
    distances.fill_diagonal_(-1.0)  # itself first, even beside equal codes
    found = distances.topk(k, largest=False)
    return found.indices.numpy(), found.values.clamp(min=0.0).float().numpy()


def _descent(codes: NDArray[np.float32], k: int) -> Graph:
    from pynndescent import NNDescent

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of codes that are all alike it says more than a person needs
        rows, distances = NNDescent(codes, n_neighbors=k, random_state=0).neighbor_graph
    own = np.arange(len(codes))
    stray = rows[:, 0] != own
    for row in np.flatnonzero(stray):  # equal codes may stand before itself
        place = np.flatnonzero(rows[row] == row)
        rows[row, int(place[0]) if len(place) else k - 1] = rows[row, 0]
        rows[row, 0] = row
    return rows.astype(np.int64), distances.astype(np.float32)


def place(new: NDArray[np.float32], codes: NDArray[np.float32], positions: NDArray[np.float32], k: int = 8) -> NDArray[np.float32]:  # fmt: skip
    """Where new codes `(M, D)` belong on a map: the mean of their k nearest codes' positions, weighted by 1/distance².

    codes `(N, D)` and positions `(N, d)` of the map; returns `(M, d)`. A code that is on the map lands on its point.
    """
    found = torch.cdist(torch.from_numpy(np.ascontiguousarray(new)), torch.from_numpy(np.ascontiguousarray(codes)))
    near = found.topk(min(k, len(codes)), largest=False)
    weights = 1 / near.values.square().clamp(min=1e-12)
    weights /= weights.sum(1, keepdim=True)
    return np.asarray((weights[..., None] * torch.from_numpy(positions)[near.indices]).sum(1), dtype=np.float32)
