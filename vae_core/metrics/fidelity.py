"""How near generated images are to real ones: FID (Heusel et al. 2017, eq. 6) and KID (Bińkowski et al. 2018, §4)."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor, nn

from .coded import MetricError

#: Subsets of the KID and the images in each, where there are so many: Bińkowski et al. 2018, §5.
SUBSETS, SUBSET_SIZE = 100, 1000
#: Fewer images than this determine no covariance worth a name.
LEAST = 50


@torch.no_grad()
def fidelity(real: Tensor, generated: Tensor, features: nn.Module, seed: int = 0, batch: int = 500) -> dict[str, float]:
    """fid, kid and kid_std of images `(N, C, H, W)` and `(M, C, H, W)`, floats in [0, 1], seen through `features`.

    features: images `(B, C, H, W)` → `(B, K)`. Both are distances between clouds of features: what they are worth is what
    the features see, and only numbers through the same features, of as many images, compare.

    Raises:
        MetricError: too few images.
    """
    from torchmetrics.image.fid import FrechetInceptionDistance
    from torchmetrics.image.kid import KernelInceptionDistance

    least = min(len(real), len(generated))
    if least < LEAST:
        raise MetricError(f"{least} images: FID and KID want at least {LEAST} of each kind.")
    seen = [torch.cat([features(part) for part in images.split(batch)]) for images in (real, generated)]
    as_they_are = nn.Identity()
    setattr(as_they_are, "num_features", seen[0].shape[1])  # noqa: B010  where torchmetrics looks
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.filterwarnings("ignore", ".*(memory|Lightning).*", UserWarning)
        torch.manual_seed(seed)  # the KID draws its subsets
        frechet = FrechetInceptionDistance(feature=as_they_are)
        kernel = KernelInceptionDistance(as_they_are, subsets=SUBSETS, subset_size=min(SUBSET_SIZE, least // 2))
        for distance in (frechet, kernel):
            distance.update(seen[0], real=True)
            distance.update(seen[1], real=False)
        mean, deviation = kernel.compute()
        return {"fid": max(0.0, float(frechet.compute())), "kid": float(mean), "kid_std": float(deviation)}
