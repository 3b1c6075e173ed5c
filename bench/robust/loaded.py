"""Imported by the process that forks commands: uses each of them once, so that its children have everything loaded."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from pathlib import Path

from tqdm import tqdm

from vae_core.__main__ import main

SMALL = ["--network", "mlp", "--hidden", "8", "--latent-dim", "2", "--image-size", "8", "--size", "300", "--steps", "2", "--precision", "float32", "--snapshots", "0", "--threads", "1"]  # fmt: skip


def use() -> None:
    """One small run through all commands."""
    tqdm.monitor_interval = 0  # a thread would be missing in the children
    store = Path(tempfile.mkdtemp(prefix="betascope-loaded-"))
    run, zipped, place = "one-1", str(store / "one.zip"), ["--store", str(store)]
    commands = (
        ["train", "--dataset", "digits", "--name", "one", *SMALL],
        ["project", run, "--method", "tsne"],
        ["export", run, "--run", zipped, "--weights", str(store / ".graphs")],
        ["import", zipped],
        ["runs"],
        ["work"],
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        codes = [main([*words, *place]) for words in commands]
    shutil.rmtree(store)
    if any(codes):
        raise RuntimeError(f"A command failed before anything was attacked: {codes} {said.getvalue()}")


use()
