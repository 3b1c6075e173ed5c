"""Chooses the fastest precision for a model on this device by timing it for a second; results are cached on disk."""

from __future__ import annotations

import copy
import json
import os
import platform
import time
from contextlib import suppress
from pathlib import Path

import torch

from ..cores import Threads, free_cores
from ..models import Model
from .config import TrainConfig
from .device import Arithmetic, choose_device, native_bfloat16
from .state import TrainingState
from .steps import training_step

#: Shorter runs use float32: timing would take longer than it saves.
MIN_STEPS = 2000
#: Another precision than float32 must be faster by this factor.
MIN_SPEEDUP = 1.1


def resolve_precision(config: TrainConfig, model: Model, total: int) -> TrainConfig:
    """The configuration with `auto` replaced by a precision.

    total: steps of the run. On a CPU, for long runs, each precision is timed on a copy of the model, in turns; on a GPU it is
    bfloat16 if the hardware supports it. The result is cached for this machine, model and batch size, so that the same
    command gives the same numbers again.
    """
    if config.precision != "auto":
        return config
    device = choose_device(config.device)
    if device.type == "cuda":
        return config.replace(precision="bfloat16" if native_bfloat16(device) else "float32")
    if total < MIN_STEPS:
        return config.replace(precision="float32")
    threads = min(torch.get_num_threads(), free_cores())
    key, cached = _key(model, config.batch_size, threads), _cached()
    if key not in cached:
        with Threads(threads):
            cached[key] = fastest(seconds_per_step(model, config.batch_size))
        # If the cache cannot be written, the next run times again.
        with suppress(OSError):
            _file().parent.mkdir(parents=True, exist_ok=True)
            partial = _file().with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps(cached, indent=1))
            partial.replace(_file())
    return config.replace(precision=cached[key])


def fastest(seconds: dict[str, float]) -> str:
    """float32, unless another precision takes clearly less than its time."""
    best = min(seconds, key=seconds.__getitem__)
    return best if seconds["float32"] > MIN_SPEEDUP * seconds[best] else "float32"


def seconds_per_step(model: Model, batch_size: int, budget: float = 1.5) -> dict[str, float]:
    """The shortest time of a training step in each precision, within about `budget` seconds; changes neither model nor random state."""
    with torch.random.fork_rng(devices=[]):
        trials = {name: _Trial(model, batch_size, name) for name in ("float32", "products", "bfloat16")}
        for trial in trials.values():
            trial.step(), trial.step()
        end = time.perf_counter() + budget
        best = {name: trial.step() for name, trial in trials.items()}
        while time.perf_counter() < end:
            best = {name: min(best[name], trial.step()) for name, trial in trials.items()}
    return best


class _Trial:
    """A copy of the model that is trained on noise."""

    def __init__(self, model: Model, batch_size: int, precision: str) -> None:
        config, device = model.config, torch.device("cpu")
        model = copy.deepcopy(model).train()
        self.x = torch.rand(batch_size, *config.shape)
        if config.network != "mlp":
            model.to(memory_format=torch.channels_last)
            self.x = self.x.to(memory_format=torch.channels_last)
        self.y = torch.randint(config.classes, (batch_size,)) if config.classes else None
        train = TrainConfig(device="cpu")
        self.train_step = training_step(
            TrainingState.fresh(model, train), train, Arithmetic.of(precision, device), device
        )

    def step(self) -> float:
        start = time.perf_counter()
        self.train_step(self.x, self.y, 1)
        return time.perf_counter() - start


def _key(model: Model, batch_size: int, threads: int) -> str:
    config = model.config
    sizes = (*config.shape, config.latent_dim, *config.hidden, config.channels, batch_size)
    machine = platform.node(), torch.backends.cpu.get_cpu_capability(), threads, torch.__version__
    return " ".join(map(str, (*machine, type(model).__name__, config.network, *sizes)))


def _file() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "betascope" / "precision.json"


def _cached() -> dict[str, str]:
    with suppress(OSError, ValueError):
        cached = json.loads(_file().read_text())
        if isinstance(cached, dict) and set(cached.values()) <= {"float32", "products", "bfloat16"}:
            return cached
    return {}
