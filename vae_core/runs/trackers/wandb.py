"""Weights & Biases: online for who is logged in, else offline, in the run's folder.

WANDB_MODE, WANDB_PROJECT (default betascope), WANDB_ENTITY and WANDB_DIR mean what they always mean.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..run import Run
from .protocol import Settings, save_id, saved_id


class WandB:
    def __init__(self, run: Run, settings: Settings) -> None:
        self.library: Any = import_module("wandb")
        id = saved_id(run, "wandb") or uuid.uuid4().hex[:12]
        self.run = self.library.init(
            project=os.environ.get("WANDB_PROJECT", "betascope"),
            id=id,
            name=run.config.name,
            dir=os.environ.get("WANDB_DIR", str(run.path)),
            mode=os.environ.get("WANDB_MODE") or ("online" if self._logged_in() else "offline"),
            resume="allow",
            reinit="create_new",  # variants of one sweep train in one process
            config=dict(settings),
            # Neither the program's code nor its output belongs to the run.
            settings=self.library.Settings(silent=True, console="off", disable_git=True, save_code=False),
        )
        save_id(run, "wandb", id)

    def _logged_in(self) -> bool:
        return bool(self.library.login(prompt=False))

    def numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        self.run.log(dict(numbers), step=step)

    def pictures(self, step: int, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        self.run.log({name: self.library.Image(pixels) for name, pixels in pictures.items()}, step=step)

    def close(self, state: str) -> None:
        self.run.finish(exit_code=1 if state == "failed" else 0)


open_log = WandB
