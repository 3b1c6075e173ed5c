"""The page of one run."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from vae_core.analysis import rows_named
from vae_core.runs import Run

from .. import library
from ..images.originals import missing_data_notice
from ..runs.conditions import condition_field
from ..state import session
from .downloads import download_buttons
from .histories import item_path
from .keyframes import actions, choose
from .path import live
from .rows import row_path


def view(run: Run) -> None:
    """Keyframes, the path between them, and downloads."""
    named = rows_named(session().view.get("keys", ""))
    codes = library.latents(run, [*named, *session().picked()])
    keyframes = choose(run, codes)
    keys = [keyframe.text for keyframe in keyframes]
    actions(codes, keys)
    if len(keyframes) < 2:
        st.info("Choose two keyframes or more to walk between.", icon=":material/info:")
    elif run.config.data_kind != "images":
        places = torch.from_numpy(np.stack([keyframe.z for keyframe in keyframes]))
        if run.config.data_kind == "table":
            row_path(run, places, keyframes)
        else:
            item_path(run, places)
        return
    else:
        label = condition_field(run, codes, keyframes[0].row)
        live(run, codes, keyframes, label)
        download_buttons(run, torch.from_numpy(np.stack([keyframe.z for keyframe in keyframes])), keys, label)
    if run.config.data_kind == "images":
        missing_data_notice(run)
