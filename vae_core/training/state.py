"""Everything that changes in training, and its conversion to and from tensors and plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ..models import Model
from .config import TrainConfig
from .optimizers import Adam, AdamW
from .rates import LR_SCHEDULES, PLATEAU_FACTOR, PLATEAU_PATIENCE

#: Adam's β₁ and β₂ for a critic: Kim & Mnih 2018, appendix A; Makhzani et al. and Tolstikhin et al. also use β₁ = 0.5.
CRITIC_BETAS = (0.5, 0.9)


def parameters_of(model: Model) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """The parameters that the model's loss trains, and those of its adversary."""
    critics = [] if model.adversary is None else list(model.adversary.parameters())
    critic_ids = {id(parameter) for parameter in critics}
    return [parameter for parameter in model.parameters() if id(parameter) not in critic_ids], critics


@dataclass
class TrainingState:
    """A run in progress: model, optimiser, step, and the state of early stopping and of the plateau schedule."""

    model: Model
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    evaluations_since_best: int = 0
    plateau_factor: float = 1.0
    plateau_waits: int = 0
    #: Early stopping has restored the best weights: the next evaluation is the last and uses all test images.
    final: bool = False
    history: list[dict[str, Any]] = field(default_factory=list)
    best_weights: dict[str, Tensor] = field(default_factory=dict)

    #: The plain numbers among the fields, as they go into JSON.
    NUMBERS = ("step", "seconds", "best", "evaluations_since_best", "plateau_factor", "plateau_waits", "final")

    @classmethod
    def fresh(cls, model: Model, config: TrainConfig) -> TrainingState:
        optimizer = {"adam": Adam, "adamw": AdamW}[config.optimizer]
        parameters, critics = parameters_of(model)
        groups: list[dict[str, Any]] = [{"params": parameters}]
        if critics:
            groups.append({"params": critics, "betas": CRITIC_BETAS})
        # A CUDA graph reads its learning rate from the device.
        on_gpu = _device(model).type == "cuda"
        lr = torch.tensor(config.lr, device=_device(model)) if on_gpu else config.lr
        return cls(model, optimizer(groups, lr=lr, weight_decay=config.weight_decay, fused=True, capturable=on_gpu))

    def set_learning_rate(self, config: TrainConfig, total: int) -> None:
        factor = LR_SCHEDULES[config.lr_schedule](self.step, total) * self.plateau_factor
        for group in self.optimizer.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(config.lr * factor)
            else:
                group["lr"] = config.lr * factor

    @property
    def learning_rate(self) -> float:
        return float(self.optimizer.param_groups[0]["lr"])

    def record_validation(self, score: float, config: TrainConfig) -> None:
        """Update early stopping and the plateau schedule with a validation score (higher is better)."""
        if self.best is None or score > self.best:
            self.best, self.evaluations_since_best, self.plateau_waits = score, 0, 0
            if config.patience:
                self.best_weights = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
            return
        self.evaluations_since_best += 1
        self.plateau_waits += 1
        if config.lr_schedule == "plateau" and self.plateau_waits >= PLATEAU_PATIENCE:
            self.plateau_factor *= PLATEAU_FACTOR
            self.plateau_waits = 0

    def stops(self, config: TrainConfig) -> bool:
        """Whether early stopping ends the run; also true for a run that was killed before its last evaluation."""
        return self.final or 0 < config.patience <= self.evaluations_since_best

    # -- to and from disk --------------------------------------------------------------------------------
    def tensors(self) -> dict[str, Tensor]:
        """Weights, optimiser moments, best weights and random-number states, all on the CPU."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self.best_weights.items()}
        for index, moments in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in moments.items()}
        tensors["rng.cpu"] = torch.get_rng_state()
        if torch.cuda.is_available():
            tensors["rng.cuda"] = torch.cuda.get_rng_state(_device(self.model))
        return {name: value.detach().cpu().contiguous() for name, value in tensors.items()}

    def numbers(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.NUMBERS} | {"history": self.history}

    def restore(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
        """The inverse of `tensors` and `numbers`, on a fresh state of the same configuration."""
        self.model.load_state_dict(_with_prefix("model.", tensors))
        self.best_weights = {k: v.to(_device(self.model)) for k, v in _with_prefix("best.", tensors).items()}
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in _with_prefix("optimizer.", tensors).items():
            index, key = name.split(".", 1)
            moments.setdefault(int(index), {})[key] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})
        for parameter, moments_of_parameter in self.optimizer.state.items():
            # The fused optimiser reads memory in order, so moments need the memory format of their weights (channels last).
            for name, value in moments_of_parameter.items():
                if value.shape == parameter.shape:
                    moments_of_parameter[name] = torch.empty_like(parameter, requires_grad=False).copy_(value)
        for name in self.NUMBERS:
            setattr(self, name, numbers[name])
        self.history = list(numbers["history"])
        torch.set_rng_state(tensors["rng.cpu"])
        if "rng.cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["rng.cuda"], _device(self.model))


def _with_prefix(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _device(module: nn.Module) -> torch.device:
    return next(module.parameters()).device
