"""TensorBoard: event files in the run's folder, so that `tensorboard --logdir STORE` shows all runs by their names."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from ..run import Run
from .protocol import Settings

FOLDER = "tensorboard"


class TensorBoard:
    def __init__(self, run: Run, settings: Settings) -> None:
        library = import_module("torch.utils.tensorboard")
        fresh = not (run.path / FOLDER).exists()
        self.writer = library.SummaryWriter(str(run.path / FOLDER))
        if fresh:
            summary = import_module("torch.utils.tensorboard.summary")
            for part in summary.hparams(dict(settings), {"elbo": None, "distortion": None}):
                self.writer.file_writer.add_summary(part)

    def numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        for name, value in numbers.items():
            self.writer.add_scalar(name, value, step)
        self.writer.flush()

    def pictures(self, step: int, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        for name, pixels in pictures.items():
            self.writer.add_image(name, pixels, step, dataformats="HWC")
        self.writer.flush()

    def close(self, state: str) -> None:
        self.writer.close()


open_log = TensorBoard
