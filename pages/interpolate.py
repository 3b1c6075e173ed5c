"""Interpolate: walk from image to image through latent space."""

import numpy as np
import streamlit as st
import torch

from explorer import library
from explorer.conditions import condition_field
from explorer.interpolating import live, take_away
from explorer.keyframing import actions, choose
from explorer.pictures import say_what_is_missing
from explorer.state import session
from explorer.widgets import current_run, empty_state
from vae_core.analysis import rows_named
from vae_core.runs import Run


def explore(run: Run) -> None:
    named = rows_named(session().view.get("keys", ""))
    codes = library.latents(run, [*named, *session().picked()])
    keyframes = choose(run, codes)
    keys = [place.text for place in keyframes]
    actions(codes, keys)
    if len(keyframes) < 2:
        st.info("Choose two keyframes or more to walk between.", icon=":material/info:")
    else:
        label = condition_field(run, codes, keyframes[0].row)
        live(run, codes, keyframes, label)
        take_away(run, torch.from_numpy(np.stack([place.z for place in keyframes])), keys, label)
    say_what_is_missing(run)


st.title("Interpolate")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    explore(run)
