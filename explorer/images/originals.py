"""Test images and their reconstructions, with or without the data set."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
import torch
from torch import Tensor

from vae_core.analysis import decode
from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS
from vae_core.datasets.public import is_here
from vae_core.runs import Run
from vae_core.runs.given import is_given

from .. import library
from ..access.modes import allowed
from ..presses import pressed
from .files import png_address
from .sheets import sheet


def originals(run: Run, rows: Sequence[int]) -> Tensor | None:
    """Test images `(n, C, H, W)` uint8, or None where the data is not available."""
    data, _ = library.test_data(run)
    return None if data is None else data.test.images[list(rows)]


def decoded(run: Run, rows: Sequence[int]) -> Tensor:
    """The same images decoded from their stored codes `(n, C, H, W)` in [0, 1]: no data needed."""
    codes, chosen = library.latents(run), list(rows)
    labels = None if codes.labels is None else torch.from_numpy(codes.labels[chosen])
    return decode(library.model_of(run), torch.from_numpy(codes.mu[chosen]), labels)


def caption_of(run: Run, row: int) -> str:
    """ "test image 12 · 7": the row and its class, if it has one."""
    codes = library.latents(run)
    name = "" if codes.labels is None or not codes.class_names else f" · {codes.class_names[int(codes.labels[row])]}"
    what = f"test {run.config.item}" if run.config.data_kind != "images" or has_images(run) else "code"
    return f"{what} {row}{name}"


def has_images(run: Run) -> bool:
    """Whether codes belong to images: not those of a run that was imported without any."""
    return not is_given(run.config.data.name) or originals(run, [0]) is not None


def without_images(run: Run, why: str, consequence: str) -> None:
    """A notice that the test images are not available, with a button where they can be downloaded."""
    st.info(f"{why} {consequence}", icon=":material/hide_image:")
    name = run.config.data.name
    if is_here(name) or not allowed("train"):
        return
    title = DATASETS[name].title
    if pressed(f"Download {title}", icon=":material/download:", key=f"originals.{name}"):
        try:
            with st.spinner(f"Downloading {title}, once …"):
                run.data("test")
        except BetascopeError as error:
            st.error(str(error), icon=":material/error:")
        else:
            library.test_data.clear()
            st.rerun()


def missing_data_notice(run: Run) -> None:
    """A notice with the reason where the test images are not available."""
    why = library.why_no_originals(run)
    if why and is_given(run.config.data.name):
        if run.config.model.has_decoder:
            st.caption("Imported without images: starting points are codes drawn from N(0, I).")
    elif why:
        without_images(run, why, "Until then images are decoded from their stored codes.")


def show_pairs(run: Run, rows: Sequence[int], columns: int = 6) -> None:
    """Originals over reconstructions, a block of `columns` at a time."""
    images = originals(run, rows)
    if not run.config.model.has_decoder:
        if images is not None:
            st.image(
                png_address(sheet(images, min(columns, len(images)))),
                width="stretch" if len(images) >= columns else "content",
                alt="Images",
            )
        return
    reconstructions = decoded(run, rows)
    if images is None:
        st.image(png_address(sheet(reconstructions, columns)), width="stretch", alt="Decoded test images")
        return
    rows_of_tiles = []
    for start in range(0, len(rows), columns):
        for part in (images[start : start + columns].float() / 255, reconstructions[start : start + columns]):
            blank = part.new_full((columns - len(part), *part.shape[1:]), 0.5)
            rows_of_tiles.append(torch.cat([part, blank]))
    st.image(
        png_address(sheet(torch.cat(rows_of_tiles), columns)),
        width="stretch",
        alt="Test images over their reconstructions",
    )
