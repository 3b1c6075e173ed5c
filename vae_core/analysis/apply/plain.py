"""Repairs without a model, to compare with: the mean image, the nearest training image, filters, bicubic enlargement."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...training.batches import as_bytes, as_floats
from ..images.sampling import nearest
from .degradations import Degradation

#: Training images on which the width of a filter is tuned, and the widths that are tried.
TUNED_ON = 100
GAUSSIANS, MEDIANS = (0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0), (1, 3, 5, 7)
#: Images that the mean image is of, at most.
AVERAGED = 5_000


def plain_repairs(degradation: Degradation, seen: Tensor, training: Tensor, seed: int = 0) -> dict[str, Tensor]:
    """Title → images `(n, C, H, W)` in [0, 1] that a method without a model makes of `seen`.

    training: uint8 `(N, C, H, W)`. Widths of filters are those with the least error on training images.
    """
    found = {"Nearest training image": nearest_seen(degradation, seen, training)}
    if degradation.task == "hide":
        return found | {"Mean training image": mean_image(training).expand(len(seen), -1, -1, -1)}
    if degradation.task == "small":
        return found | {"Bicubic": enlarged(seen, degradation.factor)}
    clean = as_floats(training[:TUNED_ON])
    noisy = degradation.see(clean, torch.Generator().manual_seed(seed + 1))
    return found | {
        title: best_filter(kind, widths, clean, noisy)(seen)
        for title, kind, widths in (("Gaussian filter", gaussian, GAUSSIANS), ("Median filter", median, MEDIANS))
    }


def mean_image(training: Tensor) -> Tensor:
    """The mean of the first training images, `(1, C, H, W)` in [0, 1]."""
    return training[:AVERAGED].mean(0, keepdim=True, dtype=torch.float32) / 255


def enlarged(seen: Tensor, factor: int) -> Tensor:
    """Bicubic interpolation, clipped to [0, 1]."""
    return functional.interpolate(seen, scale_factor=factor, mode="bicubic", align_corners=False).clamp(0, 1)


def nearest_seen(degradation: Degradation, seen: Tensor, training: Tensor) -> Tensor:
    """For each image the training image of which most like the same is seen (least squared error)."""
    if degradation.mask is not None:
        visible = degradation.mask.flatten() == 0
        rows, _ = nearest(seen.flatten(2)[:, :, visible], training.flatten(2)[:, :, visible])
    elif degradation.task == "small":
        blocks = [as_bytes(degradation.see(as_floats(block))) for block in training.split(2000)]
        rows, _ = nearest(seen, torch.cat(blocks))
    else:
        rows, _ = nearest(seen, training)
    return as_floats(training[rows])


def gaussian(images: Tensor, width: float) -> Tensor:
    """A Gaussian filter with σ = width, in pixels."""
    from scipy.ndimage import gaussian_filter

    return torch.from_numpy(gaussian_filter(images.numpy(), (0, 0, width, width))).clamp(0, 1)


def median(images: Tensor, width: float) -> Tensor:
    """The median of width × width pixels, a whole number."""
    from scipy.ndimage import median_filter

    return torch.from_numpy(median_filter(images.numpy(), (1, 1, int(width), int(width)))).clamp(0, 1)


def best_filter(kind: Callable[[Tensor, float], Tensor], widths: tuple[float, ...], clean: Tensor, noisy: Tensor) -> Callable[[Tensor], Tensor]:  # fmt: skip
    """The filter with the width that has the least squared error on these images."""
    errors = [float((kind(noisy, width) - clean).square().mean()) for width in widths]
    width = widths[int(np.argmin(errors))]
    return lambda images: kind(images, width)
