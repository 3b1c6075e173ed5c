"""Betascope's core: train, keep, analyse and measure VAE-family models. Usable alone from Python or the CLI.

import vae_core
run = vae_core.train("digits", "beta_vae", beta=4.0, latent_dim=10, network="mlp", epochs=50)
print(run.evaluation()["elbo"])              # nats per image, on the test split
images = vae_core.traverse(run.model(), z, dim=0, values=[-2, 0, 2])
"""

from .analysis import (
    EvaluateConfig,
    Latents,
    MapConfig,
    evaluate,
    latents_of,
    map_of,
    reconstruct,
    traverse,
    traverse_all,
    walk,
)
from .config import BetascopeError, ConfigError
from .datasets import DATASETS, load
from .jobs import configure, train
from .metrics import METRICS
from .models import MODELS
from .networks import NETWORKS
from .runs import Run, RunError, Store

__version__ = "0.1.0"

__all__ = [
    "DATASETS",
    "METRICS",
    "MODELS",
    "NETWORKS",
    "BetascopeError",
    "ConfigError",
    "EvaluateConfig",
    "Latents",
    "MapConfig",
    "Run",
    "RunError",
    "Store",
    "configure",
    "evaluate",
    "latents_of",
    "load",
    "map_of",
    "reconstruct",
    "train",
    "traverse",
    "traverse_all",
    "walk",
]
