"""The menu "Take away" of the run in view: its model, a page that works offline, its numbers."""

from __future__ import annotations

import io
import json
import mimetypes
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.export import FORMATS
from vae_core.export.int8 import cached_report, refusal, sentence
from vae_core.models import family
from vae_core.models.vq_vae import VQVAE
from vae_core.places import PROJECT
from vae_core.runs import Run

from .. import library
from ..access.modes import needs
from ..access.share import one_export
from ..jobs.commands import command_line


class Parcel(NamedTuple):
    """title, help: of the button; format: of `export`; a folder becomes a ZIP."""

    title: str
    help: str
    format: str


PARCELS = (
    Parcel("Page that works offline", "Sliders, map, paths and numbers in one HTML file, for any browser", "html"),
    Parcel("Film", "The dimensions that show most, as MP4", "mp4"),
    Parcel("Figure", "A strip for each dimension with labels, as SVG", "svg"),
    Parcel("Run", "The run itself as a ZIP, for Home or `import` of another Betascope", "run"),
    Parcel("ONNX", "Encoder and decoder for onnxruntime, in any language", "onnx"),
    Parcel(
        "ONNX in 8 bits",
        "A quarter to a third of the bytes, with a report of speed and cost in nats; takes half a minute",
        "int8",
    ),
    Parcel("Weights", "safetensors, with a small program that decodes and encodes", "weights"),
    Parcel("Torch programs", "Encoder and decoder for torch.export.load", "pt2"),
)
#: Width in pixels of a text in the menu, which would grow to a line of its length.
CAPTION = 260
#: Formats that show single dimensions, which a VQ-VAE has not.
OF_DIMENSIONS = ("mp4", "svg")


def take_away(run: Run | None) -> None:
    """A menu of downloads; each is made when it is clicked."""
    if run is None:
        return
    name = run.id.replace("/", "-")
    with st.sidebar, st.popover("Take away", icon=":material/download:"):
        for parcel in PARCELS:
            ending = FORMATS[parcel.format].ending
            if parcel.format in OF_DIMENSIONS and issubclass(family(run.config.family), VQVAE):
                continue
            if FORMATS[parcel.format].of_images and run.config.data_kind != "images":
                continue
            if parcel.format == "int8" and refusal(run.config):
                continue
            file = f"{name}{ending}" if ending else f"{name}-{parcel.format}.zip"
            kind = mimetypes.guess_type(file)[0]
            st.download_button(
                parcel.title, partial(made, run, parcel.format), file, kind, help=parcel.help, width="stretch", on_click="ignore",
                key=f"away.{parcel.format}",
            )  # fmt: skip
            if parcel.format == "int8" and (report := cached_report(run)):
                st.caption(sentence(report), width=CAPTION)
        st.download_button(
            "Numbers", lambda: json.dumps(library.numbers(run), indent=1), f"{name}.json", "application/json", help="The evaluation as JSON",
            width="stretch", on_click="ignore", key="away.numbers",
        )  # fmt: skip


@needs("take_away")
def made(run: Run, format: str, others: Sequence[Run] = (), tour: bytes = b"") -> bytes:
    """What `export` writes, in a process of its own: its imports and exporters would hold this one up for seconds.

    others: further runs, for formats that several go into. tour: a tour as JSON, whose views a page shows.

    Raises:
        BetascopeError: it could not be exported.
    """
    with one_export(), tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out"
        command = command_line(run, ["export", run.id, *(other.id for other in others), f"--{format}", str(target)])
        if tour:
            path = Path(folder) / "tour.json"
            path.write_bytes(tour)
            command += ["--tour", str(path)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        if done.returncode:
            raise BetascopeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "The export failed.")
        return target.read_bytes() if target.is_file() else zipped(target)


def zipped(folder: Path) -> bytes:
    """The files of a folder as a ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return buffer.getvalue()
