"""Train: choose data, model and β, and follow the training."""

import streamlit as st

from explorer.train.elsewhere import elsewhere
from explorer.train.form import form
from explorer.train.result import result

st.title("Train")
with st.container(key="split-train"):
    with st.container():
        form()
        elsewhere()
    with st.container():
        result()
