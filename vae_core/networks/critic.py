"""A fully connected critic of codes: what tells one distribution of z from another."""

from __future__ import annotations

from itertools import pairwise

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from .initialise import initialise


def critic(inputs: int, outputs: int, width: int, depth: int, *, spectral: bool = False) -> nn.Sequential:
    """`(B, inputs)` → `(B, outputs)` through `depth` hidden layers with leaky ReLUs of slope 0.2 (Kim & Mnih 2018).

    spectral: no layer stretches by more than 1 (Miyato et al. 2018), so that a critic that encoders must deceive cannot
    drive all codes into one place. A critic that estimates a density ratio must not be bound so.
    """
    layers: list[nn.Module] = []
    for before, after in pairwise([inputs, *[width] * depth]):
        layers += [nn.Linear(before, after), nn.LeakyReLU(0.2, inplace=True)]
    network = initialise(nn.Sequential(*layers, nn.Linear(width, outputs)))
    if spectral:
        for layer in network:
            if isinstance(layer, nn.Linear):
                spectral_norm(layer)
    return network
