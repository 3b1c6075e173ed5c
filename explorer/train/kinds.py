"""Which kind of data the form describes, and the families and settings that go with it."""

from __future__ import annotations

import streamlit as st

from vae_core.datasets import kind_of
from vae_core.models import MODELS, ROW_MODELS, Model

from .choice import dataset_of, is_own

#: Kind of data → families that learn from it, and settings of the data.
MODELS_OF: dict[str, dict[str, type[Model]]] = {
    "images": MODELS,
    **{
        kind: {name: model for name, model in ROW_MODELS.items() if model.data_kind == kind}
        for kind in ("table", "history")
    },
}
SETTINGS_OF = {
    "images": ("size", "image_size", "leave_out"),
    "table": ("label", "kinds", "size", "leave_out"),
    "history": ("min_rating", "min_events", "size"),
}


def kind_in_form() -> str:
    """The kind of the chosen data."""
    return kind_of(dataset_of(st.session_state["train.dataset"]))


def has_own_images(choice: str) -> bool:
    """Whether a choice in the form is a person's own images, read with the settings beside their preview."""
    return is_own(choice) and kind_of(dataset_of(choice)) == "images"


def fits(model: str) -> bool:
    """Whether the family learns from the chosen data."""
    return model in MODELS_OF[kind_in_form()]


def default_family() -> str:
    """The family to begin with, of those that learn from the chosen data."""
    models = MODELS_OF[kind_in_form()]
    return "beta_vae" if "beta_vae" in models else next(iter(models))
