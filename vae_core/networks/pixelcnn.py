"""A small autoregressive network over a grid of code indices: PixelCNN (van den Oord et al. 2016, §3)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class MaskedConv(nn.Conv2d):
    """Reads only cells above and to the left in the same row, and the cell itself unless it is the `first` layer."""

    mask: Tensor

    def __init__(self, inputs: int, outputs: int, size: int, *, first: bool) -> None:
        super().__init__(inputs, outputs, size, padding=size // 2)
        mask = torch.zeros(size, size)
        mask[: size // 2] = 1
        mask[size // 2, : size // 2 + (not first)] = 1
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class PixelCNN(nn.Module):
    """Code indices `(B, side, side)` int64 → logits of each given those before it in raster order, `(B, size, side, side)`."""

    def __init__(self, size: int, channels: int = 64, layers: int = 4) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, channels)
        self.first = MaskedConv(channels, channels, 5, first=True)
        self.body = nn.ModuleList(
            nn.Sequential(
                nn.ReLU(), MaskedConv(channels, channels, 3, first=False), nn.ReLU(), nn.Conv2d(channels, channels, 1)
            )
            for _ in range(layers)
        )
        self.last = nn.Sequential(nn.ReLU(), nn.Conv2d(channels, size, 1))

    def forward(self, indices: Tensor) -> Tensor:
        x = self.first(self.embedding(indices).permute(0, 3, 1, 2))
        for block in self.body:
            x = x + block(x)
        return self.last(x)

    def nats(self, indices: Tensor) -> Tensor:
        """−log p of each code index given those before it, `(B, side, side)`."""
        return functional.cross_entropy(self(indices).float(), indices, reduction="none")

    @torch.no_grad()
    def sample(self, n: int, side: int, generator: torch.Generator | None = None) -> Tensor:
        """Code indices drawn one by one in raster order, `(n, side, side)`."""
        indices = torch.zeros(n, side, side, dtype=torch.int64, device=self.embedding.weight.device)
        for row in range(side):
            for column in range(side):
                probabilities = torch.softmax(self(indices[:, : row + 1])[:, :, row, column].float(), dim=1)
                indices[:, row, column] = torch.multinomial(probabilities, 1, generator=generator).squeeze(1)
        return indices
