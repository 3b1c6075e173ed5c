"""Generate: new images, variations of one, and files of many."""

import streamlit as st

from explorer import library
from explorer.generating import samples, variations
from explorer.state import session
from explorer.widgets import current_run, empty_state
from vae_core.models.vq_vae import VQVAE

st.title("Generate")
run = current_run()
if run is None:
    empty_state("There is no trained model to draw from yet.", "train", "Train one")
else:
    tabs = {"From the prior": samples}
    if not isinstance(library.model_of(run), VQVAE):  # words do not vary by a little
        tabs["Around an image"] = variations
    if (kept := session().view.get("tab")) in tabs:
        st.session_state.setdefault("generate.tab", kept)
    found = st.tabs(list(tabs), key="generate.tab", on_change="rerun")
    for (name, show), tab in zip(tabs.items(), found, strict=True):
        if tab.open:
            session().keep("tab", None if tab is found[0] else name)
            with tab, st.container(key=f"stack-generate-{found.index(tab)}"):
                show(run, library.latents(run))
