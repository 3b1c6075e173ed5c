"""The Train page's form: what a person may set, and from there to queued runs."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import streamlit as st

from vae_core.config import ConfigError
from vae_core.datasets import DATASETS
from vae_core.datasets.base import DataConfig
from vae_core.jobs import configure, setting_names
from vae_core.models import MODELS, ModelConfig
from vae_core.models.vae import VAE
from vae_core.runs import Run, submit
from vae_core.training import TrainConfig

from . import library
from .forms import beta_norm, betas_of, config_form, defaults_of, seed_form
from .presets import PRESETS

PREFIX = "train"
OWN = "own"
#: What stands in the open; every other setting is under "More settings".
MAIN = ("latent_dim", "network", "epochs", "batch_size", "lr")
DATA_SETTINGS = ("size", "image_size", "leave_out")


def seed_defaults() -> None:
    """Values for every widget that has none yet: the first preset's, on the defaults of all families."""
    if f"{PREFIX}.preset" not in st.session_state:
        st.session_state[f"{PREFIX}.preset"] = "digits"
        apply_preset()
    seed_form(_all_defaults(), PREFIX)


def apply_preset() -> None:
    """Fill the whole form from the preset that was just chosen."""
    chosen = st.session_state.get(f"{PREFIX}.preset")
    if chosen is not None:
        preset = PRESETS[chosen]
        own = defaults_of(MODELS[preset.settings["model"]].Config)
        seed_form(_all_defaults() | own | {"beta": preset.beta} | preset.settings, PREFIX, overwrite=True)


def _all_defaults() -> dict[str, Any]:
    found: dict[str, Any] = {"dataset": "digits", "model": "beta_vae", "folder": "", "name": "", "data_seed": 0}
    for kind in reversed(MODELS.values()):
        found |= defaults_of(kind.Config)
    data = defaults_of(DataConfig)
    return found | defaults_of(TrainConfig) | {name: data[name] for name in DATA_SETTINGS} | {"beta": "1"}


def _leave_preset() -> None:
    """Other data or another model: the settings stay, but they are no longer the preset's."""
    st.session_state[f"{PREFIX}.preset"] = None


def _other_family() -> None:
    """What the families name alike may mean and default to something else in each; what all share stays."""
    _leave_preset()
    config = MODELS[st.session_state[f"{PREFIX}.model"]].Config
    own = {name: value for name, value in defaults_of(config).items() if name not in setting_names(ModelConfig)}
    if "beta" in own:
        own["beta"] = f"{own['beta']:g}"
    seed_form(own, PREFIX, overwrite=True)


def preset_pills() -> None:
    titles = {name: preset.title for name, preset in PRESETS.items()}
    chosen = st.pills(
        "Start from", list(titles), format_func=titles.__getitem__, key=f"{PREFIX}.preset", on_change=apply_preset,
        persist_state="session",
    )  # fmt: skip
    if chosen:
        st.caption(PRESETS[chosen].about)


def data_field() -> str:
    """Returns a registered name, or OWN."""
    titles = {name: source.title for name, source in DATASETS.items()} | {OWN: "Your own images …"}
    return st.selectbox(
        "Data",
        list(titles),
        format_func=titles.__getitem__,
        key=f"{PREFIX}.dataset",
        persist_state="session",
        on_change=_leave_preset,
    )


def path_field() -> str:
    """The path of the person's own images."""
    return st.text_input(
        "Folder, .zip, .npz or .npy", key=f"{PREFIX}.folder", placeholder="/home/me/pictures", persist_state="session",
        help="On the computer that runs Betascope. Folders inside the folder become labels.",
    ).strip()  # fmt: skip


def family_field() -> str:
    titles = {name: f"{kind.title} · {kind.group.lower()}" for name, kind in MODELS.items()}
    return st.selectbox(
        "Model",
        list(titles),
        format_func=titles.__getitem__,
        key=f"{PREFIX}.model",
        persist_state="session",
        on_change=_other_family,
    )


def beta_field(shape: tuple[int, ...] | None) -> list[float]:
    """One β or several; β_norm beside them.

    Raises:
        ConfigError: not numbers.
    """
    text = st.text_input(
        "β", key=f"{PREFIX}.beta", persist_state="session",
        help="The weight of the rate. One value trains one model; several, as in 1, 4, 16, train one model each.",
    )  # fmt: skip
    betas = betas_of(text)
    latent = st.session_state.get(f"{PREFIX}.latent_dim")
    if shape and latent:
        pixels = shape[0] * shape[1] * shape[2]
        norms = ", ".join(f"{beta_norm(beta, latent, pixels):.3g}" for beta in betas)
        st.caption(f"β_norm = β · {latent} latent dimensions / {pixels:,} pixels = {norms}")
    return betas


def model_and_training_fields(model: str) -> dict[str, Any]:
    """The settings in the open, two by two, then the rest in an expander.

    Raises:
        ConfigError: a text that does not say what its setting takes.
    """
    config = MODELS[model].Config
    own = own_settings(config)
    values: dict[str, Any] = {}
    columns = st.columns(2)
    for index, name in enumerate((*MAIN, *own)):
        source = TrainConfig if name in setting_names(TrainConfig) else config
        with columns[index % 2]:
            values |= config_form(source, [name], PREFIX)
    with st.expander("More settings"):
        st.text_input("Name", key=f"{PREFIX}.name", placeholder="after data and β", persist_state="session")
        values |= config_form(DataConfig, DATA_SETTINGS, PREFIX)
        rest = [name for name in setting_names(config) if name not in (*MAIN, *own, "beta")]
        values |= config_form(config, rest, PREFIX)
        values |= config_form(TrainConfig, [name for name in setting_names(TrainConfig) if name not in MAIN], PREFIX)
    return values


def own_settings(config: type[ModelConfig]) -> list[str]:
    """What a family asks beyond the VAE and β, less what few people change."""
    classes = [cls for cls in reversed(config.__mro__) if cls not in VAE.Config.__mro__]
    named = dict.fromkeys(name for cls in classes for name in inspect.get_annotations(cls))
    advanced = {field.name for field in dataclasses.fields(config) if field.metadata["advanced"]}
    return [name for name in named if name not in (*MAIN, "beta") and name not in advanced]


def shape_of(dataset: str) -> tuple[int, ...] | None:
    """(C, H, W) as it will be trained on; None for images not opened yet."""
    source = DATASETS.get(dataset)
    if source is None:
        return None
    side = st.session_state.get(f"{PREFIX}.image_size") or source.shape[1]
    return source.shape[0], side, side


def start(dataset: str, model: str, betas: list[float] | None, settings: dict[str, Any]) -> list[Run]:
    """Queue one run per β, all or none.

    Raises:
        BetascopeError: one sentence on the first thing that does not fit; nothing was queued.
    """
    if not dataset:
        raise ConfigError("Write the path of your images, or choose a data set that comes with Betascope.")
    given = {name: value for name, value in settings.items() if value is not None}
    name = st.session_state.get(f"{PREFIX}.name", "").strip()
    if betas is None:
        configs = [configure(dataset, model, name=name, **given)]
    else:
        names = [f"{name} β={beta:g}" if name and len(betas) > 1 else name for beta in betas]
        configs = [
            configure(dataset, model, name=each, beta=beta, **given) for each, beta in zip(names, betas, strict=True)
        ]
    return [submit(library.store(), config) for config in configs]
