"""Home: the gallery, the user's own runs, and where to start."""

import streamlit as st

from explorer import library
from explorer.home.imported import import_menu
from explorer.home.runs import gallery, own_runs, own_title
from explorer.home.welcome import welcome

welcome()
st.header("Gallery")
gallery()
with st.container(horizontal=True, vertical_alignment="center"):
    own_title()
    import_menu()
was_active = bool(library.active_runs())
st.fragment(own_runs, run_every=2.0 if was_active else None)(was_active)
