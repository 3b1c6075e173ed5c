"""Where a person's own images or table come from: files from the browser, a path on the server, or the Hugging Face hub."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.datasets.own import uploads
from vae_core.datasets.own.limits import LIMITS, MIB
from vae_core.datasets.own.reading import reported_to

from .. import library
from ..access.modes import allowed, needs, require
from ..access.owners import claim
from ..access.usage import check_room
from ..presses import pressed
from ..shell.errors import explain_error
from .choice import OWN, UPLOAD, saved
from .defaults import PREFIX, fit_family

SOURCES = {
    "files": ":material/upload: Files",
    "path": ":material/folder: Path",
    "hub": ":material/cloud_download: Hugging Face",
}
#: The upload to select in the next run of the script, and how often files were taken.
_NEW, _ROUND = f"{PREFIX}.new_upload", f"{PREFIX}.upload_round"


def select_new() -> None:
    """Choose the data set that was just uploaded; before the widgets are there."""
    if new := st.session_state.pop(_NEW, None):
        st.session_state[f"{PREFIX}.dataset"] = new
        fit_family()


def own_source() -> None:
    """Widgets for data that is not saved yet."""
    source = st.segmented_control(
        "Where your data is", list(SOURCES), format_func=SOURCES.__getitem__, key=f"{PREFIX}.source", required=True,
        persist_state="session", on_change=fit_family,
    )  # fmt: skip
    if source == "path":
        st.text_input(
            "Folder, .zip, .npz, .npy, .csv or .parquet", key=f"{PREFIX}.folder", placeholder="/home/me/pictures",
            persist_state="session", on_change=fit_family,
            help="A path on the computer that runs Betascope; subfolders become labels, and each row of a table is an item.",
        )  # fmt: skip
    elif source == "hub":
        st.text_input(
            "Data set", key=f"{PREFIX}.hub", placeholder="ylecun/mnist or ylecun/mnist:test", persist_state="session",
            help="Its name on huggingface.co, and a split if you want only one; downloaded on first use.",
        )  # fmt: skip
    else:
        upload_files()


def upload_files() -> None:
    """The uploader; files are checked and saved as soon as they are there."""
    number = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        "Images, a .zip of folders, an .npz, or a table", accept_multiple_files=True, key=f"{PREFIX}.files.{number}",
        type=[suffix[1:] for suffix in uploads.ACCEPTED], max_upload_size=LIMITS.upload_bytes // MIB,
        help="First-level folders of a .zip become labels; a labels.csv (file,label) beside images has them, too. A table is a .csv, .tsv or .parquet.",
    )  # fmt: skip
    if not files:
        return
    bar = st.progress(0.0, "Checking the files …")
    try:
        with reported_to(lambda done, total: bar.progress(done / total, f"Reading {done:,} of {total:,} images …")):
            upload = saved_upload([(file.name, file.getvalue()) for file in files])
    except BetascopeError as error:
        bar.empty()
        explain_error(error)
        return
    st.session_state[_NEW] = UPLOAD + upload.hash
    st.session_state[_ROUND] = number + 1  # an empty uploader; the files are saved
    st.rerun()


@needs("upload")
def saved_upload(files: Sequence[tuple[str, bytes]]) -> uploads.Upload:
    """Files by name, checked and saved as one data set of the current client's.

    Raises:
        BetascopeError: what is wrong with them, or no room.
    """
    check_room(library.store(), sum(len(content) for _, content in files))
    upload = uploads.add(library.store().root, files)
    claim(upload.folder)
    return upload


def heading(choice: str, dataset: str) -> None:
    """The title of an upload with a menu, or of a person's own data by path; nothing for a registered set."""
    upload = saved().get(choice)
    if upload or choice == OWN:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{upload.title if upload else dataset.rstrip('/').rsplit('/', 1)[-1]}**")
            if upload and allowed("delete", upload.folder):
                manage(upload)


def manage(upload: uploads.Upload) -> None:
    """Rename or delete an upload."""
    with st.popover("Manage", icon=":material/edit:"):
        title = st.text_input("Name", upload.title, key=f"{PREFIX}.title.{upload.hash}")
        try:
            if pressed("Rename", key=f"{PREFIX}.rename", disabled=title == upload.title):
                require("delete", upload.folder)
                uploads.rename(upload, title)
                st.rerun()
            used = sum(upload.hash in run.config.data.name for run in library.openable_runs())
            st.caption(
                f"{upload.bytes / MIB:,.1f} MiB on this computer. "
                + (
                    f"{used} run{'s' * (used > 1)} learned from it and will show decoded images without it."
                    if used
                    else "No run uses it."
                )
            )
            if pressed("Delete", key=f"{PREFIX}.delete", icon=":material/delete:"):
                require("delete", upload.folder)
                uploads.delete(upload)
                st.session_state[_NEW] = OWN
                st.rerun()
        except BetascopeError as error:
            explain_error(error)
