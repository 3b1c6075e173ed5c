"""What can be shown of a run: models and codes from elsewhere may come without an encoder, a decoder or images."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.runs import Run
from vae_core.runs.given import NO_IMAGES

from .names import labels

#: What a page or tab may need: codes of images, a decoder, images and both halves.
CODES, DECODER, RECONSTRUCTIONS = "codes", "decoder", "reconstructions"


def has_codes(run: Run) -> bool:
    """Whether there are codes of images, computed here or given."""
    config = run.config.model
    return run.config.data.name != NO_IMAGES if config.has_encoder else not config.has_decoder


def lacking(run: Run, need: str) -> str:
    """One sentence on why the run has not what is needed, and what would help; "" if it has."""
    config, name = run.config.model, run.config.name
    if need != CODES and not config.has_decoder:
        if config.has_encoder:
            return f"{name} was imported without a decoder, so no image can be drawn from a code; import it again with one."
        return f"{name} is codes without a model, so no image can be drawn from a code; Map and Measure show them."
    if need == DECODER or has_codes(run):
        return ""
    if config.has_encoder:
        return f"{name} was imported without images to encode; import it again with --dataset."
    return (
        f"{name} was imported without an encoder, so no image has a code; Traverse, Interpolate and Generate show it."
    )


def able(runs: Sequence[Run], need: str) -> list[Run]:
    """The runs that have what is needed; a notice says why the others are left out."""
    reasons = {run.id: lacking(run, need) for run in runs}
    for run in runs:
        if why := reasons[run.id]:
            st.info(why if run.config.name == labels(runs)[run.id] else f"{run.id}: {why}", icon=":material/block:")
    return [run for run in runs if not reasons[run.id]]
