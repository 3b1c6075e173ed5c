"""Presets of the Train page: title, description, and the settings that differ from the defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """about: caption of the chosen preset; settings: what differs from the defaults; beta, seeds: as typed; timed: whether
    the caption says how long it takes on this computer.
    """

    title: str
    about: str
    beta: str = "1"
    settings: dict[str, Any] = field(default_factory=dict)
    seeds: str = "0"
    timed: bool = False


_DIGITS = {"dataset": "digits", "model": "beta_vae", "network": "mlp", "lr_schedule": "cosine"}
#: β-TCVAE (Chen et al. 2018) with a spatial broadcast decoder (Watters et al. 2019). Layers are narrow: that it sees many small
#: batches in the same time is worth more (docs/decisions/0013).
APART: dict[str, Any] = {
    "dataset": "sprites",
    "model": "beta_tcvae",
    "network": "broadcast",
    "channels": 16,
    "batch_size": 64,
    "lr": 2e-3,
    "lr_schedule": "cosine",
    "size": 100_000,
}
_SPRITES = {"dataset": "sprites", "model": "beta_vae", "network": "conv", "lr_schedule": "cosine"}
PRESETS = {
    "digits": Preset(
        "Digits in a minute",
        "Handwritten digits and a small network: trained in under a minute.",
        "1",
        _DIGITS | {"epochs": 100},
    ),
    "plane": Preset(
        "A latent plane",
        "Two latent dimensions: the whole latent space fits in one picture.",
        "1",
        _DIGITS | {"latent_dim": 2, "epochs": 200},
    ),
    "digits_sweep": Preset(
        "β sweep on digits",
        "The same digits at three values of β: more dimensions collapse as β grows.",
        "1, 4, 16",
        _DIGITS | {"epochs": 100},
    ),
    "minute": Preset(
        "Disentangled in a minute",
        "Position and size get sliders of their own in about a minute, at the price of the shapes: a β-TCVAE whose β falls from 40 to 4.",
        "4",
        APART | {"size": 64_000, "schedule": "falling", "warmup_steps": 800, "epochs": 2},
        timed=True,
    ),
    "sprites_sweep": Preset(
        "β sweep on sprites",
        "At β = 1 shapes can be told apart; from β = 4 on position and size have sliders of their own, at the price of the shapes.",
        "1, 4, 16",
        APART | {"epochs": 6},
        timed=True,
    ),
    "apart": Preset(
        "Sprites, disentangled",
        "A β-TCVAE with a broadcast decoder and a β that falls: position and size get sliders of their own.",
        "2",
        APART | {"schedule": "falling", "warmup_steps": 3000, "epochs": 6},
        timed=True,
    ),
    "six_sliders": Preset(
        "A room in colour",
        "A β-TCVAE with few labels: the factors of 1,000 images say what each slider is to move; 54,000 images teach how.",
        "1",
        {
            "dataset": "shapes3d",
            "model": "s2_beta_tcvae",
            "network": "conv",
            "lr_schedule": "cosine",
            "batch_size": 64,
            "lr": 2e-3,
            "latent_dim": 6,
            "labels": 1000,
            "image_size": 32,
            "size": 60_000,
            "epochs": 10,
        },
        timed=True,
    ),
    "hues": Preset(
        "A room without labels",
        "A cascade VAE: dimensions open one by one, so that the hues of floor and wall get sliders of their own.",
        "5",
        {
            "dataset": "shapes3d",
            "model": "cascade_vae",
            "network": "broadcast",
            "lr_schedule": "cosine",
            "schedule": "constant",
            "warmup_steps": 3000,
            "image_size": 32,
            "size": 60_000,
            "epochs": 10,
        },
        timed=True,
    ),
    "capacity": Preset(
        "Growing capacity",
        "Burgess et al. 2018: capacity grows from 0 to 25 nats (γ = 1000, entered as β), so factors enter the code one by one.",
        "1000",
        _SPRITES | {"model": "capacity_vae", "size": 50_000, "epochs": 30, "warmup_steps": 8_000, "lr": 5e-4},
        timed=True,
    ),
    "factors": Preset(
        "FactorVAE on sprites",
        "Kim & Mnih 2018: γ = 35 on the total correlation, with the paper's critic.",
        "1",
        _SPRITES
        | {
            "model": "factor_vae",
            "size": 50_000,
            "epochs": 30,
            "batch_size": 64,
            "lr": 1e-4,
            "gamma": 35.0,
            "critic_width": 1000,
            "critic_depth": 5,
        },
        timed=True,
    ),
    "multirate": Preset(
        "Every β at once",
        "A multi-rate VAE is conditioned on β: train once, then drag β on Traverse and Compare.",
        settings=_DIGITS | {"model": "multirate_vae", "epochs": 150},
    ),
    "classes": Preset(
        "Any class, any style",
        "A conditional VAE is conditioned on the digit's class; its code holds the handwriting.",
        "1",
        _DIGITS | {"model": "conditional_vae", "latent_dim": 6, "epochs": 100},
    ),
    "few_labels": Preset(
        "A hundred labels",
        "M2 learns to classify digits from 100 labelled images and 1,248 without; Diagnose has its accuracy beside baselines.",
        "1",
        _DIGITS | {"model": "m2_vae", "labels": 100, "image_size": 8, "epochs": 60, "batch_size": 64},
    ),
    "words": Preset(
        "A vocabulary of strokes",
        "A VQ-VAE encodes each digit as 4 × 4 codebook entries: swap them on Traverse.",
        settings=_DIGITS | {"model": "vq_vae", "network": "conv", "latent_dim": 8, "epochs": 60},
    ),
    "table": Preset(
        "Rows of a table",
        "Measurements of tumours, 30 columns: find unusual rows on Diagnose, and make new ones on Generate.",
        "1",
        {
            "dataset": "breast_cancer",
            "model": "tabular_vae",
            "latent_dim": 6,
            "hidden": (128, 128),
            "batch_size": 32,
            "epochs": 150,
            "lr_schedule": "cosine",
        },
    ),
    "tastes": Preset(
        "What goes together",
        "Listeners of eight genres: build a history of your own on Traverse and watch what is recommended; Map has users and items.",
        "0.2",
        {
            "dataset": "tastes",
            "model": "mult_vae",
            "latent_dim": 8,
            "hidden": (200,),
            "dropout": 0.5,
            "schedule": "linear",
            "batch_size": 100,
            "epochs": 60,
        },
    ),
    "denoiser": Preset(
        "A denoiser",
        "Trained to remove heavy noise from digits; Compare shows the denoised images.",
        "1",
        _DIGITS | {"model": "denoising_autoencoder", "latent_dim": 32, "epochs": 100},
    ),
}
