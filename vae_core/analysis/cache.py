"""Results cached in a run's `cache/` folder, keyed by weights, data and parameters; safe to delete."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..runs import Run, RunError
from ..runs.files import read_tensors, write_tensors

#: Where the header of a file holds its seal.
SEAL = "seal"
Result = tuple[dict[str, Tensor], dict[str, Any]]


def cache_path(run: Run, name: str, parameters: dict[str, Any]) -> Path:
    """The file of the result `name` with these parameters."""
    condition = {} if run.requested_beta is None else {"at": run.requested_beta}
    key = json.dumps([run.weights_hash(), run.config.fingerprint, parameters | condition], sort_keys=True)
    return run.cache / f"{name}-{hashlib.blake2b(key.encode(), digest_size=6).hexdigest()}.safetensors"


def cached(
    run: Run, name: str, parameters: dict[str, Any], compute: Callable[[], Result], needs: Collection[str] = ()
) -> Result:
    """The cached result; if there is none, `compute()`, which is then cached. A damaged file, or one that was another's, is
    computed again; an unwritable folder is only logged. needs: names of tensors and numbers without which a file is not the
    result."""
    path = cache_path(run, name, parameters)
    if path.exists():
        try:
            return _sealed(path, needs)
        except RunError as error:
            logging.getLogger(__name__).warning("%s Computing it again.", error)
    tensors, numbers = compute()
    try:
        write_tensors(path, tensors, numbers | {SEAL: _seal(path, tensors, numbers)}, run.path)
    except RunError as error:
        logging.getLogger(__name__).warning("%s", error)
    return tensors, numbers


def _sealed(path: Path, needs: Collection[str]) -> Result:
    """
    Raises:
        RunError: not what was written under this name. Files of older versions have no seal, and are taken as they are.
    """
    tensors, numbers = read_tensors(path)
    seal = numbers.pop(SEAL, None)
    if (seal is not None and seal != _seal(path, tensors, numbers)) or not set(needs) <= {*tensors, *numbers}:
        raise RunError(f"{path.name} in {path.parent} was changed or damaged.")
    return tensors, numbers


def _seal(path: Path, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> str:
    """16 hex digits of a result and its name: a safetensors file has no checksum of its own."""
    digest = hashlib.blake2b(f"{path.stem} {json.dumps(numbers)}".encode(), digest_size=8)
    for name, tensor in sorted(tensors.items()):
        plain = tensor.detach().cpu().contiguous()
        digest.update(f"{name} {plain.dtype} {tuple(plain.shape)}".encode())
        digest.update(plain.flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def cached_numbers(
    run: Run, name: str, parameters: dict[str, Any], compute: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """The same for a result of plain numbers, without tensors."""
    empty = {"none": torch.zeros(1)}
    return cached(run, name, parameters, lambda: (empty, compute()))[1]
