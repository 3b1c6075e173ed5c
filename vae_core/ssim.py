"""Structural similarity (Wang et al. 2004, eq. 13) with its constants K1 = 0.01, K2 = 0.03, L = 1."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SIGMA = 1.5
WINDOW = 11


def ssim(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean structural similarity of each image over all full windows, in [−1, 1]. `(B, C, H, W)` twice → `(B,)`.

    The window is the paper's 11×11 Gaussian of σ = 1.5; images smaller than 11 pixels take the largest odd
    window that fits. Channels are compared one by one and averaged.
    """
    # Variances are small differences of large numbers: float32 is precise enough, TF32 convolutions on a GPU are not.
    x, reconstruction = x.double(), reconstruction.double()
    side = min(WINDOW, x.shape[-1] - (1 - x.shape[-1] % 2))
    window = _gaussian_window(side).to(x)
    mean_x, mean_y = _blur(x, window), _blur(reconstruction, window)
    var_x = _blur(x.square(), window) - mean_x.square()
    var_y = _blur(reconstruction.square(), window) - mean_y.square()
    covariance = _blur(x * reconstruction, window) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x.square() + mean_y.square() + c1)
    structure = (2 * covariance + c2) / (var_x + var_y + c2)
    return (luminance * structure).flatten(1).mean(1).float()


def _gaussian_window(side: int) -> Tensor:
    """`(side,)`, sums to 1."""
    offsets = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    weights = torch.exp(-offsets.square() / (2 * SIGMA**2))
    return weights / weights.sum()


def _blur(images: Tensor, window: Tensor) -> Tensor:
    """Separable convolution without padding."""
    channels, side = images.shape[1], len(window)
    rows = F.conv2d(images, window.view(1, 1, side, 1).expand(channels, 1, side, 1), groups=channels)
    return F.conv2d(rows, window.view(1, 1, 1, side).expand(channels, 1, 1, side), groups=channels)
