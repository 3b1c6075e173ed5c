"""How similar generated images are to real ones: FID (Heusel et al. 2017, eq. 6) and KID (Bińkowski et al. 2018, §4)."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor, nn

from .coded import MetricError

#: Subsets of the KID and the images in each, where there are enough: Bińkowski et al. 2018, §5.
SUBSETS, SUBSET_SIZE = 100, 1000
#: Fewer images than this give no useful covariance.
LEAST = 50


@torch.no_grad()
def fidelity(real: Tensor, generated: Tensor, features: nn.Module, seed: int = 0, batch: int = 500) -> dict[str, float]:
    """fid, kid and kid_std of images `(N, C, H, W)` and `(M, C, H, W)`, floats in [0, 1], compared by `features`.

    features: images `(B, C, H, W)` → `(B, K)`. Both are distances between distributions of features: only numbers with the same
    features and the same number of images are comparable.

    Raises:
        MetricError: too few images.
    """
    from torchmetrics.image.fid import FrechetInceptionDistance
    from torchmetrics.image.kid import KernelInceptionDistance

    least = min(len(real), len(generated))
    if least < LEAST:
        raise MetricError(f"{least} images: FID and KID need at least {LEAST} of each kind.")
    outputs = [torch.cat([features(part) for part in images.split(batch)]) for images in (real, generated)]
    identity = nn.Identity()
    setattr(identity, "num_features", outputs[0].shape[1])  # noqa: B010  (torchmetrics reads it)
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.filterwarnings("ignore", ".*(memory|Lightning).*", UserWarning)
        torch.manual_seed(seed)  # the KID draws random subsets
        frechet = FrechetInceptionDistance(feature=identity)
        kernel = KernelInceptionDistance(identity, subsets=SUBSETS, subset_size=min(SUBSET_SIZE, least // 2))
        for distance in (frechet, kernel):
            distance.update(outputs[0], real=True)
            distance.update(outputs[1], real=False)
        mean, deviation = kernel.compute()
        return {"fid": max(0.0, float(frechet.compute())), "kid": float(mean), "kid_std": float(deviation)}
