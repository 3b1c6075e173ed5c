"""What the attacks start from: small runs that are whole, and the command line as a person sees it."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import vae_core
import vae_core.runs
from vae_core import datasets
from vae_core.__main__ import main
from vae_core.config import BetascopeError, TrainingFailed
from vae_core.runs import Run, Store

SMALL = dict(hidden=(8,), latent_dim=3, epochs=2, snapshots=2, precision="float32", threads=1)
IMAGES = SMALL | dict(network="mlp", size=300, image_size=8)


def train_runs(folder: Path) -> None:
    """A run on images that is done, one that is paused, and one on a table, below `folder`."""
    store = Store(folder / "runs")
    with contextlib.redirect_stderr(io.StringIO()):
        vae_core.train("digits", "beta_vae", store=store, name="done", **IMAGES)
        vae_core.train("wine", "tabular_vae", store=store, name="table", batch_size=32, **SMALL)
        vae_core.train("tastes", "mult_vae", store=store, name="history", size=200, batch_size=32, **SMALL)
        config = vae_core.configure("digits", "beta_vae", name="paused", **IMAGES | {"epochs": 4})
        run = store.create(config)
        vae_core.runs.execute(run, lambda done, total, status: "pause" if done >= 4 else None)
    names = {run.config.name: run.path for run in store.runs() if isinstance(run, Run)}
    for name, path in names.items():
        path.rename(store.root / name)


def copied(folder: Path, name: str, target: Path) -> Path:
    """A copy of a run of `train_runs`."""
    shutil.copytree(folder / "runs" / name, target)
    return target


def load_once() -> None:
    """Registered sets are made once in this process: the attacks are not about them."""
    made = lru_cache(maxsize=8)(datasets.load)

    def load(config: Any, split: str = "all") -> Any:
        name = config if isinstance(config, str) else config.name
        return made(config, split) if name in datasets.sources() else datasets.load(config, split)

    for name in ("vae_core.runs.config", "vae_core.runs.run", "vae_core.jobs"):
        target: Any = import_module(name)
        if hasattr(target, "load"):
            target.load = load


def without_workers() -> None:
    """Nothing that is queued is trained."""
    import vae_core.runs.queue as queue

    queue.start_worker = lambda store, device: None


class Refused(BetascopeError):
    """What the command line said before it ended with exit code 2."""


def command(arguments: Sequence[str]) -> dict[str, Any]:
    """`python -m vae_core …` in this process; returns its JSON object.

    Raises:
        Refused: exit code 2 and one sentence. Any other: what would be a trace on a terminal.
    """
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            code: object = main([*arguments, "--json"])
        except SystemExit as error:
            code = error.code
    said = errors.getvalue().strip()
    if code == 2:
        raise Refused(said.splitlines()[-1] if said else "")
    if code not in (0, 1, 130, None):
        raise RuntimeError(f"exit code {code}: {said[-200:]}")
    if code == 1 and not said:
        raise TrainingFailed("exit code 1 without a sentence")
    lines = output.getvalue().strip().splitlines()
    return json.loads(lines[-1]) if code == 0 and lines and lines[-1].startswith("{") else {}
