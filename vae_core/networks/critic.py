"""Critics (discriminators) of codes and of images."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from .conv import sides
from .initialise import initialise


def critic(inputs: int, outputs: int, width: int, depth: int, *, spectral: bool = False) -> nn.Sequential:
    """`(B, inputs)` → `(B, outputs)` through `depth` hidden layers with leaky ReLUs of slope 0.2 (Kim & Mnih 2018).

    spectral: spectral normalisation (Miyato et al. 2018), without which a critic that the encoder is trained to deceive
    can collapse all codes into one point. A critic that estimates a density ratio must not be constrained this way.
    """
    layers: list[nn.Module] = []
    for before, after in pairwise([inputs, *[width] * depth]):
        layers += [nn.Linear(before, after), nn.LeakyReLU(0.2, inplace=True)]
    network = initialise(nn.Sequential(*layers, nn.Linear(width, outputs)))
    return normalised(network) if spectral else network


def normalised(network: nn.Sequential) -> nn.Sequential:
    """Constrain the spectral norm of each layer to 1 (Miyato et al. 2018)."""
    for layer in network:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            spectral_norm(layer)
    return network


class ImageCritic(nn.Module):
    """Images `(B, C, H, W)` → the logit that each is real `(B,)`; spectrally normalised 4×4 convolutions."""

    def __init__(self, shape: tuple[int, ...], channels: int) -> None:
        super().__init__()
        steps = sides(shape[1])
        layers: list[nn.Module] = []
        for before, after in pairwise([shape[0], *[channels] * (len(steps) - 1)]):
            layers += [nn.Conv2d(before, after, kernel_size=4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        network = normalised(initialise(nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * steps[-1] ** 2, 1))))
        # Larsen et al. 2016 compare the third of four convolutions; here the last but one, or the only one.
        hidden = 2 * max(1, len(steps) - 2)
        self.low, self.high = network[:hidden], network[hidden:]

    def features(self, x: Tensor) -> Tensor:
        """Outputs of a hidden layer, `(B, channels, h, w)` in float32."""
        return self.low(x).float()

    def forward(self, x: Tensor) -> Tensor:
        return self.high(self.low(x)).squeeze(1)
