"""What a preset costs on this computer, from a few timed steps."""

from __future__ import annotations

import streamlit as st

from vae_core.jobs import configure, cost
from vae_core.training import choose_device
from vae_core.training.device import describe_device

from .parsing import variants_of
from .presets import PRESETS
from .queue import duration


@st.cache_data(show_spinner="Timing a few steps …")
def cost_text(name: str) -> str:
    """ "It takes about 8 min on this computer (CPU, 2 threads)."."""
    preset = PRESETS[name]
    variants = variants_of(preset.settings["model"], preset.beta, preset.seeds)
    seconds = cost([configure(**preset.settings | variant) for variant in variants])
    rounded = 60 * max(1, round(seconds / 60)) if seconds < 3600 else 600 * round(seconds / 600)
    return f"It takes about {duration(rounded).replace(' 0 s', '').replace(' 0 min', '')} on this computer ({describe_device(choose_device('auto'))})."
