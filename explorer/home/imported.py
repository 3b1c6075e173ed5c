"""A run from elsewhere: a ZIP that "Take away" or `export --run` has written."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from vae_core.config import BetascopeError
from vae_core.runs.archive import unpack
from vae_core.runs.intake import Imported

from .. import library
from ..access.modes import allowed, needs
from ..access.owners import claim
from ..access.usage import check_room
from ..presses import pressed
from ..runs.actions import explore
from ..shell.errors import explain_error

#: Session keys: the uploader's number, a new one for each file; the sentence on the last import.
NUMBER, OUTCOME = "home.import.number", "home.import.outcome"


def import_menu() -> None:
    """A menu with an upload, where uploads are on; what was taken in is among the runs at once."""
    if not allowed("upload"):
        return
    with st.popover("Import a run", icon=":material/upload_file:"):
        st.file_uploader(
            'ZIP of a run, as "Take away" in the sidebar or `export --run` writes it',
            type="zip", key=f"home.import.{st.session_state.get(NUMBER, 0)}", on_change=take_in,
        )  # fmt: skip
        try:
            show_outcome(st.session_state.get(OUTCOME))
        except BetascopeError as error:
            explain_error(error)


def show_outcome(outcome: Imported | BetascopeError | None) -> None:
    """What came of the last file.

    Raises:
        BetascopeError: why it was not taken in, or that the run is gone since.
    """
    if isinstance(outcome, BetascopeError):
        raise outcome
    if outcome is not None:
        id = outcome.run.id
        st.success(f"`{id}` was here already." if outcome.known else f"Imported as `{id}`.", icon=":material/check:")
        if pressed("Explore it", key="home.import.explore", icon=":material/tune:"):
            explore(library.find(id))


@needs("upload")
def imported(file: UploadedFile) -> Imported:
    """A ZIP of a run, taken into the store as the current client's.

    Raises:
        BetascopeError: what is wrong with it, or no room.
    """
    check_room(library.store(), file.size)
    found = unpack(library.store(), file, file.name)
    if not found.known:
        claim(found.run.path)
    return found


def take_in() -> None:
    """Take the uploaded file into the store; the uploader is empty afterwards."""
    number = st.session_state.get(NUMBER, 0)
    file = st.session_state.get(f"home.import.{number}")
    if file is None:
        return
    st.session_state[NUMBER] = number + 1
    try:
        st.session_state[OUTCOME] = imported(file)
    except BetascopeError as error:
        st.session_state[OUTCOME] = error
