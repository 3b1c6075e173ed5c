"""Values of the form: defaults, presets, and the defaults of a newly chosen family."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vae_core.datasets.base import OWN_SETTINGS, DataConfig
from vae_core.jobs import setting_names
from vae_core.models import ModelConfig, families, family
from vae_core.training import TrainConfig

from .fields import defaults_of, seed_form
from .kinds import default_family, fits
from .presets import PRESETS

PREFIX = "train"
DATA_SETTINGS = ("size", "image_size", "leave_out", "label", "kinds", "min_rating", "min_events")


def seed_defaults() -> None:
    """Values for every widget that has none yet: the first preset's, on the defaults of all families."""
    if f"{PREFIX}.preset" not in st.session_state:
        st.session_state[f"{PREFIX}.preset"] = "digits"
        apply_preset()
    seed_form(_all_defaults(), PREFIX)


def apply_preset() -> None:
    """Fill the whole form from the chosen preset."""
    chosen = st.session_state.get(f"{PREFIX}.preset")
    if chosen is not None:
        preset = PRESETS[chosen]
        family_defaults = defaults_of(family(preset.settings["model"]).Config)
        seed_form(
            _all_defaults() | family_defaults | {"beta": preset.beta, "seeds": preset.seeds} | preset.settings,
            PREFIX,
            overwrite=True,
        )


def _all_defaults() -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "dataset": "digits",
        "model": "beta_vae",
        "folder": "",
        "name": "",
        "data_seed": 0,
        "seeds": "0",
    }
    for kind in reversed(families().values()):
        defaults |= defaults_of(kind.Config)
    data = defaults_of(DataConfig)
    named = {name: data[name] for name in (*DATA_SETTINGS, *OWN_SETTINGS)}
    return defaults | defaults_of(TrainConfig) | named | {"beta": "1", "source": "files", "hub": ""}


def clear_preset() -> None:
    """Deselect the preset after a change of data or family; the settings stay."""
    st.session_state[f"{PREFIX}.preset"] = None


def fit_family() -> None:
    """After a change of data: another family where the chosen one does not learn from this kind."""
    clear_preset()
    if not fits(st.session_state[f"{PREFIX}.model"]):
        st.session_state[f"{PREFIX}.model"] = default_family()
        apply_family_defaults()


def apply_family_defaults() -> None:
    """Defaults of the chosen family's own settings, as equal names differ between families; shared settings stay."""
    clear_preset()
    config = family(st.session_state[f"{PREFIX}.model"]).Config
    family_defaults = {
        name: value for name, value in defaults_of(config).items() if name not in setting_names(ModelConfig)
    }
    if "beta" in family_defaults:
        family_defaults["beta"] = f"{family_defaults['beta']:g}"
    seed_form(family_defaults, PREFIX, overwrite=True)
