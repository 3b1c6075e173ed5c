"""The contract of every model family, and what they share: networks, likelihood, codes.

A family is one file: a class that defines its objective, and a `Config` with its settings. The trainer, the CLI,
the forms and all pages of the app use this contract only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

import torch
from torch import Tensor, nn

from ..config import Config, ConfigError, setting
from ..likelihoods import LIKELIHOODS
from ..networks import NETWORKS, NORMS, Style
from .extras import FeatureNetwork, multiscale, perceptual, structure


@dataclass(frozen=True)
class ModelConfig(Config):
    """Settings of every family; the first three come from the data."""

    shape: tuple[int, ...] = setting((1, 64, 64), "Image shape (C, H, W)")
    classes: int = setting(0, "Label classes in the data (0: unlabelled)", low=0)
    train_size: int = setting(0, "Images in the training split", low=0)
    latent_dim: int = setting(10, "Latent dimensions", low=1, high=512)
    network: str = setting("conv", "Encoder and decoder", choices=NETWORKS)
    hidden: tuple[int, ...] = setting((256, 256), "Widths of the fully connected layers", low=1, high=8192)
    channels: int = setting(32, "Channels of each convolution", low=1, high=512, advanced=True)
    norm: str = setting("group", "Normalisation of residual blocks", choices=NORMS, advanced=True)
    dropout: float = setting(0.0, "Share of hidden units dropped in training", low=0.0, high=0.9, advanced=True)
    likelihood: str = setting("bernoulli", "Observation model p(x|z)", choices=LIKELIHOODS)
    sigma: float = setting(0.1, "Standard deviation of the Gaussian likelihood", low=1e-3, high=1e3, advanced=True)

    ssim_weight: float = setting(
        0.0, "Weight of 1 − SSIM of reconstructions, in nats", low=0.0, high=1e6, advanced=True
    )
    multiscale_weight: float = setting(
        0.0, "Weight of squared errors at 1/2, 1/4 and 1/8 of the resolution, in nats", low=0.0, high=1e6, advanced=True
    )
    perceptual_weight: float = setting(
        0.0, "Weight of squared differences of another network's features, in nats", low=0.0, high=1e6, advanced=True
    )
    perceptual: str = setting("", "Folder of the run whose encoder computes these features", advanced=True)

    #: Settings that have no effect in a family, so that no form or command line offers them for it.
    unused: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_shape()

    def check_shape(self) -> None:
        """
        Raises:
            ConfigError: a shape that the family does not take.
        """
        channels, height, width = self.shape if len(self.shape) == 3 else (0, 0, 0)
        if channels not in (1, 3) or height != width or not 8 <= height <= 256:
            raise ConfigError(
                f"--shape {self.shape!r}: images must be (1 or 3, side, side) with a side from 8 to 256 pixels."
            )

    @property
    def code_width(self) -> int:
        """D, the length of a code."""
        return self.latent_dim

    @property
    def code_description(self) -> str:
        """A code's size, as text."""
        return f"{self.latent_dim} latent dimension{'s' if self.latent_dim > 1 else ''}"

    @property
    def has_encoder(self) -> bool:
        """Whether images can be encoded."""
        return True

    @property
    def has_decoder(self) -> bool:
        """Whether codes can be decoded."""
        return True

    @property
    def betas(self) -> tuple[float, float] | None:
        """The smallest and largest β that the networks take as an input; None for a family with one β, or none."""
        return None


class Posterior(Protocol):
    """q(z|x): what an encoder returns. Values are None if the model has no density or no prior.

    mu, logvar: mean and log-variance `(B, D)`. rate_per_dim(z): nats `(B, D)` (or per cell of a grid) whose mean over samples
    z of q(z|x) is the KL to the prior; where there is a closed form, the exact KL for any z. log_ratio(z): log q(z|x) −
    log p(z), `(B,)`.
    """

    @property
    def mu(self) -> Tensor: ...
    @property
    def logvar(self) -> Tensor | None: ...
    def sample(self, generator: torch.Generator | None = None) -> Tensor: ...
    def rate_per_dim(self, z: Tensor) -> Tensor | None: ...
    def log_ratio(self, z: Tensor) -> Tensor | None: ...


#: What a family changes in the VAE's objective D + R → how that is said.
CHANGES = {
    "nothing": "The VAE itself: distortion and rate",
    "noise": "Codes without noise",
    "rate": "How much the rate counts",
    "aggregate": "What all codes together look like",
    "posterior": "The posterior and the bound",
    "prior": "The prior",
    "distortion": "What counts as the same image",
    "given": "What both networks are given",
    "items": "What an item is",
}


class Model(nn.Module):
    """Base of all families. Images are floats in [0, 1], `(B, C, H, W)`; labels `(B,)` int64 or None.

    Where "images" is said below, a family of another `data_kind` takes its own items, such as rows `(B, W)`.
    """

    Config: ClassVar[type[ModelConfig]] = ModelConfig
    title: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    about: ClassVar[str] = ""
    #: What it changes in the VAE, a key of `CHANGES`; "" for what was trained elsewhere.
    changes: ClassVar[str] = ""
    #: What the family learns from: "images", the rows of a "table", or users' "history".
    data_kind: ClassVar[str] = "images"
    #: Heading of the family in lists.
    group: ClassVar[str] = "Variational"
    #: Whether encoder and decoder take the class label as an input.
    conditional: ClassVar[bool] = False
    #: Whether a code is a point of a space, between others; false for entries of a codebook.
    continuous: ClassVar[bool] = True
    #: Whether it classifies images: `class_logits` is defined.
    predicts_class: ClassVar[bool] = False
    #: Whether its loss takes ground-truth factors, as `visible_factors` returns them, in place of labels.
    learns_factors: ClassVar[bool] = False
    #: Whether the prior of the codes is N(0, I).
    standard_prior: bool = True
    #: Whether it can be trained here; others are made by importing them.
    trainable: ClassVar[bool] = True
    #: Whether gradients flow through encoder and decoder.
    differentiable: ClassVar[bool] = True

    def __init__(
        self, config: ModelConfig, *, outputs: int | None = None, inputs: int | None = None, planes: int = 0
    ) -> None:
        """outputs: width of the encoder's output, inputs: width of the decoder's input; both default to the latent
        dimensions. planes: input channels of the encoder in addition to the image's.
        """
        super().__init__()
        self.config = config
        #: Computes the features of `perceptual_weight`; set before training.
        self.feature_network: FeatureNetwork | None = None
        #: A critic trained alongside the model; families with one set it and define `adversary_loss`.
        self.adversary: nn.Module | None = None
        self.build(
            Style(config.hidden, config.channels, config.norm, config.dropout),
            outputs or config.latent_dim,
            inputs or config.latent_dim,
            planes,
        )
        self.likelihood = LIKELIHOODS[config.likelihood]
        logvar = torch.tensor(2 * math.log(config.sigma))
        if self.likelihood.variance == "learned":
            self.observation_logvar = nn.Parameter(logvar)
        else:
            self.register_buffer("observation_logvar", logvar, persistent=False)

    def build(self, style: Style, outputs: int, inputs: int, planes: int) -> None:
        """Set `encoder` and `decoder`."""
        channels, height, width = self.config.shape
        network = NETWORKS[self.config.network]
        self.encoder = network.encoder((channels + planes, height, width), outputs, style)
        self.decoder = network.decoder(inputs, (channels, height, width), style)

    # -- defined by each family ---------------------------------------------------------------------------
    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        """Images → posterior over codes."""
        raise NotImplementedError(f"{type(self).__name__} must define encode")

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        """Terms of the objective, mean over the batch, in nats per image; `terms["loss"]` is minimised.

        With an adversary, `terms["adversary"]` is its own loss, which trains it alone.
        """
        raise NotImplementedError(f"{type(self).__name__} must define loss")

    def adversary_loss(self, x: Tensor, made: Tensor) -> Tensor:
        """The adversary's loss, `()`, on images x and what the model made of them: codes `(B, D)`, or images; detached."""
        raise NotImplementedError(f"{type(self).__name__} has an adversary and must define adversary_loss")

    def class_logits(self, x: Tensor) -> Tensor:
        """Logits of q(y|x), `(B, K)`; only for families with `predicts_class`."""
        raise NotImplementedError(f"{type(self).__name__} does not classify")

    def visible_labels(self, labels: Tensor) -> Tensor:
        """The training images' labels `(N,)` as `loss` may see them; −1 where hidden."""
        return labels

    def visible_factors(self, factors: Tensor) -> Tensor:
        """The training images' factors `(N, F)` int64 as `loss` may see them, floats; not a number where hidden.

        Only for families with `learns_factors`.

        Raises:
            ConfigError: more factors than the code has dimensions.
        """
        raise NotImplementedError(f"{type(self).__name__} learns from no factors")

    def prior_sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Codes `(n, D)` drawn from the prior."""
        raise NotImplementedError(f"{type(self).__name__} must define prior_sample")

    def weight(self, step: int) -> float | None:
        """β at this step; None for a family without one."""
        return None

    def describe(self, z: Tensor) -> dict[str, float]:
        """Further numbers for a run's evaluation, computed from the codes `(N, D)` of a whole split."""
        return {}

    def at_beta(self, beta: float | Tensor) -> Self:
        """A copy with the same weights at another β; only for configurations with `betas`."""
        raise NotImplementedError(f"{type(self).__name__} has one β")

    # -- shared by all families ----------------------------------------------------------------------------------
    @property
    def device(self) -> torch.device:
        """Where the model computes."""
        return self.observation_logvar.device

    def graph(self, name: str) -> bytes | None:
        """The half `name`, "encoder" or "decoder", as ONNX, of a model that came as such; None for one that torch computes."""
        return None

    def embed(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Images → the posterior means `(B, D)`, which represent them on maps."""
        return self.encode(x, y).mu

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Codes `(B, D)` → logits `(B, C, H, W)`."""
        return self.decoder(z)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Codes `(B, D)` → mean images `(B, C, H, W)` in [0, 1]."""
        return self.likelihood.mean(self.decode_logits(z, y).float())

    def distortion(self, x: Tensor, z: Tensor, y: Tensor | None = None) -> Tensor:
        """−log p(x|z) in nats per image, `(B,)`; in training with the further losses of extras.py."""
        return self.nll(self.decode_logits(z, y), x)

    def nll(self, logits: Tensor, x: Tensor) -> Tensor:
        """The same from logits `(B, C, H, W)`."""
        # The network may run in low precision, the sum over thousands of pixels may not.
        logvar = self.observation_logvar.float().clamp(-14, 14)
        nll = self.likelihood.nll(logits.float(), x, logvar)
        return nll + self.extras(logits, x) if self.training and self.has_extras else nll

    def check_values(self, x: Tensor) -> None:
        """
        Raises:
            ConfigError: values that the observation model does not take.
        """
        low, high = x.min().item(), x.max().item()
        if not (low >= 0 and high <= 1):
            raise ConfigError(f"Pixel values run from {low:g} to {high:g}; they must lie in 0 to 1.")

    @property
    def has_extras(self) -> bool:
        config = self.config
        return bool(config.ssim_weight or config.multiscale_weight or config.perceptual_weight)

    def extras(self, logits: Tensor, x: Tensor) -> Tensor:
        """The reconstruction losses in addition to the likelihood, `(B,)`."""
        config, mean = self.config, self.likelihood.mean(logits.float())
        total = x.new_zeros(len(x))
        if config.ssim_weight:
            total = total + config.ssim_weight * structure(x, mean)
        if config.multiscale_weight:
            total = total + config.multiscale_weight * multiscale(x, mean)
        if config.perceptual_weight:
            if self.feature_network is None:
                raise ConfigError(
                    f"--perceptual-weight {config.perceptual_weight:g}: needs --perceptual, the folder of a trained run."
                )
            total = total + config.perceptual_weight * perceptual(self.feature_network, x, mean)
        return total

    def sample(self, n: int, y: Tensor | None = None, generator: torch.Generator | None = None) -> Tensor:
        """New images `(n, C, H, W)` in [0, 1]: the decoded means of codes drawn from the prior.

        Without classes y `(n,)`, a conditional model draws each class in turn.
        """
        z = self.prior_sample(n, generator)
        if self.conditional and y is None:
            y = torch.arange(n, device=z.device) % self.config.classes
        return self.decode(z, y)
