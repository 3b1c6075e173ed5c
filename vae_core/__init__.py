"""Betascope's core: train, store, analyse and measure models of the VAE family, from Python or the command line.

import vae_core
run = vae_core.train("digits", "beta_vae", beta=4.0, latent_dim=10, network="mlp", epochs=50)
print(run.evaluation()["elbo"])              # nats per image, on the test split
images = vae_core.traverse(run.model(), z, dim=0, values=[-2, 0, 2])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

#: Module → the names exported from it. Imported on first use: `python -m vae_core --help` must not wait for torch.
EXPORTS = {
    "analysis": (
        "EvaluateConfig", "Latents", "MapConfig", "evaluate", "latents_of", "map_of", "reconstruct", "traverse", "traverse_all",
        "walk",
    ),
    "config": ("BetascopeError", "ConfigError"),
    "datasets": ("DATASETS", "load"),
    "jobs": ("configure", "train"),
    "metrics": ("METRICS",),
    "models": ("MODELS",),
    "networks": ("NETWORKS",),
    "runs": ("Run", "RunError", "Store"),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in EXPORTS.items() for name in names}

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


def __getattr__(name: str) -> Any:
    if name in EXPORTS:
        return import_module(f".{name}", __name__)
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, *EXPORTS])
