"""Models in formats that other programs read: a format is a function and a line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ..config import ConfigError
from ..runs import Run


class Format(NamedTuple):
    """help: one line. module, function: what writes it and returns the files; imported when it is used. together: all runs
    go into one file, else each into a folder.
    """

    help: str
    module: str
    function: str
    together: bool = False

    def write(self, runs: Sequence[Run], target: Path) -> list[Path]:
        """Write the runs into the file or the folder `target`; several runs have a folder each in it.

        Raises:
            ExportError: a model that cannot be exported. RunError: no weights, or the target is not writable.
            ConfigError: a folder where a file should be, or the other way round.
        """
        if self.together == target.is_dir() and target.exists():
            raise ConfigError(f"{target}: is a {'folder' if self.together else 'file'}; give a {'file' if self.together else 'folder'}.")  # fmt: skip
        writer = getattr(import_module(self.module, __name__), self.function)
        if self.together:
            return writer(runs, target)
        folders = [target] if len(runs) == 1 else [target / run.id.replace("/", "-") for run in runs]
        return [path for run, folder in zip(runs, folders, strict=True) for path in writer(run, folder)]


FORMATS = {
    "onnx": Format("encoder and decoder as ONNX files", ".files", "write_onnx"),
    "pt2": Format("encoder and decoder as programs of torch.export", ".files", "write_programs"),
    "weights": Format(
        "weights as safetensors, with graphs, a description and a program that reads them", ".folder", "write_folder"
    ),
    # Made of the app's components: this one needs the app beside the core.
    "html": Format(
        "a page that works from a disk, offline: sliders, map, paths and numbers",
        "explorer.take_away.page",
        "write_page",
        True,
    ),
}
