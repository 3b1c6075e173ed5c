"""Optional reconstruction losses, for any family: structural similarity, coarser scales, features.

    λ_s · (1 − SSIM(x, x̂)) + λ_m · Σ_s ‖x↓s − x̂↓s‖² · s² + λ_p · P · mean_l mean (φ_l(x) − φ_l(x̂))²

SSIM as Wang et al. 2004; ↓s averages blocks of s = 2, 4, 8 pixels (for autoencoders: Snell et al. 2017, Hou et al. 2017);
φ_l are hidden layers of a network that is not trained here (Johnson et al. 2016, §3.2), P the number of pixels, so that
features weigh as much as pixels. The λ convert all terms to nats; the reported distortion excludes them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..ssim import ssim

SCALES = (2, 4, 8)
#: How many hidden layers are compared; the first ones represent edges and strokes.
DEPTH = 3


class FeatureNetwork:
    """The frozen layers of another network; no module, so its weights are not part of the trained model's."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        self.layers = [layer.eval().requires_grad_(False) for layer in layers]

    def features(self, x: Tensor) -> list[Tensor]:
        """The outputs of the first `DEPTH` activations for images `(B, C, H, W)`, in float32."""
        outputs: list[Tensor] = []
        for layer in self.layers:
            x = layer.to(x.device)(x)
            if isinstance(layer, nn.ReLU | nn.LeakyReLU | nn.SiLU):
                outputs.append(x.float().clone())  # later layers may write in place
                if len(outputs) == DEPTH:
                    break
        return outputs or [x.float()]


def multiscale(x: Tensor, mean: Tensor) -> Tensor:
    """Σ over scales s of s²·‖x↓s − mean↓s‖², `(B,)`: s² because each block stands for s² pixels."""
    total = x.new_zeros(len(x))
    for scale in SCALES:
        if x.shape[-1] >= 2 * scale:
            difference = functional.avg_pool2d(x - mean, scale)
            total = total + scale**2 * difference.square().flatten(1).sum(1)
    return total


def perceptual(network: FeatureNetwork, x: Tensor, mean: Tensor) -> Tensor:
    """P · mean over layers of the mean squared difference of features, `(B,)`."""
    with torch.no_grad():
        targets = network.features(x)
    outputs = network.features(mean)
    layers = [(a - b).square().flatten(1).mean(1) for a, b in zip(outputs, targets, strict=True)]
    return x[0].numel() * torch.stack(layers).mean(0)


def structure(x: Tensor, mean: Tensor) -> Tensor:
    """1 − SSIM, `(B,)`, from 0 to 2."""
    return 1 - ssim(x, mean)
