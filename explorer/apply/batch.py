"""Repair of many test images beside plain methods, computed in a process of its own."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from vae_core.analysis.apply.degradations import MASKS
from vae_core.analysis.apply.repair import RepairConfig, is_cached, repair_table
from vae_core.runs import Run

from .. import library
from ..figures.style import COLOURS, GRID, PLAIN, quiet
from .waiting import computed

IMAGES = (32, 64, 128, 256)


def over_test_images(run: Run, task: str, sigma: float, factor: int) -> None:
    """A choice of the damage, a button, and the numbers once they are there."""
    if library.why_no_originals(run):
        return
    st.header("Over many test images")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = st.selectbox("Images", IMAGES, index=1, key="apply.images", width=110)
        damage: dict[str, Any] = {"noise": sigma} if task == "noise" else {"small": factor}
        if task == "hide":
            damage = {"hide": st.selectbox("Hidden", list(MASKS), key="apply.hide", width=140)}
        config = RepairConfig(images=count, **damage)
        (name, value), *_ = damage.items()
        command = ["apply", "repair", run.id, f"--{name}", str(value), "--images", str(count)]
        ready = computed(run, command, is_cached(run, config), "Measure", "apply.measure")
    if ready:
        table = repair_table(run, config)
        st.plotly_chart(figure(table["methods"]), key="apply.psnr", config=PLAIN, alt="PSNR of each method")
        st.caption(
            f"{verdict(table['gain'])} {count} test images, {table['starts']} starts of {table['steps']} steps.",
            help="PSNR of the mean squared error over all images, on the hidden pixels, else on all pixels. Bars: 95 % bootstrap intervals over images.",
        )


def verdict(gain: dict[str, Any]) -> str:
    """One sentence on whether the model repairs better than the best method without it."""
    interval = f"{gain['value']:+.1f} dB [{gain['low']:+.1f}, {gain['high']:+.1f}]".replace("-", "−")
    other = f"the best method without a model ({gain['over'].lower()})"
    if gain["low"] > 0:
        return f"The model repairs better than {other}: {interval}."
    if gain["high"] < 0:
        return f"The model repairs worse than {other}: {interval}."
    return f"No difference to {other} is certain: {interval}."


def figure(rows: list[dict[str, Any]]) -> go.Figure:
    """PSNR of each method with its interval; the model's in the first colour."""
    rows = sorted(rows, key=lambda row: row["psnr"])
    spans = {"symmetric": False, "array": [row["high"] - row["psnr"] for row in rows], "arrayminus": [row["psnr"] - row["low"] for row in rows]}  # fmt: skip
    ours = ("The code", "Encoder")
    points = go.Scatter(
        x=[row["psnr"] for row in rows],
        y=[row["title"] for row in rows],
        error_x=spans | {"thickness": 1.5, "width": 5, "color": COLOURS[8]},
        mode="markers+text",
        text=[f"{row['psnr']:.1f}" for row in rows],
        textposition="top center",
        marker={"size": 11, "color": [COLOURS[0] if row["title"].startswith(ours) else COLOURS[8] for row in rows]},
        hovertemplate="%{y}: %{x:.2f} dB<extra></extra>",
    )
    shown = quiet(go.Figure(points), 60 + 46 * len(rows))
    shown.update_xaxes(title="PSNR in dB, higher is better", gridcolor=GRID, zeroline=False)
    return shown.update_yaxes(gridcolor=GRID, automargin=True, range=[-0.5, len(rows) - 0.3])
