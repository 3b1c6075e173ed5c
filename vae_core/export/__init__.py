"""Models in formats that other programs read: a format is a function and a line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from ..config import ConfigError
from ..paths import written_path
from ..runs import Run


class Format(NamedTuple):
    """help: one line. module, function: what writes it and returns the files; imported when it is used. ending: of a
    file's name, as ".png"; "" for a folder. together: one takes all runs, else each run has its own.
    of_images: it shows images.
    """

    help: str
    module: str
    function: str
    ending: str = ""
    together: bool = False
    of_images: bool = False

    def write(self, runs: Sequence[Run], target: Path, **options: Any) -> list[Path]:
        """Write the runs to `target`; where each run has its own file or folder, several lie in the folder `target`.

        options: further arguments of the format's function.

        Raises:
            ExportError: a model that cannot be exported. RunError: no weights, or the target is not writable.
            ConfigError: a folder where a file should be, or the other way round. RunError: a run on a table, of a format of images.
        """
        target = written_path(target)
        for run in runs if self.of_images else ():
            run.check_images(str(target))
        several = len(runs) > 1 and not self.together
        wanted = "file" if self.ending and not several else "folder"
        if target.exists() and target.is_dir() == (wanted == "file"):
            raise ConfigError(f"{target}: is a {'folder' if wanted == 'file' else 'file'}; give a {wanted}.")
        writer = getattr(import_module(self.module, __name__), self.function)
        if self.together:
            return writer(runs, target, **options)
        targets = [target / (run.id.replace("/", "-") + self.ending) for run in runs] if several else [target]
        return [path for run, place in zip(runs, targets, strict=True) for path in writer(run, place, **options)]


PICTURES = "explorer.take_away.pictures"
FORMATS = {
    "onnx": Format("encoder and decoder as ONNX files", ".files", "write_onnx"),
    "int8": Format(
        "encoder and decoder as ONNX files with weights of 8 bits, and a report of size, speed and nats",
        ".int8",
        "write_int8",
    ),
    "pt2": Format("encoder and decoder as programs of torch.export", ".files", "write_programs"),
    "weights": Format(
        "weights as safetensors, with graphs, a description and a program that reads them", ".folder", "write_folder"
    ),
    "run": Format(
        "the run itself as a ZIP, for `import` into another store; or hub:USER/NAME, on the Hugging Face Hub",
        "vae_core.runs.archive",
        "write_archive",
        ending=".zip",
    ),
    # Made of the app's components: these need the app beside the core.
    "html": Format(
        "a page that works from a disk, offline: sliders, map, paths and numbers",
        "explorer.take_away.page",
        "write_page",
        ending=".html",
        together=True,
        of_images=True,
    ),
    "site": Format(
        "the same as a site for any web server: an index, a page for each run, the runtime once",
        "explorer.take_away.page",
        "write_site",
        together=True,
        of_images=True,
    ),
    "png": Format("a strip for each dimension", PICTURES, "write_png", ending=".png", of_images=True),
    "svg": Format("the same as a figure with labels", PICTURES, "write_svg", ending=".svg", of_images=True),
    "gif": Format("a film of the dimensions that show most", PICTURES, "write_gif", ending=".gif", of_images=True),
    "mp4": Format("the same as H.264", PICTURES, "write_mp4", ending=".mp4", of_images=True),
    "csv": Format("the numbers of all runs as a table", PICTURES, "write_csv", ending=".csv", together=True),
}
