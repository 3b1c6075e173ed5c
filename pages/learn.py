"""Learn: the theory in short chapters, each with one thing to move."""

import streamlit as st

from explorer.learn.chapters import chapters

st.title("Learn")
chapters()
