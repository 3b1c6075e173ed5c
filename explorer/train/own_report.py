"""The report of a person's own images: read once, shown as a line, charts and lists of what is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from vae_core.datasets import DataConfig
from vae_core.datasets.own import opened
from vae_core.datasets.own.reading import reported_to
from vae_core.datasets.own.report import Report, report_of

from ..figures.style import COLOURS, quiet
from .defaults import PREFIX

#: Bars of a chart; more distinct values become ranges or "others".
BARS = 12
#: Pillow's modes that are no plain words.
MODES = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey with transparency",
    "P": "with a palette",
    "I;16": "grey of 16 bits",
}
#: Lines of a list of files.
LINES = 200


def stamp(name: str) -> tuple[int, int]:
    """Changes when a file is replaced or a folder gets other files."""
    try:
        stat = os.stat(os.path.expanduser(name))
    except (OSError, ValueError):
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


def read(name: str, version: tuple[int, int], chosen: dict[str, str]) -> Report:
    """The report of everything at a path, with a progress bar the first time.

    Raises:
        DataError: nothing is there, or nothing in it can be read.
    """
    key = (name, version, tuple(chosen.items()))
    if key not in (reports := _reports()):
        bar = st.progress(0.0, "Opening the images …")
        config = DataConfig.from_dict({"name": name} | chosen)
        with reported_to(lambda done, total: bar.progress(done / total, f"Reading {done:,} of {total:,} images …")):
            try:
                reports[key] = report_of(opened(config), config)
            finally:
                bar.empty()
    return reports[key]


@st.cache_resource(show_spinner=False)
def _reports() -> dict[Any, Report]:
    return {}


def show_report(report: Report) -> None:
    """Numbers in one line, charts of sizes and classes, and what is wrong by name."""
    parts = [f"{report.images:,} images"]
    if len(report.sizes) == 1:
        width, height = next(iter(report.sizes))
        parts.append(f"all {width} × {height} pixels")
    parts.append(", ".join(f"{count:,} {MODES.get(mode, mode)}" for mode, count in report.modes.items()))
    if report.classes:
        parts.append(f"{len(report.classes)} classes")
    parts += [f"factor {name}: {count} values" for name, count in report.factors.items()]
    if report.split:
        parts.append(f"{report.split[0]:,} for training and {report.split[1]:,} for testing")
    st.markdown(" · ".join(parts))
    charts = [chart for chart in (size_chart(report.sizes), class_chart(report.classes)) if chart]
    for column, (title, figure) in zip(st.columns(2), charts, strict=False):
        with column:
            st.caption(title)
            st.plotly_chart(figure, config={"displayModeBar": False}, key=f"{PREFIX}.chart.{title}")
    if report.repeated:
        with st.expander(
            f"{report.repeated:,} duplicate{'s' * (report.repeated > 1)}: the same image may be for training and for testing"
        ):
            listed(" = ".join(group) for group in report.duplicates)
    if report.unreadable:
        with st.expander(f"{len(report.unreadable):,} unreadable"):
            listed(f"{name}: {reason}" for name, reason in report.unreadable)
    if report.ignored:
        st.caption(
            "Left out, as no images: " + ", ".join(f"{count:,} {suffix}" for suffix, count in report.ignored.items())
        )


def listed(lines: Iterable[str]) -> None:
    """The first lines as plain text: names of files may hold anything."""
    lines = list(lines)
    more = [f"… and {len(lines) - LINES:,} more"] if len(lines) > LINES else []
    st.code("\n".join(lines[:LINES] + more), language=None)


def size_chart(sizes: Mapping[tuple[int, int], int]) -> tuple[str, go.Figure] | None:
    """A histogram of the shorter side, where images differ."""
    if len(sizes) < 2:
        return None
    sides = [min(size) for size in sizes]
    figure = go.Figure(
        go.Histogram(x=sides, y=list(sizes.values()), histfunc="sum", nbinsx=BARS, marker_color=COLOURS[0])
    )
    figure.update_yaxes(title=None)
    return "Images by shorter side, in pixels", quiet(figure, 150)


def class_chart(classes: Mapping[str, int]) -> tuple[str, go.Figure] | None:
    """Bars of the largest classes."""
    if not classes:
        return None
    ordered = sorted(classes.items(), key=lambda item: -item[1])
    shown = ordered[:BARS]
    if rest := ordered[BARS:]:
        shown.append((f"{len(rest)} others", sum(count for _, count in rest)))
    names = [name[:24] or "(none)" for name, _ in shown]
    figure = go.Figure(go.Bar(x=names, y=[count for _, count in shown], marker_color=COLOURS[2]))
    figure.update_xaxes(type="category")
    return "Images by class", quiet(figure, 150)
