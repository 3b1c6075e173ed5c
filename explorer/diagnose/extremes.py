"""The test images with the largest and smallest distortion."""

from __future__ import annotations

import numpy as np
import streamlit as st

from vae_core.analysis import Latents
from vae_core.runs import Run

from ..figures.style import PLAIN
from ..figures.tables import meanings
from ..images.originals import show_pairs
from .figures import distortion_figure

SHOWN = 12


def extremes(run: Run, codes: Latents) -> None:
    """The test images with the largest and smallest distortion, and the spread over all and per class."""
    order = np.argsort(codes.distortion, kind="stable")
    for title, rows in (("Worst", order[::-1][:SHOWN]), ("Best", order[:SHOWN])):
        st.header(title)
        indices = [int(row) for row in rows]
        show_pairs(run, indices, columns=SHOWN)
        low, high = codes.distortion[rows].min(), codes.distortion[rows].max()
        st.caption(f"Originals over reconstructions; distortion from {low:.1f} to {high:.1f} nats, of {len(codes):,} test images.")  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        figure = distortion_figure(codes.distortion)
        st.plotly_chart(figure, key="diagnose.histogram", config=PLAIN, alt="Distortion of the test images")
    if codes.labels is not None and codes.class_names:
        with right:
            table = per_class(codes)
            st.dataframe(table, key="diagnose.classes", hide_index=True, column_config=meanings(table[0]))


def per_class(codes: Latents) -> list[dict[str, object]]:
    """A table row per class: number of images, mean distortion and rate in nats, largest distortion first."""
    rows = []
    assert codes.labels is not None
    for label in np.unique(codes.labels):
        members = codes.labels == label
        row: dict[str, object] = {"Class": codes.class_names[int(label)], "Images": int(members.sum())}
        row["Distortion"] = round(float(codes.distortion[members].mean()), 2)
        rows.append(
            row | ({"Rate": round(float(codes.rate[members].sum(1).mean()), 2)} if codes.rate is not None else {})
        )
    return sorted(rows, key=lambda row: -float(str(row["Distortion"])))
