"""A map of the items of a run on histories: those that the decoder treats alike are near each other."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ...models import Model
from .layouts import tsne_layout
from .projections import pca_axes

PERPLEXITY = 15.0


def item_embeddings(model: Model) -> NDArray[np.float32]:
    """Directions of the weights from the decoder's last hidden layer to each item, `(I, H)`, each of length 1."""
    last = cast(nn.Linear, model.decoder[-1])
    weights = last.weight.detach().cpu().float().numpy()
    return weights / np.linalg.norm(weights, axis=1, keepdims=True).clip(min=1e-9)


def item_map(model: Model, seed: int = 0) -> NDArray[np.float32]:
    """t-SNE of the items' directions from their PCA, `(I, 2)`; PCA alone for fewer than 10 items."""
    directions = item_embeddings(model)
    mean, axes = pca_axes(directions)
    start = ((directions - mean) @ axes).astype(np.float32)
    if len(directions) < 10:
        return start
    return tsne_layout(directions, start, perplexity=PERPLEXITY, seed=seed, jobs=1)
