"""Home: the gallery, the own runs, and where to begin."""

import streamlit as st

from explorer import library
from explorer.cards import card_grid, delete
from explorer.navigation import go
from explorer.widgets import empty_state
from vae_core.runs import BrokenRun, Run

PAGE_SIZE = 12

gallery = [run for run in library.gallery_runs() if isinstance(run, Run)]

st.title("See what :violet[β] does to a latent space")
st.markdown(
    "A variational autoencoder squeezes every image through a few numbers, and β sets the price of each nat that "
    "passes. Open a model, drag its numbers, and watch the image follow."
)
with st.container(horizontal=True):
    if st.button("Train a model", key="home.train", type="primary", icon=":material/model_training:"):
        go("train")
    if st.button(
        "Compare across β", key="home.compare", icon=":material/compare:", disabled=not library.openable_runs()
    ):
        go("compare")

st.subheader("Gallery")
if gallery:
    st.caption(
        "Trained and ready. Each row of a picture moves one latent dimension from −2.2 to 2.2, the busiest first."
    )
    card_grid(gallery, "gallery")
else:
    st.caption("The models that ship with Betascope are not in `checkpoints/gallery`; train your own meanwhile.")


def own_runs(was_active: bool) -> None:
    """The user's runs, kept up to date while one of them trains."""
    found = library.own_runs()
    opened = [run for run in found if isinstance(run, Run)]
    broken = [run for run in found if isinstance(run, BrokenRun)]
    if not opened:
        empty_state("Nothing yet. Digits train in under a minute, on any computer.", "train", "Train your first model")
    shown = st.session_state.get("home.shown", PAGE_SIZE)
    card_grid(opened[:shown], "own")
    if len(opened) > shown and st.button(f"Show {len(opened) - shown} more", key="home.more"):
        st.session_state["home.shown"] = len(opened)
        st.rerun()
    if broken:
        broken_runs(broken)
    if was_active and not library.active_runs():
        st.rerun()


def broken_runs(broken: list[BrokenRun]) -> None:
    title = "1 folder that does not open" if len(broken) == 1 else f"{len(broken)} folders that do not open"
    with st.expander(title, icon=":material/heart_broken:"):
        for run in broken:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"`{run.id}`: {run.reason}", width="stretch")
                if st.button("Delete", key=f"broken.{run.id}", type="tertiary", icon=":material/delete:"):
                    delete(run.id)


st.subheader("Your runs")
was_active = bool(library.active_runs())
st.fragment(own_runs, run_every=2.0 if was_active else None)(was_active)
