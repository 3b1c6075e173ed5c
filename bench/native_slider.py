"""Streamlit's own slider and image, over the same model. `bench.live` measures it."""

import sys
from pathlib import Path

import streamlit as st
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from explorer.images.files import png_address
from explorer.images.sheets import enlarge, to_pixels
from vae_core.runs import Store
from vae_core.serving import MODEL_CACHE

model = MODEL_CACHE.model(Store().open("gallery/sprites-beta-1"))
z = torch.zeros(1, model.config.latent_dim)
z[0, 0] = st.slider("z0", -3.0, 3.0, 0.0)
with torch.no_grad():
    image = model.decode(z)[0]
st.image(png_address(enlarge(to_pixels(image), 320)))
