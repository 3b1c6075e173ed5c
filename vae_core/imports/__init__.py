"""Models and codes from elsewhere as runs: a format is a file here and a line in `ADAPTERS`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from .halves import Foreign, Given, ImportFailed, Request, Values

__all__ = ["ADAPTERS", "Foreign", "Given", "ImportFailed", "Request", "Values", "adapter_of", "opened"]


class Adapter(NamedTuple):
    """title: what it opens. module: its file, with `recognises(path)` and `open_model(path, request)`."""

    title: str
    module: str

    def recognises(self, path: Path) -> bool:
        """Whether the path looks like one of its own; nothing is opened."""
        return import_module(f".{self.module}", __name__).recognises(path)

    def open_model(self, path: Path, request: Request) -> Foreign | Given:
        """
        Raises:
            ImportFailed: one sentence on why it cannot be opened.
        """
        return import_module(f".{self.module}", __name__).open_model(path, request)


#: Runs of Betascope that `import` takes, too (runs/archive.py, export/hub.py).
RUNS = ("a ZIP of `export --run`", "hub:USER/NAME, a run on the Hugging Face Hub")
ADAPTERS = {
    "diffusers": Adapter("an AutoencoderKL of diffusers", "diffusers"),
    "pt2": Adapter("programs of torch.export as .pt2 (with --trust)", "programs"),
    "disentangling": Adapter("a folder of disentangling-vae", "disentangling"),
    "codes": Adapter("codes without a model as .npz or .parquet", "codes"),
    "pythae": Adapter("a folder of pythae", "pythae"),
    "onnx": Adapter("a decoder as .onnx, or a folder with decoder.onnx and encoder.onnx", "onnx_pair"),
}


def adapter_of(path: Path) -> Adapter:
    """The adapter of a path.

    Raises:
        ImportFailed: there is nothing, or nothing known.
    """
    if not path.exists():
        raise ImportFailed(f"There is nothing at {str(path)!r}.")
    for adapter in ADAPTERS.values():
        if adapter.recognises(path):
            return adapter
    known = "; ".join([*RUNS, *(adapter.title for adapter in ADAPTERS.values())])
    raise ImportFailed(f"{str(path)!r} is of no known kind. What can be opened: {known}.")


def opened(path: Path, request: Request) -> Foreign | Given:
    """The model or the codes at a path, checked.

    Raises:
        ImportFailed: one sentence on why it cannot be opened.
    """
    try:
        found = adapter_of(path).open_model(path, request)
    except OSError as error:
        raise ImportFailed(f"{str(path)!r} cannot be read ({error.strerror or error}).") from error
    if isinstance(found, Foreign):
        from .check import check

        check(found)
    return found
