"""Compress: test images as a real file, beside JPEG, WebP and PNG."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis.apply.compress import STEPS, CompressConfig, compress, compression_table, expand, is_cached, psnr
from vae_core.runs import Run

from .. import library
from ..figures.style import COLOURS, GRID, PLAIN, quiet
from ..images.files import png_address
from ..images.originals import without_images
from ..images.sheets import sheet
from .needs import is_of_indices
from .waiting import computed

COUNTS = (1, 32, 512, 2000)
SHOWN = 12
#: A PSNR above this counts as lossless, and has no place on the axis.
LOSSLESS = 100.0


def compressed(run: Run) -> None:
    """A file of codes: its size, what comes back, its download, and the curve beside other formats."""
    if is_of_indices(run, "they are on a grid already, and this tab is on how fine a grid should be"):
        return
    data, why = library.test_data(run)
    if data is None:
        without_images(run, why, "Compression needs the images.")
        return
    columns = st.columns([3, 2, 5], vertical_alignment="bottom")
    step = columns[0].select_slider(
        "Step of the grid", STEPS, 1.0, key="apply.step", format_func=lambda value: f"{value:g} σ",
        help="The side of a cell in mean posterior deviations: codes are rounded to the middle of their cell.",
    )  # fmt: skip
    wanted = columns[1].selectbox("Images in the file", COUNTS, index=2, key="apply.count")
    count = min(wanted, len(data.test))
    content, back = _file(run, run.weights_hash(), count, step)
    images = data.test.images[:count]
    sizes(run, content, images, back)
    shown = min(SHOWN, count)
    tiles = torch.cat([images[:shown].float(), back[:shown].float()]) / 255
    st.image(png_address(sheet(tiles, shown)), width="stretch" if count > 1 else 160, alt="Images over what comes back of them")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "The file", content, f"{run.id.replace('/', '-')}.vaec", "application/octet-stream", icon=":material/download:",
            key="apply.file", on_click="ignore",
        )  # fmt: skip
        st.caption(f"Decoded by `python -m vae_core apply expand {run.id} FILE OUT.npz`.")
    st.caption(ratio(run, len(content), count))
    curve(run, min(512, len(data.test)))


@st.cache_data(max_entries=32, show_spinner="Compressing …", hash_funcs=library.BY_PATH)
def _file(run: Run, version: str, count: int, step: float) -> tuple[bytes, Tensor]:
    data, _ = library.test_data(run)
    assert data is not None, "called for runs whose images are available"
    labels = None if data.test.labels is None else data.test.labels[:count]
    content = compress(run, data.test.images[:count], labels, step)
    return content, expand(run, content)[0]


def sizes(run: Run, content: bytes, images: Tensor, back: Tensor) -> None:
    """Bytes, bits per pixel and PSNR of the file."""
    pixels = images[:, 0].numel()
    with st.container(horizontal=True):
        st.metric("File", f"{len(content):,} bytes", width=150)
        st.metric("An image", f"{len(content) / len(images):.1f} bytes", width=150)
        st.metric("Bits per pixel", f"{8 * len(content) / pixels:.3f}", width=150)
        st.metric("PSNR", f"{psnr(images, back):.1f} dB", width=150)


def ratio(run: Run, size: int, count: int) -> str:
    """The ratio of dimensions that courses quote, and why it is not a rate."""
    channels, height, width = run.config.model.shape
    numbers, dims = channels * height * width, run.config.model.code_width
    return (
        f"Courses quote {numbers:,} numbers : {dims} dimensions = {numbers / dims:.0f} : 1. That is no rate: it counts numbers and not bits. "
        f"As float32 the {dims} numbers take {32 * dims} bits; in this file an image takes {8 * size / count:.0f}, of its "
        f"{8 * numbers:,} as bytes: {8 * numbers * count / (8 * size):.0f} : 1."
    )


def curve(run: Run, count: int) -> None:
    """Rate–distortion of the model, JPEG, WebP and PNG, computed in a process of its own."""
    st.header("Beside JPEG, WebP and PNG")
    config = CompressConfig(images=count)
    command = ["apply", "compress", run.id, "--images", str(count)]
    if not computed(run, command, is_cached(run, config), "Draw the curve", "apply.curve"):
        return
    table = compression_table(run, config)
    st.plotly_chart(figure(table), key="apply.rd", config=PLAIN, alt="PSNR over bytes for each image")
    bits = table["bits_back"]
    more = (
        ""
        if bits is None
        else f" Bits-back coding (Townsend et al. 2019) would take {bits:.0f} bits an image on average: the model's rate over ln 2."
    )
    st.caption(
        f"{verdict(table)} All {table['count']} images are one file of each format, so headers hardly count.{more}",
        help="JPEG and WebP at nine qualities, also shrunk to 1/2 and 1/4 and enlarged again; the best of each size. PNG with 2 to 256 levels of each channel.",
    )
    st.dataframe(
        [{"One image in a file of its own": name, "Bytes": size, "PSNR in dB": None if value > LOSSLESS else value} for name, size, value in table["alone"]],
        column_config={"Bytes": st.column_config.NumberColumn(format="%.0f"), "PSNR in dB": st.column_config.NumberColumn(format="%.1f")},
        hide_index=True, width="content", key="apply.alone",
    )  # fmt: skip
    st.caption(f"{table['header']} bytes of the model's file are its header: the grid of {table['dims']} dimensions.")


def verdict(table: dict[str, Any]) -> str:
    """What the model reaches at a step of σ, and the others with as many bytes."""
    size, value, _ = next(point for point in table["curves"]["Model"] if point[2] == "step 1 σ")
    others = []
    for name in ("JPEG", "WebP", "PNG"):
        points = [point for point in table["curves"][name] if point[0] <= size]
        others.append(f"{name} {max(point[1] for point in points):.1f} dB" if points else f"no {name} is so small")
    return f"At {size:.1f} bytes an image the model reaches {value:.1f} dB; " + ", ".join(others) + "."


def figure(table: dict[str, Any]) -> go.Figure:
    """PSNR over bytes for each image, on a logarithmic axis."""
    shown = go.Figure()
    for index, (name, points) in enumerate(table["curves"].items()):
        lossy = [point for point in points if point[1] < LOSSLESS]
        shown.add_scatter(
            x=[point[0] for point in lossy], y=[point[1] for point in lossy], text=[point[2] for point in lossy], name=name, mode="lines+markers",
            line={"color": COLOURS[index], "width": 3 if index == 0 else 1.5}, hovertemplate="%{x:.1f} bytes, %{y:.1f} dB<br>%{text}",
        )  # fmt: skip
        if lossless := [point[0] for point in points if point[1] > LOSSLESS]:
            shown.add_vline(min(lossless), line_dash="dot", line_color=COLOURS[index])
            place = math.log10(min(lossless))  # an annotation's place on a logarithmic axis is the logarithm
            shown.add_annotation(x=place, y=0, yref="paper", text="lossless PNG", showarrow=False, xanchor="right", yanchor="bottom")  # fmt: skip
    quiet(shown, 420).update_layout(legend={"orientation": "h", "y": 1.08})
    shown.update_xaxes(type="log", title="Bytes for each image", gridcolor=GRID, dtick="D2")
    return shown.update_yaxes(title="PSNR in dB", gridcolor=GRID)
