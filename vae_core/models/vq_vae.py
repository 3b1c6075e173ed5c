"""The VQ-VAE (van den Oord et al. 2017, eq. 3): a code is a grid of words from a learned codebook.

    −log p(x|e) + β · ‖z_e(x) − sg[e]‖² (+ ‖sg[z_e(x)] − e‖²)   and, beside it, −log p(k), k = the words of the grid

e is the word nearest to what the encoder says, in each cell; gradients pass straight through the choice. The codebook
follows by exponential moving averages (appendix A.1) or by the gradient of the bracket. Words that nobody uses are put
where codes are (Razavi et al. 2019 restart them likewise). A PixelCNN learns the words' prior on the side, from detached
words: so the rate is −log p(k), a code's length in nats, and the model generates.
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

        latent_dim: int = setting(8, "Numbers in each word of the codebook", low=1, high=64)
        codebook: int = setting(64, "Words in the codebook", low=2, high=1024)
        grid: int = setting(4, "Cells along a side of the code grid, at most", low=2, high=16)
        commitment: float = setting(0.25, "β, the price of codes away from their word", low=0.0, high=1e4)
        codebook_update: str = setting("ema", "How words follow codes", choices=("ema", "gradient"), advanced=True)
        prior_channels: int = setting(64, "Channels of the prior over words", low=1, high=512, advanced=True)

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
            return f"{self.side} × {self.side} cells, {self.codebook} words"

    title = "VQ-VAE"
    formula = r"-\log p(x|e) + \beta\,\lVert z_e(x)-\mathrm{sg}[e]\rVert^2 - \log p(k),\quad k=\arg\min_j\lVert z_e(x)-e_j\rVert"
    about = "A code is a small grid of words from a learned vocabulary: swap a word and see what it says."
    group = "Discrete"
    standard_prior = False

    #: Of the moving averages (appendix A.1), and the share of an even use below which a word is moved.
    DECAY, IDLE = 0.99, 0.02

    words: Tensor
    uses: Tensor
    sums: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        own = cast(VQVAE.Config, config)
        self.side = own.side
        words = torch.randn(own.codebook, own.latent_dim)
        if own.codebook_update == "gradient":
            self.words = nn.Parameter(words)
        else:
            self.register_buffer("words", words)
            self.register_buffer("sums", words.clone())
        self.register_buffer("uses", torch.ones(own.codebook))
        self.prior = PixelCNN(own.codebook, own.prior_channels)

    def build(self, style: Style, outputs: int, inputs: int, planes: int) -> None:
        own = cast(VQVAE.Config, self.config)
        channels, height, width = own.shape
        shape, side, depth = (channels, height, width), own.side, own.latent_dim
        self.encoder = grid_encoder(own.network, shape, side, depth, style)
        self.decoder = grid_decoder(own.network, shape, side, depth, style)

    # -- codes and words ---------------------------------------------------------------------------------
    def cells(self, z: Tensor) -> Tensor:
        """Codes `(B, D)` → the vector of each cell `(B, side², depth)`."""
        return z.unflatten(1, (-1, self.side**2)).transpose(1, 2)

    def flat(self, cells: Tensor) -> Tensor:
        """The inverse of `cells`."""
        return cells.transpose(1, 2).flatten(1)

    def nearest(self, z: Tensor) -> Tensor:
        """The word of each cell, `(B, side²)` int64."""
        with torch.autocast(z.device.type, enabled=False):  # near words differ by less than bfloat16 tells
            cells, words = self.cells(z).detach().float(), self.words.detach()
            return (words.square().sum(1) - 2 * cells @ words.T).argmin(2)

    def spell(self, words: Tensor) -> Tensor:
        """Words `(B, side²)` → codes `(B, D)`."""
        return self.flat(functional.embedding(words, self.words))

    def encode(self, x: Tensor, y: Tensor | None = None) -> Words:
        return Words(self, self.nearest(self.encoder(x).float()))

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Of codes `(B, D)`, each cell read as the word nearest to it; gradients pass straight through."""
        spelled = self.spell(self.nearest(z))
        return self.decoder(z + (spelled - z).detach())

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        config = cast(VQVAE.Config, self.config)
        said = self.encoder(x).float()
        words = self.nearest(said)
        if self.training:
            with torch.autocast(x.device.type, enabled=False):
                self._follow(self.cells(said).detach().flatten(0, 1), words.flatten())
            words = self.nearest(said)
        spelled = self.spell(words)
        distortion = self.distortion(x, said, y).mean()
        commitment = config.commitment * (said - spelled.detach()).square().sum(1).mean()
        rate = self.prior.nats(words.view(-1, self.side, self.side)).flatten(1).sum(1).mean()
        loss = distortion + commitment + rate
        if config.codebook_update == "gradient":
            loss = loss + (said.detach() - spelled).square().sum(1).mean()
        return {
            "loss": loss,
            "distortion": distortion,
            "penalty": commitment,
            "rate": rate,
            "perplexity": perplexity(words, config.codebook),
        }

    @torch.no_grad()
    def _follow(self, cells: Tensor, words: Tensor) -> None:
        """Move words towards the cells `(N, depth)` that chose them, and idle ones onto cells of this batch."""
        chosen = functional.one_hot(words, len(self.words)).to(cells.dtype)
        self.uses.lerp_(chosen.sum(0), 1 - self.DECAY)
        if isinstance(self.words, nn.Parameter):
            fresh = self.words.data
        else:
            self.sums.lerp_(chosen.T @ cells, 1 - self.DECAY)
            fresh = self.sums / self.uses.clamp(min=1e-5)[:, None]
        # No branch on the count, and noise for every word: a GPU would wait, a resumed run would draw otherwise.
        idle = self.uses < self.IDLE * len(cells) / len(self.words)
        drawn = cells[torch.randint(len(cells), (len(self.words),), device=cells.device)]
        share = torch.full_like(self.uses, len(cells) / len(self.words))
        self.words.copy_(torch.where(idle[:, None], drawn, fresh))
        self.uses.copy_(torch.where(idle, share, self.uses))
        if not isinstance(self.words, nn.Parameter):
            self.sums.copy_(torch.where(idle[:, None], drawn * share[:, None], self.sums))

    # -- the prior ---------------------------------------------------------------------------------------
    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        return self.spell(self.prior.sample(n, self.side, generator).flatten(1))

    def describe(self, z: Tensor) -> dict[str, float]:
        """How much of the codebook the codes `(N, D)` use: its perplexity, of `codebook`, and the words met at all."""
        words = self.nearest(z)
        return {"perplexity": perplexity(words, len(self.words)).item(), "words_used": float(len(words.unique()))}


class Words:
    """The words of a grid `(B, side²)`: a posterior that is sure, beside a prior that is not."""

    logvar = None

    def __init__(self, model: VQVAE, words: Tensor) -> None:
        self.model, self.words = model, words

    @property
    def mu(self) -> Tensor:
        return self.model.spell(self.words)

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        return self.mu

    def rate_per_dim(self, z: Tensor) -> Tensor:
        """−log p of the word of each cell given those before it, in nats, `(B, side²)`."""
        side = self.model.side
        return self.model.prior.nats(self.model.nearest(z).view(-1, side, side)).flatten(1)

    def log_ratio(self, z: Tensor) -> Tensor:
        """−log p(k) in nats, `(B,)`: the posterior is a point."""
        return self.rate_per_dim(z).sum(1)


def perplexity(words: Tensor, size: int) -> Tensor:
    """exp of the entropy of how often each of `size` words is used: from 1 to `size`."""
    share = torch.bincount(words.flatten(), minlength=size).float() / max(1, words.numel())
    return torch.exp(-(share * share.clamp(min=1e-30).log()).sum())
