"""The models that chapters move: those of the gallery."""

from __future__ import annotations

from vae_core.analysis import latents_file
from vae_core.runs import Run

from .. import library


def codes_file(run: Run) -> str:
    """The name of the file with the codes of the run's test images, which browsers fetch; computed where it is missing."""
    library.latents(run)
    return latents_file(run).name
