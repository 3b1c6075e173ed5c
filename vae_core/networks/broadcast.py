"""The spatial broadcast decoder (Watters et al. 2019), on a small grid that transposed convolutions enlarge.

Each cell of the grid gets the whole code and its own two coordinates and passes them through the same small network, so where
a thing is drawn is a comparison of a number of the code with a coordinate: a position fits into one dimension. Watters et al.
broadcast to every pixel; a grid of 8×8 with transposed convolutions after it (Locatello et al. 2020, slot attention, appendix
E) takes a fraction of the time.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from .conv import sides
from .initialise import initialise
from .lean import LeanReLU, UpConv
from .style import Style

#: Largest side of the grid.
GRID = 8
#: 1×1 convolutions between the broadcast code and the first transposed convolution.
DEPTH = 2


class Broadcast(nn.Module):
    """A linear function of a code and of each cell's coordinates in [−1, 1]: `(B, inputs)` → `(B, outputs, side, side)`."""

    places: Tensor

    def __init__(self, inputs: int, outputs: int, side: int) -> None:
        super().__init__()
        self.of_code, self.of_place = nn.Linear(inputs, outputs), nn.Linear(2, outputs, bias=False)
        for layer in (self.of_code, self.of_place):
            nn.init.normal_(layer.weight, std=(2 / (inputs + 2)) ** 0.5)
        nn.init.zeros_(self.of_code.bias)
        line = torch.linspace(-1, 1, side)
        self.register_buffer("places", torch.stack(torch.meshgrid(line, line, indexing="ij"), 2), persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        cells = self.of_code(z)[:, None, None, :] + self.of_place(self.places)  # (B, side, side, outputs)
        return cells.permute(0, 3, 1, 2)


def broadcast_decoder(inputs: int, shape: tuple[int, int, int], style: Style) -> nn.Sequential:
    """`(B, inputs)` → logits `(B, C, H, W)`; twice `style.channels` on the grid, then as `conv`."""
    grid, *larger = sides_from_grid(shape[1])
    width = 2 * style.channels
    layers: list[nn.Module] = [Broadcast(inputs, width, grid), LeanReLU()]
    for _ in range(DEPTH):
        layers += [nn.Conv2d(width, width, 1), LeanReLU()]
    channels = [width, *[style.channels] * (len(larger) - 1), shape[0]]
    for (small, large), (before, after) in zip(pairwise([grid, *larger]), pairwise(channels), strict=True):
        layers += [UpConv(before, after, output_padding=large - 2 * small), LeanReLU()]
    return initialise(nn.Sequential(*layers[:-1]))


def sides_from_grid(size: int) -> list[int]:
    """The image's side from the grid on: 28 → [7, 14, 28]; the grid is half of the image at least."""
    steps = sides(size)
    first = next(index for index, side in enumerate(steps) if index and side <= GRID)
    return steps[first::-1]
