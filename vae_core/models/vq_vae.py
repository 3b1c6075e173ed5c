"""The VQ-VAE (van den Oord et al. 2017, eq. 3): a code is a grid of entries of a learned codebook.

    −log p(x|e) + β · ‖z_e(x) − sg[e]‖² (+ ‖sg[z_e(x)] − e‖²)   and, for the prior, −log p(k), k = the code indices of the grid

e is the codebook entry nearest to the encoder's output, in each cell, with a straight-through gradient. The codebook is
updated by exponential moving averages (appendix A.1) or by the gradient of the term in brackets. Unused entries are reset to
encoder outputs (as Razavi et al. 2019 do). A PixelCNN learns the prior of the code indices, without a gradient to the
encoder: so the rate is −log p(k), a code's length in nats, and the model can be sampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..config import ConfigError, setting
from ..networks import Style
from ..networks.grid import grid_decoder, grid_encoder, grid_side
from ..networks.pixelcnn import PixelCNN
from .base import Model, ModelConfig


class VQVAE(Model):
    """−log p(x|e) + β·‖z_e(x) − sg[e]‖² − log p(k), van den Oord et al. 2017, eq. 3 with EMA (appendix A.1)."""

    @dataclass(frozen=True)
    class Config(ModelConfig):
        """Settings of the VQ-VAE."""

        latent_dim: int = setting(8, "Dimensions of each codebook entry", low=1, high=64)
        codebook: int = setting(64, "Entries of the codebook", low=2, high=1024)
        grid: int = setting(4, "Largest side of the code grid, in cells", low=2, high=16)
        commitment: float = setting(0.25, "β, weight of the distance of codes from their entries", low=0.0, high=1e4)
        codebook_update: str = setting(
            "ema", "How codebook entries are updated", choices=("ema", "gradient"), advanced=True
        )
        prior_channels: int = setting(64, "Channels of the prior over code indices", low=1, high=512, advanced=True)

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.train_size and self.codebook > self.train_size:
                raise ConfigError(
                    f"--codebook {self.codebook}: larger than the data; there are {self.train_size} training images."
                )

        @property
        def beta(self) -> None:
            """None: the rate has no weight."""

        @property
        def side(self) -> int:
            """Cells along a side of the grid."""
            return grid_side(self.shape[1], self.grid)

        @property
        def code_width(self) -> int:
            return self.latent_dim * self.side**2

        @property
        def code_description(self) -> str:
            return f"{self.side} × {self.side} cells, {self.codebook} codebook entries"

    title = "VQ-VAE"
    changes = "prior"
    continuous = False
    formula = r"-\log p(x|e) + \beta\,\lVert z_e(x)-\mathrm{sg}[e]\rVert^2 - \log p(k),\quad k=\arg\min_j\lVert z_e(x)-e_j\rVert"
    about = "A code is a small grid of codebook entries: swap one and see what it changes."
    group = "Discrete"
    standard_prior = False

    #: Decay of the moving averages (appendix A.1), and the share of uniform use below which an entry is reset.
    DECAY, IDLE = 0.99, 0.02

    # The names in saved weights: codebook entries, and moving averages of the counts and sums of their cells.
    words: Tensor
    uses: Tensor
    sums: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        settings = cast(VQVAE.Config, config)
        self.side = settings.side
        entries = torch.randn(settings.codebook, settings.latent_dim)
        if settings.codebook_update == "gradient":
            self.words = nn.Parameter(entries)
        else:
            self.register_buffer("words", entries)
            self.register_buffer("sums", entries.clone())
        self.register_buffer("uses", torch.ones(settings.codebook))
        self.prior = PixelCNN(settings.codebook, settings.prior_channels)

    def build(self, style: Style, outputs: int, inputs: int, planes: int) -> None:
        settings = cast(VQVAE.Config, self.config)
        channels, height, width = settings.shape
        shape, side, depth = (channels, height, width), settings.side, settings.latent_dim
        self.encoder = grid_encoder(settings.network, shape, side, depth, style)
        self.decoder = grid_decoder(settings.network, shape, side, depth, style)

    # -- codes and codebook -------------------------------------------------------------------------------
    def cells(self, z: Tensor) -> Tensor:
        """Codes `(B, D)` → the vector of each cell `(B, side², depth)`."""
        return z.unflatten(1, (-1, self.side**2)).transpose(1, 2)

    def flat(self, cells: Tensor) -> Tensor:
        """The inverse of `cells`."""
        return cells.transpose(1, 2).flatten(1)

    def nearest(self, z: Tensor) -> Tensor:
        """Index of the codebook entry nearest to each cell, `(B, side²)` int64."""
        with torch.autocast(z.device.type, enabled=False):  # entries may differ by less than bfloat16 can represent
            cells, entries = self.cells(z).detach().float(), self.words.detach()
            return (entries.square().sum(1) - 2 * cells @ entries.T).argmin(2)

    def lookup(self, indices: Tensor) -> Tensor:
        """Code indices `(B, side²)` → codes `(B, D)`, the codebook entries of all cells."""
        return self.flat(functional.embedding(indices, self.words))

    def encode(self, x: Tensor, y: Tensor | None = None) -> CodeIndices:
        return CodeIndices(self, self.nearest(self.encoder(x).float()))

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Logits of codes `(B, D)`, quantised to the nearest codebook entries with a straight-through gradient."""
        quantised = self.lookup(self.nearest(z))
        return self.decoder(z + (quantised - z).detach())

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        config = cast(VQVAE.Config, self.config)
        z = self.encoder(x).float()
        indices = self.nearest(z)
        if self.training:
            with torch.autocast(x.device.type, enabled=False):
                self._update_codebook(self.cells(z).detach().flatten(0, 1), indices.flatten())
            indices = self.nearest(z)
        quantised = self.lookup(indices)
        distortion = self.distortion(x, z, y).mean()
        commitment = config.commitment * (z - quantised.detach()).square().sum(1).mean()
        rate = self.prior.nats(indices.view(-1, self.side, self.side)).flatten(1).sum(1).mean()
        loss = distortion + commitment + rate
        if config.codebook_update == "gradient":
            loss = loss + (z.detach() - quantised).square().sum(1).mean()
        return {
            "loss": loss,
            "distortion": distortion,
            "penalty": commitment,
            "rate": rate,
            "perplexity": perplexity(indices, config.codebook),
        }

    @torch.no_grad()
    def _update_codebook(self, cells: Tensor, indices: Tensor) -> None:
        """Move entries towards the cells `(N, depth)` assigned to them, and reset unused ones to cells of this batch."""
        assigned = functional.one_hot(indices, len(self.words)).to(cells.dtype)
        self.uses.lerp_(assigned.sum(0), 1 - self.DECAY)
        if isinstance(self.words, nn.Parameter):
            updated = self.words.data
        else:
            self.sums.lerp_(assigned.T @ cells, 1 - self.DECAY)
            updated = self.sums / self.uses.clamp(min=1e-5)[:, None]
        # No branch on the number of unused entries, which would make a GPU wait, and one random cell for every entry, so
        # that a resumed run draws the same numbers.
        idle = self.uses < self.IDLE * len(cells) / len(self.words)
        random_cells = cells[torch.randint(len(cells), (len(self.words),), device=cells.device)]
        share = torch.full_like(self.uses, len(cells) / len(self.words))
        self.words.copy_(torch.where(idle[:, None], random_cells, updated))
        self.uses.copy_(torch.where(idle, share, self.uses))
        if not isinstance(self.words, nn.Parameter):
            self.sums.copy_(torch.where(idle[:, None], random_cells * share[:, None], self.sums))

    # -- the prior ---------------------------------------------------------------------------------------
    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        return self.lookup(self.prior.sample(n, self.side, generator).flatten(1))

    def describe(self, z: Tensor) -> dict[str, float]:
        """How much of the codebook the codes `(N, D)` use: its perplexity, and the number of entries used at all."""
        indices = self.nearest(z)
        return {"perplexity": perplexity(indices, len(self.words)).item(), "words_used": float(len(indices.unique()))}


class CodeIndices:
    """The code indices of a grid `(B, side²)`: a deterministic posterior, with the PixelCNN as the prior."""

    logvar = None

    def __init__(self, model: VQVAE, indices: Tensor) -> None:
        self.model, self.indices = model, indices

    @property
    def mu(self) -> Tensor:
        return self.model.lookup(self.indices)

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        return self.mu

    def rate_per_dim(self, z: Tensor) -> Tensor:
        """−log p of each cell's code index given those before it, in nats, `(B, side²)`."""
        side = self.model.side
        return self.model.prior.nats(self.model.nearest(z).view(-1, side, side)).flatten(1)

    def log_ratio(self, z: Tensor) -> Tensor:
        """−log p(k) in nats, `(B,)`: the posterior is a point."""
        return self.rate_per_dim(z).sum(1)


def perplexity(indices: Tensor, size: int) -> Tensor:
    """exp of the entropy of how often each of `size` entries is used: from 1 to `size`."""
    flat = indices.flatten()
    counts = torch.zeros(size, device=flat.device)  # of floats: bincount would make a GPU wait
    share = counts.index_add_(0, flat, torch.ones_like(flat, dtype=counts.dtype)) / max(1, len(flat))
    return torch.exp(-(share * share.clamp(min=1e-30).log()).sum())
