"""Folders that pythae writes (Chadebec et al. 2022, github.com/clementchadebec/benchmark_VAE): model_config.json and model.pt.

The model is built by pythae itself from its configuration. Networks of one's own lie in encoder.pkl and decoder.pkl there, which
are pickles of code and are not opened.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .graphs import layout_of
from .halves import Foreign, ImportFailed, Request, Values
from .torch_pair import from_torch, load_weights, number, settings_of, tensors_of

#: Name of the configuration → module and class of the model, for those whose codes have a Gaussian or no posterior.
CLASSES = {
    "AEConfig": ("ae", "AE"),
    "VAEConfig": ("vae", "VAE"),
    "BetaVAEConfig": ("beta_vae", "BetaVAE"),
    "BetaTCVAEConfig": ("beta_tc_vae", "BetaTCVAE"),
    "DisentangledBetaVAEConfig": ("disentangled_beta_vae", "DisentangledBetaVAE"),
    "FactorVAEConfig": ("factor_vae", "FactorVAE"),
    "INFOVAE_MMD_Config": ("info_vae", "INFOVAE_MMD"),
    "IWAEConfig": ("iwae", "IWAE"),
    "CIWAEConfig": ("ciwae", "CIWAE"),
    "MIWAEConfig": ("miwae", "MIWAE"),
    "PIWAEConfig": ("piwae", "PIWAE"),
    "MSSSIM_VAEConfig": ("msssim_vae", "MSSSIM_VAE"),
    "VAEGANConfig": ("vae_gan", "VAEGAN"),
    "Adversarial_AE_Config": ("adversarial_ae", "Adversarial_AE"),
    "WAE_MMD_Config": ("wae_mmd", "WAE_MMD"),
    "RAE_L2_Config": ("rae_l2", "RAE_L2"),
    "RAE_GP_Config": ("rae_gp", "RAE_GP"),
}


def recognises(path: Path) -> bool:
    """Whether the path is such a folder."""
    return (path / "model_config.json").is_file()


def open_model(path: Path, request: Request) -> Foreign:
    """
    Raises:
        ImportFailed: one sentence on the first thing that does not fit, or that pythae is not installed.
    """
    file = path / "model_config.json"
    config = settings_of(file)
    name = config.get("name")
    if name not in CLASSES:
        raise ImportFailed(
            f"{file.name}: {str(name)[:80]!r} has codes of another kind; opened are {', '.join(CLASSES)}."
        )
    pickles = [
        half
        for half in ("encoder", "decoder")
        if (path / f"{half}.pkl").exists() or config.get(f"uses_default_{half}") is False
    ]
    if pickles:
        raise ImportFailed(
            f"The {' and '.join(pickles)} of this pythae model {'is' if len(pickles) == 1 else 'are'} pickled code, which is never "
            "opened; write model.encoder and model.decoder with torch.onnx.export and import these files."
        )
    number(config, "latent_dim", file)
    sizes = config.get("input_dim")
    if not isinstance(sizes, list) or not all(type(size) is int and 0 < size < 2**16 for size in sizes):
        raise ImportFailed(f"{file.name}: 'input_dim' is {str(sizes)[:80]}; the sizes of an image are needed.")
    _, shape = layout_of(tuple(sizes), "model")
    weights = tensors_of(path / "model.pt").get("model_state_dict")
    model = _built(path, name)
    load_weights(model, weights, "model.pt")
    settings: dict[str, Any] = {"beta": getattr(model.model_config, "beta", 1.0 if name == "VAEConfig" else None)}
    # Half of the squared error is a Gaussian's with σ = 1, up to a constant.
    bernoulli = getattr(model.model_config, "reconstruction_loss", "mse") == "bce"
    settings |= {"likelihood": "bernoulli"} if bernoulli else {"likelihood": "gaussian", "sigma": 1.0}
    return from_torch(
        f"pythae {CLASSES[name][1]}", model, shape, int(model.latent_dim), encode=_encode, decode=_decode,
        values=request.values or Values(), settings=settings,
    )  # fmt: skip


def _built(path: Path, name: str) -> Any:
    module, kind = CLASSES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pythae's own imports
        try:
            library = import_module(f"pythae.models.{module}")
            auto = import_module("pythae.models.auto_model").AutoConfig
        except ImportError as error:
            raise ImportFailed(
                "pythae builds its own models: `pip install pythae`, then import this folder again."
            ) from error
        try:
            with torch.random.fork_rng(devices=[]):
                return getattr(library, kind)(auto.from_json_file(str(path / "model_config.json")))
        except Exception as error:  # pydantic's, and whatever a model raises at settings of another version
            raise ImportFailed(
                "pythae cannot build a model from this model_config.json; it may be of another version."
            ) from error


def _encode(model: Any, x: Tensor) -> tuple[Tensor, ...]:
    found = model.encoder(x)
    logvar = found.get("log_covariance", None)
    return (found["embedding"],) if logvar is None else (found["embedding"], logvar)


def _decode(model: Any, z: Tensor) -> Tensor:
    return model.decoder(z)["reconstruction"]
