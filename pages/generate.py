"""Generate: samples, variations of a test image, and downloads."""

import streamlit as st

from explorer import library
from explorer.generate.rows import rows
from explorer.generate.samples import samples
from explorer.generate.variations import variations
from explorer.runs.selection import current_run
from explorer.shell.controls import empty_state, tabbed
from vae_core.models.vq_vae import VQVAE

st.title("Generate")
run = current_run()
if run is None:
    empty_state("There is no trained model to draw from yet.", "train", "Train one")
else:
    tabs = {"From the prior": rows if run.config.data_kind == "table" else samples}
    if run.config.data_kind == "images" and not isinstance(
        library.model_of(run), VQVAE
    ):  # code indices have no small variations
        tabs["Around an image"] = variations
    tabbed("generate", tabs, run, library.latents(run))
