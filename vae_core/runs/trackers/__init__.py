"""Trackers that training is followed in, beside the app: `--log tensorboard,wandb,mlflow`. A file and a line each.

They get the numbers of `metrics.jsonl` under their names, the settings, and a few pictures. Nothing of theirs is imported
unless a run asks for it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from ...config import ConfigError
from ...places import to_install

if TYPE_CHECKING:  # a run's configuration is checked with the functions below
    from ..run import Run
    from .protocol import Opener


class Kind(NamedTuple):
    """title: as its makers write it; library: that must be installed; module: our file; look: the command that shows a log,
    with the places {run} and {store}.
    """

    title: str
    library: str
    module: str
    look: str

    @property
    def open(self) -> Opener:
        """The function that opens a run's log."""
        return import_module(f".{self.module}", __name__).open_log


TRACKERS = {
    "tensorboard": Kind("TensorBoard", "tensorboard", "tensorboard", "tensorboard --logdir {store}"),
    "wandb": Kind("Weights & Biases", "wandb", "wandb", "wandb sync {run}/wandb/offline-run-*"),
    "mlflow": Kind(
        "MLflow", "mlflow", "mlflow", "MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri {store}/.mlruns"
    ),
}


def names_in(log: str) -> list[str]:
    """The trackers in a setting `log`: names with commas."""
    return [name for name in log.split(",") if name]


def check_installed(log: str) -> None:
    """
    Raises:
        ConfigError: a tracker that is not installed.
    """
    for name in names_in(log):
        found = find_spec(TRACKERS[name].library)
        if found is None or found.origin is None:  # a folder of that name, as `wandb` where its logs lie, is no library
            raise ConfigError(
                f"--log {name}: {TRACKERS[name].title} is not installed; `{to_install('loggers')}` adds it."
            )


def commands_to_look(run: Run) -> dict[str, str]:
    """Title of each tracker of a run → the command that shows its log."""
    kinds = [TRACKERS[name] for name in names_in(run.config.train.log)]
    return {kind.title: kind.look.format(run=run.path, store=run.path.parent) for kind in kinds}
