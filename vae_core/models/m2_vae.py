"""The semi-supervised VAE M2 (Kingma et al. 2014, §2, eq. 6–9): a conditional VAE with a classifier for images without a label.

    L(x, y) = E_q(z|x,y)[−log p(x|y, z)] + β · KL(q(z|x, y) ‖ p(z)) − log p(y)       eq. 6, an image with its label
    U(x)    = Σ_y q(y|x) · L(x, y) − H(q(y|x))                                       eq. 7, an image without
    1/N · (Σ L + Σ U) + α · E_labelled[−log q(y|x)]                                  eq. 8 and 9, divided by N

The sum over classes is exact: each image is decoded once for each class, all in one batch. A batch holds labelled images more
often than the data (training/batches.py), so labelled and unlabelled images are averaged apart and weighted by their
shares of the data. α/N is `classifier_weight`: 0.1 in the paper; 1 classifies better here. q(y|x) is a network of its own, like
the encoder; q(z|x, y) adds a learned vector for each class to the encoder's last hidden layer. p(y) is uniform.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..config import ConfigError, setting
from ..networks import NETWORKS, Style
from ..networks.mlp import mlp
from .base import ModelConfig
from .beta_vae import BetaVAE
from .few_labels import share_of, weights_of
from .vae import DiagonalGaussian

#: Stands for a label that training must not see.
HIDDEN = -1


class M2VAE(BetaVAE):
    """L(x, y) for labelled, U(x) for unlabelled images, and α·E[−log q(y|x)]: Kingma et al. 2014, eq. 9."""

    @dataclass(frozen=True)
    class Config(BetaVAE.Config):
        """Settings of M2."""

        beta: float = setting(1.0, "Weight of the rate", low=0.0, high=1e6)
        labels: int = setting(
            100, "Training images whose label, or factors, are used (M2: as many of each class)", low=1
        )
        labelled_share: float | None = setting(
            None,
            "Weight of labelled images in the mean over images (none: their share of the data)",
            low=0.0,
            high=1.0,
            advanced=True,
        )
        label_seed: int = setting(0, "Seed of the choice of these images", low=0, high=2**32 - 1, advanced=True)
        classifier_weight: float = setting(
            1.0, "Weight of the classifier's cross-entropy on labelled images", low=0.0, high=1e4
        )

        def __post_init__(self) -> None:
            super().__post_init__()
            if 0 < self.train_size < self.labels or self.labels < self.classes:
                most = f" and at most the {self.train_size:,} training images" * (self.train_size > 0)
                raise ConfigError(
                    f"--labels {self.labels}: must be at least one for each of the {self.classes} classes{most}."
                )

    title = "Semi-supervised VAE (M2)"
    changes = "given"
    formula = r"\sum_{y}q(y|x)\,\mathcal{L}(x,y)-\mathcal{H}(q(y|x)),\;\mathcal{L}=\mathbb{E}_{q(z|x,y)}[-\log p(x|y,z)]+\beta\,\mathrm{KL}(q(z|x,y)\,\|\,p(z))-\log p(y)"
    about = "Learns to classify from a few labels and many images without: the code represents style, a classifier the class."
    conditional = True
    predicts_class = True

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config, inputs=config.latent_dim + config.classes)
        width = cast(nn.Linear, self.encoder[-1]).in_features
        self.mix = mlp([width, width])
        self.class_vectors = nn.Parameter(0.1 * torch.randn(config.classes, width))
        style = Style(config.hidden, config.channels, config.norm, config.dropout)
        channels, height, pixels = config.shape
        self.classifier = NETWORKS[config.network].encoder((channels, height, pixels), config.classes, style)

    def visible_labels(self, labels: Tensor) -> Tensor:
        config = cast(M2VAE.Config, self.config)
        rows = labelled_rows(labels, config.labels, config.label_seed)
        return torch.full_like(labels, HIDDEN).index_copy(0, rows, labels[rows])

    def class_logits(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(x).float()
        return logits

    def encode(self, x: Tensor, y: Tensor | None = None) -> DiagonalGaussian:
        return self._posterior(self._hidden(x) + self.class_vectors[self._class_of(x, y)])

    def distortion(self, x: Tensor, z: Tensor, y: Tensor | None = None) -> Tensor:
        return super().distortion(x, z, self._class_of(x, y))

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        assert y is not None, "a code alone has no class"
        one_hot = functional.one_hot(y.long(), self.config.classes).to(z.dtype)
        logits: Tensor = self.decoder(torch.cat([z, one_hot], dim=1))
        return logits

    def loss(self, x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        """Labels below 0 are hidden; images with one take part as unlabelled."""
        assert y is not None, "labels, hidden ones among them, come with the images"
        known, labels = y >= 0, y.clamp(min=0)
        log_q = self.class_logits(x).log_softmax(1)  # (B, K)
        one_hot = functional.one_hot(labels, self.config.classes).to(log_q.dtype)
        q = torch.where(known[:, None], one_hot, log_q.exp())
        distortion_of_class, rate_of_class = self._every_class(x)  # (B, K), (B, K, D)
        rate_per_dim = (q[..., None] * rate_of_class).sum(1)  # (B, D)
        entropy = torch.where(known, 0.0, -(log_q.exp() * log_q).sum(1))
        weights = self._weights(known)
        distortion = (weights * (q * distortion_of_class).sum(1)).sum()
        penalty = (weights * self.rate_penalty(rate_per_dim, step)).sum()
        of_class = weights.sum() * math.log(self.config.classes) - (weights * entropy).sum()
        cross_entropy = -(known * (one_hot * log_q).sum(1)).sum() / known.sum().clamp(min=1)
        loss = distortion + penalty + of_class + cast(M2VAE.Config, self.config).classifier_weight * cross_entropy
        return {
            "loss": loss,
            "distortion": distortion,
            "penalty": penalty,
            "rate": (weights * rate_per_dim.sum(1)).sum().detach(),
            "class": of_class,
            "cross_entropy": cross_entropy,
        }

    def _every_class(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Distortion `(B, K)` and rate per dimension `(B, K, D)` in nats of images `(B, C, H, W)` under each of the classes."""
        count, classes = len(x), self.config.classes
        posterior = self._posterior((self._hidden(x)[:, None] + self.class_vectors).flatten(0, 1))  # (B·K, D)
        z = posterior.sample()
        y = torch.arange(classes, device=x.device).repeat(count)
        copies = x[:, None].expand(-1, classes, -1, -1, -1).flatten(0, 1)
        distortion = self.nll(self.decode_logits(z, y), copies)
        return distortion.view(count, classes), posterior.rate_per_dim(z).view(count, classes, -1)

    def _weights(self, known: Tensor) -> Tensor:
        """Of each image in the mean over the data, `(B,)`."""
        config = cast(M2VAE.Config, self.config)
        share = config.labelled_share
        if share is None:
            share = share_of(config.labels, config.train_size)
        return weights_of(known, share)

    def _hidden(self, x: Tensor) -> Tensor:
        """The encoder's last hidden layer `(B, F)`, to which a class adds its vector."""
        hidden: Tensor = self.mix(self.encoder[:-1](x))
        return hidden

    def _posterior(self, hidden: Tensor) -> DiagonalGaussian:
        return DiagonalGaussian(*self.moments(self.encoder[-1](hidden.relu())))

    def _class_of(self, x: Tensor, y: Tensor | None) -> Tensor:
        """The class of each image `(B,)`: the given one, else the most probable."""
        return self.class_logits(x).argmax(1) if y is None else y.long()


def labelled_rows(labels: Tensor, count: int, seed: int) -> Tensor:
    """Rows of `count` images, in ascending order, with as many of each class as possible; the same for the same arguments.

    labels: `(N,)`. Where a class has too few images, the others get more.
    """
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed)).tolist()
    by_class: dict[int, list[int]] = {}
    for row in order:
        by_class.setdefault(int(labels[row]), []).append(row)
    rounds = max(map(len, by_class.values()))
    in_turn = [
        by_class[label][turn] for turn in range(rounds) for label in sorted(by_class) if turn < len(by_class[label])
    ]
    return torch.tensor(sorted(in_turn[:count]))
