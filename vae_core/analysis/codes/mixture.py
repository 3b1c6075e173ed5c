"""A Gaussian, and a mixture of Gaussians with full covariances, fitted to codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, MixtureSameFamily, MultivariateNormal

#: Numbers of components that are tried; the one with the least BIC (Schwarz 1978) is taken.
COMPONENTS = (1, 2, 5, 10, 20, 40)
#: Added to variances, as a share of the codes' mean variance: a dimension that never moves has none of its own.
FLOOR = 1e-6


def fit_gaussian(codes: Tensor) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Mean `(D,)` and covariance `(D, D)` of codes `(N, D)`, float64."""
    z = codes.double()
    covariance = torch.cov(z.T, correction=0).reshape(z.shape[1], z.shape[1])
    return {"mean": z.mean(0), "covariance": covariance + _floor(z) * torch.eye(z.shape[1], dtype=z.dtype)}, {}


def gaussian(arrays: dict[str, Tensor]) -> Distribution:
    """The Gaussian with these arrays."""
    return MultivariateNormal(arrays["mean"], arrays["covariance"])


def fit_mixture(codes: Tensor, seed: int = 0) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """weights `(k,)`, means `(k, D)`, covariances `(k, D, D)` in float64 by scikit-learn's EM, with k of `COMPONENTS` by BIC.

    A k that would leave a component fewer than 2·(D + 1) codes is not tried.
    """
    from sklearn.mixture import GaussianMixture

    z = codes.double()
    most = max(1, len(z) // (2 * (z.shape[1] + 1)))
    fitted = [
        GaussianMixture(k, reg_covar=_floor(z), random_state=seed, max_iter=200).fit(z.numpy())
        for k in COMPONENTS
        if k <= most
    ]
    bic = [float(model.bic(z.numpy())) for model in fitted]
    best = fitted[int(np.argmin(bic))]
    arrays = {"weights": best.weights_, "means": best.means_, "covariances": best.covariances_}
    return {name: torch.from_numpy(value) for name, value in arrays.items()}, {"components": best.n_components}


def mixture(arrays: dict[str, Tensor]) -> Distribution:
    """The mixture with these arrays."""
    return MixtureSameFamily(Categorical(arrays["weights"]), MultivariateNormal(arrays["means"], arrays["covariances"]))


def _floor(z: Tensor) -> float:
    return FLOOR * max(float(z.var(0, correction=0).mean()), 1e-6)
