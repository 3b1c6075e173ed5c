"""Times a model's steps on this device for a second, to choose the fastest precision and to say what a run costs."""

from __future__ import annotations

import copy
import json
import math
import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

import vae_core

from ..cores import Threads, cores, free_cores
from ..models import Model
from .config import TrainConfig
from .device import Arithmetic, choose_device, native_bfloat16
from .state import TrainingState
from .steps import training_step

CPU = torch.device("cpu")
#: Shorter runs use float32: timing would take longer than it saves.
MIN_STEPS = 2000
#: Another precision than float32 must be faster by this factor.
MIN_SPEEDUP = 1.1
#: Evaluations, snapshots and the start make a run take about this much longer than its steps.
OVERHEAD = 1.15
#: Settings on which no step's time depends: the variants of a sweep share their times, hence their precision.
FREE = ("beta", "train_size", "warmup_steps")


def resolve_precision(config: TrainConfig, model: Model, total: int) -> TrainConfig:
    """The configuration with `auto` replaced by a precision.

    total: steps of the run. On a CPU, for long runs, each precision is timed on a copy of the model, in turns; on a GPU it is
    bfloat16 if the hardware supports it. The times are cached for this machine, model and batch size, so that the same
    command gives the same numbers again.
    """
    device = choose_device(config.device)
    precision = _precision(config, device, total, lambda: _step_times(model, config.batch_size, device, _threads()))
    return config if precision == config.precision else config.replace(precision=precision)


def _precision(config: TrainConfig, device: torch.device, total: int, times: Callable[[], dict[str, float]]) -> str:
    """The precision of a run of `total` steps; `times` of its steps are measured only if the choice depends on them."""
    if config.precision != "auto":
        return config.precision
    if device.type == "cuda":
        return "bfloat16" if native_bfloat16(device) else "float32"
    return "float32" if total < MIN_STEPS else fastest(times())


def estimated_seconds(config: TrainConfig, model: Model, total: int, runs: int = 1) -> float:
    """About how long `runs` runs of `total` steps take on the configuration's device, from a few timed steps.

    On a CPU several runs share the cores, one thread each; on a GPU they are taken one after the other.
    """
    device = choose_device(config.device)
    at_once = 1 if device.type == "cuda" else min(runs, cores())
    threads = config.threads or (1 if runs > 1 else _threads())
    times = _step_times(model, config.batch_size, device, threads)
    return OVERHEAD * total * times[_precision(config, device, total, lambda: times)] * math.ceil(runs / at_once)


def _threads() -> int:
    return min(torch.get_num_threads(), free_cores())


def _step_times(model: Model, batch_size: int, device: torch.device, threads: int) -> dict[str, float]:
    """`seconds_per_step` from the cache of this machine, timed once."""
    key, cached = _key(model, batch_size, device, threads), _cached()
    if key not in cached:
        with Threads(threads):
            cached[key] = seconds_per_step(model, batch_size, device=device)
        # If the cache cannot be written, the next run times again.
        with suppress(OSError):
            _file().parent.mkdir(parents=True, exist_ok=True)
            partial = _file().with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps(cached, indent=1))
            partial.replace(_file())
    return cached[key]


def fastest(seconds: dict[str, float]) -> str:
    """float32, unless another precision takes clearly less than its time."""
    best = min(seconds, key=seconds.__getitem__)
    return best if seconds["float32"] > MIN_SPEEDUP * seconds[best] else "float32"


def seconds_per_step(
    model: Model, batch_size: int, budget: float = 1.5, device: torch.device = CPU
) -> dict[str, float]:
    """The shortest time of a training step in each precision, within about `budget` seconds; changes neither model nor random state."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        trials = {name: _Trial(model, batch_size, name, device) for name in ("float32", "products", "bfloat16")}
        for trial in trials.values():
            trial.step(), trial.step()
        end = time.perf_counter() + budget
        best = {name: trial.step() for name, trial in trials.items()}
        while time.perf_counter() < end:
            best = {name: min(best[name], trial.step()) for name, trial in trials.items()}
    return best


class _Trial:
    """A copy of the model that is trained on noise."""

    def __init__(self, model: Model, batch_size: int, precision: str, device: torch.device) -> None:
        config, self.device = model.config, device
        model = copy.deepcopy(model).to(device).train()
        self.x = torch.rand(batch_size, *config.shape, device=device)
        if config.network != "mlp":
            model.to(memory_format=torch.channels_last)
            self.x = self.x.to(memory_format=torch.channels_last)
        self.y = torch.randint(config.classes, (batch_size,), device=device) if config.classes else None
        train = TrainConfig(device=str(device))
        self.train_step = training_step(
            TrainingState.fresh(model, train), train, Arithmetic.of(precision, device), device
        )

    def step(self) -> float:
        start = time.perf_counter()
        self.train_step(self.x, self.y, 1)
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter() - start


def _key(model: Model, batch_size: int, device: torch.device, threads: int) -> str:
    """All that a step's time depends on: the machine, the versions, and the settings other than the values of weights."""
    settings = {
        name: value > 0 if isinstance(value, float) else value
        for name, value in model.config.to_dict().items()
        if name not in FREE
    }
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else torch.backends.cpu.get_cpu_capability()
    machine = platform.node(), name, threads, torch.__version__, vae_core.__version__
    return " ".join(map(str, (*machine, type(model).__name__, batch_size, json.dumps(settings))))


def _file() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "betascope" / "steps.json"


def _cached() -> dict[str, dict[str, float]]:
    with suppress(OSError, ValueError, AttributeError, TypeError):  # a file of another form is written anew
        cached = json.loads(_file().read_text())
        return {
            key: {name: float(times[name]) for name in times} for key, times in cached.items() if "float32" in times
        }
    return {}
