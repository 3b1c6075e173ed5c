"""The data that the form names: a registered set, an upload, or a person's own by path or on the Hugging Face hub."""

from __future__ import annotations

import streamlit as st

from vae_core.datasets.own import uploads
from vae_core.datasets.own.hub import PREFIX as HUB

from .. import library
from ..access.modes import require

OWN = "own"
UPLOAD = "upload:"


def is_own(choice: str) -> bool:
    """Whether a choice in the form is a person's own data."""
    return choice == OWN or choice.startswith(UPLOAD)


def saved() -> dict[str, uploads.Upload]:
    """Choice → upload, newest first."""
    return {UPLOAD + upload.hash: upload for upload in uploads.listed(library.store().root)}


def dataset_of(choice: str) -> str:
    """What a choice in the form stands for: a registered name, a path, `hf:NAME`, or "" for nothing yet.

    Raises:
        Denied: a path or a name of the hub, where these are off.
    """
    if choice.startswith(UPLOAD):
        upload = saved().get(choice)
        return str(upload.path.absolute()) if upload else ""
    if choice != OWN:
        return choice
    source = st.session_state.get("train.source") or "files"
    if source in ("path", "hub"):
        require("path")
    if source == "path":
        return st.session_state.get("train.folder", "").strip()
    name = st.session_state.get("train.hub", "").strip().removeprefix(HUB)
    return HUB + name if source == "hub" and name else ""
