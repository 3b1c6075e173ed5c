"""The model families by name. Adding one: a file beside this one, and a line here."""

from __future__ import annotations

import torch

from ..config import ConfigError
from .autoencoder import Autoencoder
from .base import Model, ModelConfig, Posterior
from .beta_vae import BetaVAE
from .vae import VAE

MODELS: dict[str, type[Model]] = {
    "autoencoder": Autoencoder,
    "vae": VAE,
    "beta_vae": BetaVAE,
}


def family(name: str) -> type[Model]:
    """The class registered under `name`.

    Raises:
        ConfigError: no such family.
    """
    if name not in MODELS:
        raise ConfigError(f"--model {name!r}: not known; choose one of {', '.join(MODELS)}.")
    return MODELS[name]


def create(name: str, config: ModelConfig, seed: int = 0) -> Model:
    """A model of the family `name` with weights initialised from `seed`; the caller's noise is undisturbed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return family(name)(config)


__all__ = ["MODELS", "Model", "ModelConfig", "Posterior", "create", "family"]
