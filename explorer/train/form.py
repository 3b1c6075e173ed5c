"""The Train page's form: settings, and the button that queues runs."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS, sources
from vae_core.datasets.base import DataConfig
from vae_core.glossary import meaning
from vae_core.jobs import setting_names
from vae_core.models import ModelConfig, family
from vae_core.models.vae import VAE
from vae_core.training import TrainConfig

from ..presses import pressed
from ..shell.errors import explain_error
from .augmentation import AUGMENTATIONS, augmentation_fields
from .choice import OWN, dataset_of, saved
from .cost import cost_text
from .defaults import PREFIX, apply_family_defaults, apply_preset, fit_family, seed_defaults
from .fields import config_form
from .fit import apply_fitted
from .kinds import MODELS_OF, SETTINGS_OF, default_family, fits, has_own_images, kind_in_form
from .own_preview import SHAPE, own_settings_of_data
from .own_source import own_source, select_new
from .parsing import beta_norm, betas_of, takes_beta, variants_of
from .presets import PRESETS
from .start import train

#: Settings shown at once; every other one is under "More settings".
MAIN = ("latent_dim", "network", "epochs", "batch_size", "lr")


def preset_pills() -> None:
    """The presets, and a caption on the chosen one."""
    titles = {name: preset.title for name, preset in PRESETS.items()}
    chosen = st.pills(
        "Start from", list(titles), format_func=titles.__getitem__, key=f"{PREFIX}.preset", on_change=apply_preset,
        persist_state="session",
    )  # fmt: skip
    if chosen:
        preset = PRESETS[chosen]
        st.caption(preset.about + (f" {cost_text(chosen)}" if preset.timed else ""))


def data_field() -> str:
    """The choice of data; returns the name of a registered set, an upload, or OWN."""
    titles = {name: source.title for name, source in sources().items()}
    titles |= {choice: f"{upload.title} · {upload.count}" for choice, upload in saved().items()}
    titles[OWN] = "Your own images or table …"
    key = f"{PREFIX}.dataset"
    if st.session_state.get(key) not in titles:
        st.session_state[key] = OWN  # an upload that is no longer there
    return st.selectbox(
        "Data", list(titles), format_func=titles.__getitem__, key=key, persist_state="session", on_change=fit_family
    )


def family_field() -> str:
    """The choice of model family; returns its registered name."""
    models = MODELS_OF[kind_in_form()]
    if not fits(st.session_state[f"{PREFIX}.model"]):
        st.session_state[f"{PREFIX}.model"] = default_family()
    titles = {name: f"{kind.title} · {kind.group.lower()}" for name, kind in models.items()}
    return st.selectbox(
        "Model",
        list(titles),
        format_func=titles.__getitem__,
        key=f"{PREFIX}.model",
        persist_state="session",
        on_change=apply_family_defaults,
    )


def beta_field() -> str:
    """The values of β, as typed."""
    return st.text_input(
        "β", key=f"{PREFIX}.beta", persist_state="session",
        help=f"{meaning('β')} Several values, as in 1, 4, 16, train one model each.",
    )  # fmt: skip


def seeds_field() -> str:
    """The seeds to train with, as typed."""
    return st.text_input(
        "Seeds", key=f"{PREFIX}.seeds", persist_state="session",
        help=f"{meaning('Seed')} Several, as in 0, 1, 2, train the same model again; from three on, the most reproducible is picked without labels.",
    )  # fmt: skip


def show_beta_norm(betas: list[float], shape: tuple[int, ...] | None) -> None:
    """β_norm as a caption, where the image `shape` (C, H, W) is known."""
    latent = st.session_state.get(f"{PREFIX}.latent_dim")
    if shape and latent:
        pixels = shape[0] * shape[1] * shape[2]
        norms = ", ".join(f"{beta_norm(beta, latent, pixels):.3g}" for beta in betas)
        st.caption(f"β_norm = β · {latent} latent dimensions / {pixels:,} pixels = {norms}")


def variant_fields(model: str, shape: tuple[int, ...] | None) -> list[dict[str, Any]]:
    """The values of β, if the family has any, and of the seed; returns one dictionary of both for each model to train.

    Raises:
        ConfigError: a text that cannot be parsed, or too many models.
    """
    if not takes_beta(model):
        return variants_of(model, "", seeds_field())
    left, right = st.columns(2)
    with left:
        betas = beta_field()
    with right:
        seeds = seeds_field()
    show_beta_norm(betas_of(betas), shape)
    return variants_of(model, betas, seeds)


def model_and_training_fields(model: str, dataset: str) -> dict[str, Any]:
    """The main settings in two columns, the others in expanders; returns their values and those beside the preview.

    Raises:
        ConfigError: a text that cannot be parsed.
    """
    config = family(model).Config
    family_settings = own_settings(config)
    values: dict[str, Any] = {}
    columns = st.columns(2)
    for index, name in enumerate((*MAIN, *family_settings)):
        source = TrainConfig if name in setting_names(TrainConfig) else config
        with columns[index % 2]:
            values |= config_form(source, [name], PREFIX)
    if kind_in_form() == "images":
        values |= augmentation_fields()
    with st.expander("More settings"):
        st.text_input("Name", key=f"{PREFIX}.name", placeholder="after data and β", persist_state="session")
        beside = SHAPE if has_own_images(dataset) else ()
        values |= config_form(DataConfig, [name for name in SETTINGS_OF[kind_in_form()] if name not in beside], PREFIX)
        rest = [name for name in setting_names(config) if name not in (*MAIN, *family_settings, "beta")]
        values |= config_form(config, rest, PREFIX)
        rest = [name for name in setting_names(TrainConfig) if name not in (*MAIN, *AUGMENTATIONS, "seed")]
        values |= config_form(TrainConfig, rest, PREFIX)
    return values | (own_settings_of_data() if has_own_images(dataset) else {})


def own_settings(config: type[ModelConfig]) -> list[str]:
    """A family's settings beyond those of the VAE and β, without the advanced ones."""
    classes = [cls for cls in reversed(config.__mro__) if cls not in VAE.Config.__mro__]
    named = dict.fromkeys(name for cls in classes for name in inspect.get_annotations(cls))
    advanced = {field.name for field in dataclasses.fields(config) if field.metadata["advanced"]}
    return [name for name in named if name not in (*MAIN, "beta") and name not in advanced]


def shape_of(dataset: str) -> tuple[int, ...] | None:
    """(C, H, W) of the images in training; None for the user's own images, which are not opened yet."""
    source = DATASETS.get(dataset)
    if source is None:
        return None
    side = st.session_state.get(f"{PREFIX}.image_size") or source.shape[1]
    return source.shape[0], side, side


def form() -> None:
    """The form, and the button that queues the runs it describes."""
    select_new()
    seed_defaults()
    apply_fitted()
    preset_pills()
    left, right = st.columns(2)
    with left:
        dataset = data_field()
    with right:
        model = family_field()
    if dataset == OWN:
        own_source()
    try:
        variants = variant_fields(model, shape_of(dataset))
        settings = model_and_training_fields(model, dataset)
    except BetascopeError as error:
        explain_error(error)
        return
    label = f"Train {len(variants)} models" if len(variants) > 1 else "Train"
    if pressed(label, key="train.start", type="primary", icon=":material/play_arrow:", width="stretch"):
        train(dataset_of(dataset), model, variants, settings)
