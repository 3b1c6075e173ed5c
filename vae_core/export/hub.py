"""Runs on the Hugging Face Hub, as `hub:USER/NAME`: the files of the ZIP of a run, one by one, and a model card.

`huggingface_hub` finds the person's token (`hf auth login`, or HF_TOKEN) and another server (HF_ENDPOINT) by itself; the token is
neither read nor stored here.
"""

from __future__ import annotations

import base64
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from ..config import BetascopeError, ConfigError
from ..places import to_install
from ..runs import Run, RunError, Store
from ..runs.archive import CACHES, FILES, MANIFEST, hash_of, manifest, names_of, take_in
from ..runs.intake import Imported
from . import FORMATS
from .card import PICTURE, card

PREFIX = "hub:"
CARD = "README.md"
NEEDS = f"hub: needs huggingface_hub; install it with `{to_install('hub')}`."


def is_hub(text: str) -> bool:
    """Whether a text names a run on the Hub."""
    return text.startswith(PREFIX)


def push(run: Run, address: str, caches: bool = False) -> str:
    """Write the run to `hub:USER/NAME`, which becomes a private repository where there is none; returns its address on the web.

    What was there of a run is replaced; a licence in its card stays.

    Raises:
        ConfigError: no such name. RunError: no weights, a run in training, or the Hub does not answer or refuses.
    """
    repo, api, hub = _connected(address)
    if run.status()["state"] == "running":
        raise RunError(f"The run {run.id!r} is training: its files change while they are sent; pause it first.")
    names = names_of(run, caches)
    picture = _picture(run)
    with _answered(address):
        api.create_repo(repo, private=True, exist_ok=True)
        there = {file.rfilename for file in api.model_info(repo).siblings or ()}
        licence = _licence(api, repo) if CARD in there else None
        contents: dict[str, Any] = {name: run.path / name for name in names}
        described = manifest(run, {name: hash_of(run.path / name) for name in names})
        contents[MANIFEST] = json.dumps(described, indent=1, allow_nan=False).encode()
        contents[CARD] = card(run, address, picture is not None, licence).encode()
        if picture is not None:
            contents[PICTURE] = picture
        gone = [name for name in there - set(contents) if FILES.fullmatch(name) or CACHES.fullmatch(name)]
        operations = [hub.CommitOperationAdd(name, content) for name, content in contents.items()]
        operations += [hub.CommitOperationDelete(name) for name in gone]
        api.create_commit(repo, operations, commit_message=f"{run.config.name}, by Betascope")
    return f"{api.endpoint}/{repo}"


def pull(store: Store, address: str) -> Imported:
    """Take the run of `hub:USER/NAME` into the store; checked as a ZIP is.

    Raises:
        ConfigError: no such name. RunError: the Hub does not answer or has no such run, or as `take_in`.
    """
    repo, api, _ = _connected(address)
    with tempfile.TemporaryDirectory() as folder, _answered(address):
        return take_in(store, HubFiles(api, repo, address, Path(folder)))


class HubFiles:
    """The files of a run in a repository; each is fetched when it is opened. What else lies there is left alone."""

    def __init__(self, api: Any, repo: str, title: str, folder: Path) -> None:
        self.api, self.repo, self.title, self.folder = api, repo, title, folder
        found = {file.rfilename: file.size or 0 for file in api.model_info(repo, files_metadata=True).siblings or ()}
        self.sizes = {
            name: size for name, size in found.items() if name == MANIFEST or FILES.fullmatch(name) or CACHES.fullmatch(name)
        }  # fmt: skip

    def open(self, name: str) -> IO[bytes]:
        return open(self.api.hf_hub_download(self.repo, name, local_dir=self.folder), "rb")


def _connected(address: str) -> tuple[str, Any, Any]:
    """USER/NAME, the Hub's client, and its module.

    Raises:
        ConfigError: no such name, or no client installed.
    """
    repo = address.removeprefix(PREFIX)
    if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", repo, re.ASCII) or len(repo) > 96:
        raise ConfigError(f"{address!r}: must be {PREFIX}USER/NAME.")
    try:
        hub = import_module("huggingface_hub")
    except ImportError:
        raise ConfigError(NEEDS) from None
    return repo, hub.HfApi(library_name="betascope"), hub


@contextmanager
def _answered(address: str) -> Iterator[None]:
    """The Hub's errors as one sentence."""
    errors = import_module("huggingface_hub.errors")
    try:
        yield
    except BetascopeError:
        raise
    except errors.RepositoryNotFoundError:
        raise RunError(
            f"{address} is not there, or is private and this computer is not logged in; see `hf auth login`."
        ) from None
    except errors.EntryNotFoundError as error:
        raise RunError(f"{address} lacks a file of the run, or the Hub cannot be reached.") from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        why = (
            "log in with `hf auth login`, as a user who may write there" if status in (401, 403) else "try again later"
        )
        raise RunError(f"The Hub refused {address} (status {status}); {why}.") from None
    except (errors.HFValidationError, ValueError) as error:
        raise RunError(f"{address} cannot be used: {str(error).splitlines()[0]}") from None
    except (errors.OfflineModeIsEnabled, errors.HTTPError, OSError) as error:
        raise RunError(f"The Hub cannot be reached for {address} ({type(error).__name__}): are you offline?") from None


def _licence(api: Any, repo: str) -> str | None:
    """The licence in the card that is there."""
    with tempfile.TemporaryDirectory() as folder:
        path = api.hf_hub_download(repo, CARD, local_dir=folder)
        with suppress(ValueError):  # a header of another form
            return import_module("huggingface_hub").ModelCard.load(path).data.license
    return None


def _picture(run: Run) -> bytes | None:
    """A strip for each dimension as PNG; where a code has none, or no codes are at hand, the run's thumbnail."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            (path,) = FORMATS["png"].write([run], Path(folder) / PICTURE)
            return path.read_bytes()
        except BetascopeError:
            address = import_module("explorer.images.thumbnails").thumbnail(run)
    return None if address is None else base64.b64decode(address.partition(",")[2])
