"""Weight initialisation shared by every network."""

from __future__ import annotations

from torch import nn

WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def initialise(network: nn.Sequential) -> nn.Sequential:
    """Kaiming normal for layers followed by a ReLU (He et al. 2015, eq. 10), Xavier for the last; biases zero.

    The last layer feeds a posterior or a likelihood, not a ReLU: Kaiming's factor 2 would start the
    log-variances and the logits too far from zero (exploding KL in the first steps).
    """
    weighted = [layer for layer in network if isinstance(layer, WEIGHTED)]
    for layer in weighted:
        if layer is weighted[-1]:
            nn.init.xavier_normal_(layer.weight)
        elif isinstance(layer, nn.ConvTranspose2d):
            # Each output pixel of a stride-s transposed convolution depends on only 1/s² of the kernel.
            fan_in = layer.in_channels * layer.kernel_size[0] ** 2 / layer.stride[0] ** 2
            nn.init.normal_(layer.weight, std=(2 / fan_in) ** 0.5)
        else:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return network
