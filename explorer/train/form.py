"""The Train page's form: what a person may set, and from there to queued runs."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS
from vae_core.datasets.base import DataConfig
from vae_core.jobs import setting_names
from vae_core.models import MODELS, ModelConfig
from vae_core.models.vae import VAE
from vae_core.training import TrainConfig

from ..shell.errors import explain_error
from .defaults import DATA_SETTINGS, PREFIX, _leave_preset, _other_family, apply_preset, seed_defaults
from .fields import config_form
from .parsing import beta_norm, betas_of
from .presets import PRESETS
from .start import train

OWN = "own"
#: What stands in the open; every other setting is under "More settings".
MAIN = ("latent_dim", "network", "epochs", "batch_size", "lr")


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


def form() -> None:
    """The settings, and the button that queues what they describe."""
    seed_defaults()
    preset_pills()
    left, right = st.columns(2)
    with left:
        dataset = data_field()
    with right:
        model = family_field()
    if dataset == OWN:
        dataset = path_field()
    try:
        has_beta = "beta" in MODELS[model].Config.__dataclass_fields__
        betas = beta_field(shape_of(dataset)) if has_beta else None
        settings = model_and_training_fields(model)
    except BetascopeError as error:
        explain_error(error)
        return
    label = f"Train {len(betas)} models" if betas and len(betas) > 1 else "Train"
    if st.button(label, key="train.start", type="primary", icon=":material/play_arrow:", width="stretch"):
        train(dataset, model, betas, settings)
