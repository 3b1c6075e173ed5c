"""Which arithmetic pays for this model on this device: a second of trying, remembered for the next run."""

from __future__ import annotations

import copy
import json
import os
import platform
import time
from contextlib import suppress
from pathlib import Path

import torch

from ..models import Model
from .config import TrainConfig
from .device import Arithmetic, choose_device, native_bfloat16
from .state import TrainingState
from .steps import whole_step

#: Runs of fewer steps are over before trying would pay; they take float32.
WORTH_TRYING = 2000
#: Anything but float32 must be faster by this much.
GAIN = 1.1


def settle(config: TrainConfig, model: Model, total: int) -> TrainConfig:
    """The configuration with `auto` replaced by the precision that the run will have.

    total: steps of the run. On a CPU each precision is timed on a copy of the model, in turns, for runs long enough; on a
    GPU bfloat16 is taken where the hardware has it. The answer is remembered for this machine, model and batch size, so
    the same command gives the same numbers again.
    """
    if config.precision != "auto":
        return config
    device = choose_device(config.device)
    if device.type == "cuda":
        return config.replace(precision="bfloat16" if native_bfloat16(device) else "float32")
    if total < WORTH_TRYING:
        return config.replace(precision="float32")
    key, known = _key(model, config.batch_size), _known()
    if key not in known:
        known[key] = fastest(seconds_per_step(model, config.batch_size))
        # Without a place to remember it the answer is found anew each time.
        with suppress(OSError):
            _file().parent.mkdir(parents=True, exist_ok=True)
            partial = _file().with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps(known, indent=1))
            partial.replace(_file())
    return config.replace(precision=known[key])


def fastest(seconds: dict[str, float]) -> str:
    """float32, unless another precision takes clearly less than its time."""
    best = min(seconds, key=seconds.__getitem__)
    return best if seconds["float32"] > GAIN * seconds[best] else "float32"


def seconds_per_step(model: Model, batch_size: int, budget: float = 1.5) -> dict[str, float]:
    """The least time of a training step in each precision, within about `budget` seconds; leaves model and noise alone."""
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
    """A copy of the model, trained on noise."""

    def __init__(self, model: Model, batch_size: int, precision: str) -> None:
        config, device = model.config, torch.device("cpu")
        own = copy.deepcopy(model).train()
        self.x = torch.rand(batch_size, *config.shape)
        if config.network != "mlp":
            own.to(memory_format=torch.channels_last)
            self.x = self.x.to(memory_format=torch.channels_last)
        self.y = torch.randint(config.classes, (batch_size,)) if config.classes else None
        train = TrainConfig(device="cpu")
        self.take = whole_step(TrainingState.fresh(own, train), train, Arithmetic.of(precision, device), device)

    def step(self) -> float:
        start = time.perf_counter()
        self.take(self.x, self.y, 1)
        return time.perf_counter() - start


def _key(model: Model, batch_size: int) -> str:
    c = model.config
    sizes = (*c.shape, c.latent_dim, *c.hidden, c.channels, batch_size)
    machine = platform.node(), torch.backends.cpu.get_cpu_capability(), torch.get_num_threads(), torch.__version__
    return " ".join(map(str, (*machine, type(model).__name__, c.network, *sizes)))


def _file() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "betascope" / "precision.json"


def _known() -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads(_file().read_text())
        if isinstance(found, dict) and set(found.values()) <= {"float32", "products", "bfloat16"}:
            return found
    return {}
