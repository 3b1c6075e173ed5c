"""What a preset costs on this computer, from a few timed steps."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vae_core.jobs import configure, cost
from vae_core.models import MODELS
from vae_core.training import choose_device
from vae_core.training.device import describe_device

from .parsing import betas_of, seeds_of
from .presets import PRESETS
from .queue import duration


@st.cache_data(show_spinner="Timing a few steps …")
def cost_text(name: str) -> str:
    """ "It takes about 8 min on this computer (CPU, 2 threads)."."""
    preset = PRESETS[name]
    has_beta = "beta" in MODELS[preset.settings["model"]].Config.__dataclass_fields__
    betas: list[dict[str, Any]] = [{"beta": beta} for beta in betas_of(preset.beta)] if has_beta else [{}]
    configs = [configure(**preset.settings | beta, seed=seed) for beta in betas for seed in seeds_of(preset.seeds)]
    seconds = cost(configs)
    rounded = 60 * max(1, round(seconds / 60)) if seconds < 3600 else 600 * round(seconds / 600)
    return f"It takes about {duration(rounded).replace(' 0 s', '').replace(' 0 min', '')} on this computer ({describe_device(choose_device('auto'))})."
