"""Values that the form starts from: defaults, presets, and what a change of family brings."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vae_core.datasets.base import DataConfig
from vae_core.jobs import setting_names
from vae_core.models import MODELS, ModelConfig
from vae_core.training import TrainConfig

from .fields import defaults_of, seed_form
from .presets import PRESETS

PREFIX = "train"
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
