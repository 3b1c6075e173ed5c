"""Settings of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..config import Config, setting
from .rates import LR_SCHEDULES

OPTIMIZERS = ("adam", "adamw")
PRECISIONS = ("auto", "float32", "products", "bfloat16")
#: Programs that follow a training; `runs.trackers` has a file for each.
LOGS = ("tensorboard", "wandb", "mlflow")


def held_out_of(images: int) -> int:
    """How many training images are held out for validation, if there is any: a tenth, at most 5,000."""
    return min(5000, images // 10)


@dataclass(frozen=True)
class TrainConfig(Config):
    """Settings of the training loop."""

    epochs: int = setting(20, "Passes over the training images", low=1, high=1_000_000)
    steps: int | None = setting(None, "Optimiser steps (if given, instead of epochs)", low=1, advanced=True)
    batch_size: int = setting(128, "Images per step", low=1, high=65536)
    lr: float = setting(1e-3, "Learning rate", above=0.0, high=1.0)
    lr_schedule: str = setting("constant", "Learning-rate schedule", choices=LR_SCHEDULES)
    optimizer: str = setting("adam", "Optimiser", choices=OPTIMIZERS, advanced=True)
    weight_decay: float = setting(0.0, "Weight decay", low=0.0, high=1.0, advanced=True)
    clip_norm: float = setting(0.0, "Largest gradient norm, in nats (0: no clipping)", low=0.0, advanced=True)
    patience: int = setting(
        0, "Stop after this many evaluations without a better validation ELBO (0: never)", low=0, advanced=True
    )
    seed: int = setting(0, "Seed of the initial weights, the order of the images and the noise", low=0, high=2**32 - 1)
    device: str = setting("auto", "Where to train: auto, cpu, cuda or cuda:N")
    precision: str = setting(
        "auto",
        "Arithmetic of the networks: float32, float32 with rounded products, bfloat16 layers (auto: the fastest)",
        choices=PRECISIONS,
        advanced=True,
    )
    threads: int = setting(
        0,
        "CPU threads (0: as many as pay beside other programs; a fixed number repeats a run to the bit)",
        low=0,
        high=1024,
        advanced=True,
    )
    compile: bool = setting(False, "Compile the loss with torch.compile (pays on long GPU runs)", advanced=True)
    snapshots: int | None = setting(
        None,
        "Snapshots of the weights to save, at log-spaced steps (none: 24, or as many as fit into 20 MB)",
        low=0,
        high=64,
        advanced=True,
    )
    augment_shift: float = setting(
        0.0, "Shift training images by up to this share of their side", low=0.0, high=0.5, advanced=True
    )
    augment_rotate: float = setting(
        0.0, "Rotate training images by up to so many degrees", low=0.0, high=180.0, advanced=True
    )
    augment_scale: float = setting(
        0.0, "Enlarge or reduce training images by up to this share", low=0.0, high=1.0, advanced=True
    )
    augment_flip: bool = setting(False, "Mirror half of the training images left to right", advanced=True)
    augment_brightness: float = setting(
        0.0, "Change the brightness of training images by up to this share", low=0.0, high=1.0, advanced=True
    )
    augment_noise: float = setting(
        0.0,
        "Standard deviation of noise added to training images (1: black to white)",
        low=0.0,
        high=1.0,
        advanced=True,
    )

    log: str = setting("", "Also log to, with commas (none: the app alone)", choices=LOGS, several=True, advanced=True)

    def to_dict(self) -> dict[str, Any]:
        """As of every configuration; without `log` where there is none, as runs were written before there were trackers."""
        values = super().to_dict()
        return values if self.log else {name: value for name, value in values.items() if name != "log"}

    def total_steps(self, images: int) -> int:
        """Optimiser steps for this many training images."""
        return self.steps or self.epochs * (images // self.batch_size)

    def trained_on(self, images: int) -> int:
        """How many of so many training images are trained on, the others being held out for decisions."""
        return images - held_out_of(images) if self.holds_out else images

    @property
    def holds_out(self) -> bool:
        """Whether training takes decisions by a validation score, which must not use the test split."""
        return self.patience > 0 or self.lr_schedule == "plateau"
