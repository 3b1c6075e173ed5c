"""Open a model or codes from elsewhere: a path or uploaded files become a run, which Traverse or Map then shows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS
from vae_core.imports import ADAPTERS, ImportFailed
from vae_core.places import PROJECT

from .. import library
from ..access.modes import require
from ..access.owners import claim
from ..access.usage import check_room
from ..presses import pressed
from ..runs.actions import explore

NONE, OWN = "none", "own"
#: Ending of an uploaded file → its name below the temporary folder; what it was called is never used.
ENDINGS = ("onnx", "npz", "parquet")
#: Seconds after which opening is given up.
PATIENCE = 600


def elsewhere() -> None:
    """A path or files, the images to look at with it, and the button that opens it."""
    with st.expander("Open a model from elsewhere", icon=":material/file_open:"):
        st.caption(
            "A model or codes of another program, to look at beside yours; it is never trained.",
            help="By path: " + "; ".join(adapter.title for adapter in ADAPTERS.values()) + ".",
        )
        path = st.text_input("Path", key="elsewhere.path", placeholder="/home/me/their-model").strip()
        files = st.file_uploader(
            "or files", list(ENDINGS), accept_multiple_files=True, key="elsewhere.files",
            help="A decoder as ONNX, with its encoder if there is one (named encoder.onnx), or codes.",
        )  # fmt: skip
        left, right = st.columns(2)
        titles = {NONE: "None"} | {name: source.title for name, source in DATASETS.items()} | {OWN: "By path …"}
        data = left.selectbox("Images", list(titles), format_func=titles.__getitem__, key="elsewhere.data", help="That it was trained on; without any there is no map.")  # fmt: skip
        name = right.text_input("Name", key="elsewhere.name", placeholder="after the file").strip()
        if data == OWN:
            data = st.text_input("Path of the images", key="elsewhere.images").strip() or NONE
        values = st.segmented_control(
            "Pixels of the model", VALUES, default="Default", key="elsewhere.values", required=True,
            help="What the model takes and returns for black and white; logits are values before a sigmoid.",
        )  # fmt: skip
        if pressed("Open it", key="elsewhere.open", icon=":material/file_open:", disabled=not (path or files)):
            options = (
                VALUES[values] + (["--dataset", data] if data != NONE else []) + (["--name", name] if name else [])
            )
            try:
                with st.spinner("Opening and checking it …"):
                    id = _imported(path, files or [], options, data not in (NONE, *DATASETS))
            except (BetascopeError, OSError) as error:
                st.error(str(error), icon=":material/error:")
            else:
                run = library.find(id)
                explore(run, "traverse" if run.config.model.has_decoder else "map")


#: Title → options of `import`.
VALUES: dict[str, list[str]] = {
    "Default": [],
    "0 to 1": ["--range", "0", "1"],
    "−1 to 1": ["--range", "-1", "1"],
    "Logits": ["--logits"],
}


def _imported(path: str, files: Sequence[Any], options: list[str], own_images: bool) -> str:
    """The id of the new run; a path goes before files. own_images: they are by path.

    Raises:
        ImportFailed: it cannot be opened, in one sentence. Denied, OverLimit: it may not be.
    """
    if path or own_images:
        require("path")
    if path:
        return _run(path, options)
    require("upload")
    check_room(library.store(), sum(file.size for file in files))
    with library.store().hidden() as folder:  # below the store: a path that may be read
        return _run(str(placed(files, folder)), options)


def placed(files: Sequence[Any], folder: Path) -> Path:
    """Uploaded files below a folder, under names of ours; returns the path to import.

    Raises:
        ImportFailed: files that do not belong together.
    """
    endings = {file.name.rsplit(".", 1)[-1].lower() for file in files}
    if endings == {"onnx"} and len(files) <= 2:
        encoders = [file for file in files if "enc" in file.name.lower()]
        decoders = [file for file in files if file not in encoders]
        if len(encoders) <= 1 and len(decoders) <= 1:
            for half, found in (("encoder", encoders), ("decoder", decoders)):
                for file in found:
                    (folder / f"{half}.onnx").write_bytes(file.getvalue())
            return folder
    if len(files) == 1 and endings <= {"npz", "parquet"}:
        target = folder / f"codes.{endings.pop()}"
        target.write_bytes(files[0].getvalue())
        return target
    raise ImportFailed(
        "Give one file of codes (.npz, .parquet), or a decoder and an encoder as .onnx, the encoder with 'encoder' in its name."
    )


def _run(path: str, options: list[str]) -> str:
    store = library.store().root.resolve()
    command = [sys.executable, "-m", "vae_core", "import", *options, "--store", str(store), "--json", "--", path]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise ImportFailed(f"It was not opened within {PATIENCE // 60} minutes; try a smaller model.") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise ImportFailed(
            lines[-1]
            if done.returncode == 2 and lines
            else "It could not be opened: the process ended, maybe for lack of memory."
        )
    id = str(json.loads(done.stdout.strip().splitlines()[-1])["run"])
    claim(library.store().root / id)
    return id
