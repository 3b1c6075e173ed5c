"""Checks of a trained model, each with its evidence and a remedy."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import Finding, Latents, decode, diagnose
from vae_core.datasets import ImageData
from vae_core.runs import Run

from .. import library
from ..histories.items import lists_frame, probabilities
from ..images.files import png_address
from ..images.originals import missing_data_notice, show_pairs
from ..images.sheets import sheet
from ..navigation import go
from ..presses import pressed
from ..state import session
from ..tables.frames import show_rows


@st.cache_data(max_entries=32, show_spinner="Looking at the model …", hash_funcs=library.BY_PATH)
def _findings(run: Run, version: str, with_images: bool) -> list[Finding]:
    data, _ = library.test_data(run)
    images = data if isinstance(data, ImageData) else None
    return diagnose(library.model_of(run), library.latents(run), images, run.history())


def checks(run: Run, codes: Latents) -> None:
    """The findings, failed checks first, each with its evidence, remedy and examples."""
    has_images = library.test_data(run)[0] is not None
    findings = _findings(run, run.weights_hash(), has_images)
    wrong = sum(not finding.ok for finding in findings)
    verdict = "Nothing stands out." if not wrong else f"{wrong} of {len(findings)} checks need attention."
    st.markdown(f"**{verdict}**")
    for finding in findings:
        with st.container(border=True):
            icon = ":green[:material/check_circle:]" if finding.ok else ":orange[:material/error:]"
            st.markdown(f"{icon} **{finding.title}**  \n{finding.evidence}")
            if finding.remedy:
                st.markdown(f":material/lightbulb: {finding.remedy}")
            if finding.rows:
                if run.config.data_kind == "images":
                    show_pairs(run, finding.rows)
                links(run, finding.kind, {f"{row}": (codes.mu[row].tolist(), row) for row in finding.rows})
            if finding.codes is not None and run.config.schema is not None:
                show_rows(run, finding.codes)
            elif finding.codes is not None and run.config.data_kind == "history":
                titles = [f"draw {place + 1}" for place in range(len(finding.codes))]
                st.dataframe(lists_frame(run, probabilities(run, finding.codes), titles))
            elif finding.codes is not None:
                labels = 0 if library.model_of(run).conditional else None
                images = decode(library.model_of(run), finding.codes, labels)
                st.image(png_address(sheet(images, len(images))), width=100 * len(images), alt="Images drawn from the prior")  # fmt: skip
            if finding.codes is not None:
                draws: dict[str, tuple[list[float], int | None]] = {
                    f"draw {index + 1}": (z, None) for index, z in enumerate(finding.codes.tolist())
                }
                links(run, finding.kind, draws)
    if run.config.data_kind == "images":
        missing_data_notice(run)


def links(run: Run, key: str, codes: dict[str, tuple[list[float], int | None]]) -> None:
    """A button for each code that opens it on Traverse.

    codes: title → the code, and the row of the test image that has it, if any; key: makes the keys of buttons unique.
    """
    with st.container(horizontal=True):
        for title, (z, row) in codes.items():
            if pressed(title, icon=":material/tune:", help="Open it on Traverse", key=f"diagnose.to.{key}.{title}"):
                session().set_code(run.id, z, row)
                go("traverse")
