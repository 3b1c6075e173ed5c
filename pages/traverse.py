"""Traverse: move one latent dimension at a time and watch the image."""

import streamlit as st

from explorer import library
from explorer.runs.selection import current_run
from explorer.shell.controls import empty_state
from explorer.shell.training_time import training_time
from explorer.traverse.codebook import codebook
from explorer.traverse.histories import recommendations
from explorer.traverse.rows import row_sliders
from explorer.traverse.sliders import sliders
from vae_core.models.vq_vae import VQVAE

OF_ROWS = {"table": row_sliders, "history": recommendations}
st.title("Traverse")
run = current_run()
training_time(run)
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
elif run.config.data_kind in OF_ROWS:
    OF_ROWS[run.config.data_kind](run, library.latents(run))
else:
    show = codebook if isinstance(library.model_of(run), VQVAE) else sliders
    show(run, library.latents(run))
