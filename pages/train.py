"""Home."""

import streamlit as st

from explorer import library

st.title("See what β does to a latent space")
st.write([run.id for run in library.openable_runs()])
