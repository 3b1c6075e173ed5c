"""Results cached in a run's `cache/` folder, keyed by weights, data and parameters; safe to delete."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..runs import Run, RunError
from ..runs.files import read_tensors, write_tensors

Result = tuple[dict[str, Tensor], dict[str, Any]]


def cache_path(run: Run, name: str, parameters: dict[str, Any]) -> Path:
    """The file of the result `name` with these parameters."""
    condition = {} if run.requested_beta is None else {"at": run.requested_beta}
    key = json.dumps([run.weights_hash(), run.config.fingerprint, parameters | condition], sort_keys=True)
    return run.cache / f"{name}-{hashlib.blake2b(key.encode(), digest_size=6).hexdigest()}.safetensors"


def cached(run: Run, name: str, parameters: dict[str, Any], compute: Callable[[], Result]) -> Result:
    """The cached result; if there is none, `compute()`, which is then cached. A damaged file is computed again; an unwritable
    folder is only logged."""
    path = cache_path(run, name, parameters)
    if path.exists():
        try:
            return read_tensors(path)
        except RunError as error:
            logging.getLogger(__name__).warning("%s Computing it again.", error)
    tensors, numbers = compute()
    try:
        write_tensors(path, tensors, numbers, run.path)
    except RunError as error:
        logging.getLogger(__name__).warning("%s", error)
    return tensors, numbers


def cached_numbers(
    run: Run, name: str, parameters: dict[str, Any], compute: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """The same for a result of plain numbers, without tensors."""
    empty = {"none": torch.zeros(1)}
    return cached(run, name, parameters, lambda: (empty, compute()))[1]
