"""One sentence for each thing that can be wrong."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import Finding, Latents, decode, diagnose
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.originals import missing_data_notice, show_pairs
from ..images.sheets import sheet
from ..navigation import go
from ..state import session


@st.cache_data(max_entries=32, show_spinner="Looking at the model …", hash_funcs=library.BY_PATH)
def _findings(run: Run, version: str, with_images: bool) -> list[Finding]:
    data, _ = library.test_data(run)
    return diagnose(library.model_of(run), library.latents(run), data, run.history())


def checks(run: Run, codes: Latents) -> None:
    """One sentence for each thing that can be wrong, those that are first, each with its evidence and the remedy."""
    at_hand = library.test_data(run)[0] is not None
    found = _findings(run, run.weights_hash(), at_hand)
    wrong = sum(not one.ok for one in found)
    verdict = "Nothing stands out." if not wrong else f"{wrong} of {len(found)} checks want a look."
    st.markdown(f"**{verdict}**")
    for one in found:
        with st.container(border=True):
            icon = ":green[:material/check_circle:]" if one.ok else ":orange[:material/error:]"
            st.markdown(f"{icon} **{one.title}**  \n{one.evidence}")
            if one.remedy:
                st.markdown(f":material/lightbulb: {one.remedy}")
            if one.rows:
                show_pairs(run, one.rows)
                links(run, one.kind, {f"{row}": (codes.mu[row].tolist(), row) for row in one.rows})
            if one.codes is not None:
                labels = 0 if library.model_of(run).conditional else None
                images = decode(library.model_of(run), one.codes, labels)
                st.image(png_address(sheet(images, len(images))), width=100 * len(images), alt="Images drawn from the prior")  # fmt: skip
                links(run, one.kind, {f"draw {place + 1}": (z, None) for place, z in enumerate(one.codes.tolist())})
    missing_data_notice(run)


def links(run: Run, key: str, places: dict[str, tuple[list[float], int | None]]) -> None:
    """A button for each code, by its title, that opens it on Traverse; with the test image whose code it is."""
    with st.container(horizontal=True):
        for title, (z, row) in places.items():
            if st.button(title, icon=":material/tune:", help="Open it on Traverse", key=f"diagnose.to.{key}.{title}"):
                session().set_code(run.id, z, row)
                go("traverse")
