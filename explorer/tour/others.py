"""The tours that are there: shipped with the gallery, or saved in the store; and tours from a file."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from vae_core.config import BetascopeError

from ..access.modes import allowed
from ..presses import pressed
from ..stage.playing import play
from ..stage.saved import delete, own_tours, shipped_tours, tour_of
from ..stage.tours import LARGEST, Tour, TourError, from_bytes, to_text
from ..state import session


def others() -> None:
    """A line for each tour with its buttons, and a field for a file."""
    st.header("All tours")
    own = own_tours()
    for name in (*own, *shipped_tours()):
        with st.container(horizontal=True, vertical_alignment="center", key=f"tour-{name.replace('/', '-')}"):
            _line(name, own.get(name))
    if not allowed("upload"):
        return
    file = st.file_uploader(
        "Open a tour", ["json"], key="tour.file", max_upload_size=1, help="A file that Download has made"
    )
    if file is not None and st.session_state.get("tour.opened") != file.file_id:
        st.session_state["tour.opened"] = file.file_id
        try:
            session().set_view("tour", to_text(opened(file.name, file.getvalue())))
        except BetascopeError as error:
            st.error(f"{error} Nothing was opened.", icon=":material/error:")
        else:
            st.rerun()


def opened(name: str, content: bytes) -> Tour:
    """The tour in a file.

    Raises:
        TourError: it is too large, or no tour.
    """
    if len(content) > LARGEST:
        raise TourError(f"{name} has {len(content):,} bytes; a tour has at most {LARGEST:,}.")
    return from_bytes(content, name)


def _line(name: str, folder: Path | None) -> None:
    try:
        tour = tour_of(name)
    except BetascopeError as error:
        st.markdown(f":red[{error}]")
    else:
        st.markdown(f"**{tour.title}** :small[{len(tour.views)} views]")
        if pressed("Play", key=f"tour.play.{name}", icon=":material/play_arrow:", type="primary"):
            play(name)
        st.button("Edit", key=f"tour.edit.{name}", on_click=lambda: session().set_view("tour", name))
    if folder is not None and allowed("tour", folder):
        st.button(
            "Delete",
            key=f"tour.delete.{name}",
            icon=":material/delete:",
            type="tertiary",
            on_click=_delete,
            args=(name,),
        )


def _delete(name: str) -> None:
    try:
        delete(name)
    except BetascopeError as error:
        st.toast(str(error), icon=":material/error:")
    if session().view.get("tour") == name:
        session().set_view("tour", None)
