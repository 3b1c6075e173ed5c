"""The model families by name. To add one: a file in this folder, and a line here."""

from __future__ import annotations

import torch

from ..config import ConfigError, shown
from .adversarial_autoencoder import AdversarialAutoencoder
from .autoencoder import Autoencoder
from .base import Model, ModelConfig, Posterior
from .beta_tcvae import BetaTCVAE
from .beta_vae import BetaVAE
from .capacity_vae import CapacityVAE
from .cascade_vae import CascadeVAE
from .codes import Codes
from .conditional_vae import ConditionalVAE
from .contractive_autoencoder import ContractiveAutoencoder
from .denoising_autoencoder import DenoisingAutoencoder
from .dip_vae import DIPVAE
from .factor_vae import FactorVAE
from .hierarchical_vae import HierarchicalVAE, LadderVAE
from .imported import Imported
from .info_vae import InfoVAE
from .iwae import IWAE
from .m2_vae import M2VAE
from .mult_vae import MultVAE
from .multirate_vae import MultiRateVAE
from .s2_beta_tcvae import S2BetaTCVAE
from .sparse_autoencoder import SparseAutoencoder
from .tabular_vae import TabularVAE
from .vae import VAE
from .vae_gan import VAEGAN
from .vampprior_vae import VampPriorVAE
from .vq_vae import VQVAE
from .wae import WAEGAN, WAEMMD

#: Families of images.
MODELS: dict[str, type[Model]] = {
    "autoencoder": Autoencoder,
    "sparse_autoencoder": SparseAutoencoder,
    "denoising_autoencoder": DenoisingAutoencoder,
    "contractive_autoencoder": ContractiveAutoencoder,
    "vae": VAE,
    "beta_vae": BetaVAE,
    "capacity_vae": CapacityVAE,
    "beta_tcvae": BetaTCVAE,
    "cascade_vae": CascadeVAE,
    "factor_vae": FactorVAE,
    "dip_vae": DIPVAE,
    "info_vae": InfoVAE,
    "iwae": IWAE,
    "conditional_vae": ConditionalVAE,
    "m2_vae": M2VAE,
    "s2_beta_tcvae": S2BetaTCVAE,
    "vampprior_vae": VampPriorVAE,
    "hierarchical_vae": HierarchicalVAE,
    "ladder_vae": LadderVAE,
    "multirate_vae": MultiRateVAE,
    "vae_gan": VAEGAN,
    "wae_mmd": WAEMMD,
    "wae_gan": WAEGAN,
    "adversarial_autoencoder": AdversarialAutoencoder,
    "vq_vae": VQVAE,
}

#: Families whose items are rows: of a table, or users' histories.
ROW_MODELS: dict[str, type[Model]] = {
    "tabular_vae": TabularVAE,
    "mult_vae": MultVAE,
}


def families() -> dict[str, type[Model]]:
    """All families, of images and of rows."""
    return MODELS | ROW_MODELS


#: What comes from elsewhere (vae_core/imports/): looked at, never trained, so in no list of families to train.
FOREIGN: dict[str, type[Model]] = {"imported": Imported, "codes": Codes}


def family(name: str) -> type[Model]:
    """The class registered under `name`, trainable or not.

    Raises:
        ConfigError: no such family.
    """
    known = families()
    if not isinstance(name, str) or (name not in known and name not in FOREIGN):
        raise ConfigError(f"--model {shown(name)}: not known; choose one of {', '.join(known)}.")
    return known.get(name) or FOREIGN[name]


def create(name: str, config: ModelConfig, seed: int = 0) -> Model:
    """A model of the family `name` with weights initialised from `seed`; the caller's random state is unchanged."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return family(name)(config)


__all__ = ["FOREIGN", "MODELS", "ROW_MODELS", "Model", "ModelConfig", "Posterior", "create", "families", "family"]
