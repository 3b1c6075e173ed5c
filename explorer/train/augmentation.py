"""Augmentation in the form, and on the images of the preview."""

from __future__ import annotations

from typing import Any

import streamlit as st
from torch import Tensor

from vae_core.training import TrainConfig
from vae_core.training.augmentation import SETTINGS as AUGMENTATIONS
from vae_core.training.augmentation import augmented, augments
from vae_core.training.batches import as_bytes, as_floats

from .defaults import PREFIX
from .fields import config_form


def augmentation_fields() -> dict[str, Any]:
    """The settings in an expander; returns their values."""
    with st.expander("Augmentation", icon=":material/auto_fix_high:"):
        values: dict[str, Any] = {}
        for column, names in zip(st.columns(2), (AUGMENTATIONS[::2], AUGMENTATIONS[1::2]), strict=True):
            with column:
                values |= config_form(TrainConfig, names, PREFIX)
        st.caption("Random changes of each training image, new at every step; 0 is off. Test images stay as they are.")
    return values


def augmentation() -> TrainConfig | None:
    """The settings in the form, or None where all are off."""
    chosen = {name: st.session_state.get(f"{PREFIX}.{name}") for name in AUGMENTATIONS}
    config = TrainConfig.from_dict({name: value for name, value in chosen.items() if value is not None})
    return config if augments(config) else None


def augmented_bytes(images: Tensor, config: TrainConfig | None) -> Tensor:
    """uint8 images `(n, C, H, W)` as a training step would see them."""
    return images if config is None else as_bytes(augmented(as_floats(images), 0, config))
