"""What a step is: a batch, the loss, its gradients, the optimiser. As it stands, compiled, or recorded for a GPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ..datasets.base import Split
from ..models import Model
from .batches import Batches
from .config import TrainConfig
from .device import Arithmetic, products
from .distributed import ALONE, Group
from .graphs import Recorded, can_record
from .monitors import TrainingFailed
from .state import TrainingState, parameters_of


@dataclass(frozen=True)
class Plan:
    """What follows from configuration, model and data before the first step."""

    config: TrainConfig
    batches: Batches
    validation: Split | None
    test: Split
    total: int  # steps
    every: int  # steps between evaluations
    arithmetic: Arithmetic
    check_every: int  # steps between looks at the loss (on a GPU each look waits for the device)
    snapshot_steps: frozenset[int] = field(default_factory=frozenset)
    group: Group = ALONE


def stepper(state: TrainingState, plan: Plan) -> tuple[Callable[[int], dict[str, Tensor]], str]:
    """What to call with the number of each step, and how it goes in words ("" as it stands); it returns the loss's terms."""
    model, batches = state.model, plan.batches
    body = whole_step(state, plan.config, plan.arithmetic, batches.device, plan.group)

    def eager(step: int) -> dict[str, Tensor]:
        return body(*batches.at(step), step)

    if plan.group.size > 1:
        return eager, f"{plan.group.size} processes"
    if batches.device.type != "cuda" or not batches.resident or plan.config.compile or not can_record(model):
        return eager, "compiled" if plan.config.compile else ""
    told = torch.zeros(2, device=batches.device)
    model.as_tensors = (told[0], told[1])  # type: ignore[assignment]
    tell = teller(model, told)
    tell(state.step)
    try:
        recorded = Recorded(batches, lambda x, y: body(x, y, 0), [state.optimizer])
    except RuntimeError as error:
        model.as_tensors = None  # type: ignore[assignment]
        return eager, f"not as a CUDA graph: {str(error).strip().splitlines()[0]}"
    model.as_tensors = None  # type: ignore[assignment]

    def replayed(step: int) -> dict[str, Tensor]:
        tell(step)
        return recorded.step(batches.rows(step))

    return replayed, "CUDA graph"


def teller(model: Model, told: Tensor) -> Callable[[int], None]:
    """Writes β and β at a step to where the recorded step reads them, without waiting for the device."""
    beta = float(getattr(model, "beta", 1.0))

    def tell(step: int) -> None:
        told[0].fill_(beta)
        told[1].fill_(float(model.weight(step) or 0.0))

    return tell


def whole_step(
    state: TrainingState, config: TrainConfig, arithmetic: Arithmetic, device: torch.device, group: Group = ALONE
) -> Callable[[Tensor, Tensor | None, int], dict[str, Tensor]]:
    """Forward, backward, the critic's turn, clipping, and the optimiser."""
    model = state.model
    loss_of = compiled(model) if config.compile else group.shared(model)
    parameters, critics = parameters_of(model)

    def step(x: Tensor, y: Tensor | None, number: int) -> dict[str, Tensor]:
        with products(arithmetic.products):
            # A recorded step must not keep casts of weights from one replay to the next.
            with torch.autocast(device.type, torch.bfloat16, arithmetic.autocast, cache_enabled=device.type == "cpu"):
                terms = loss_of(x, y, number)
            state.optimizer.zero_grad(set_to_none=True)
            terms["loss"].backward()
            if critics:
                terms |= train_adversary(model, critics, x, y, number, arithmetic)
        if config.clip_norm:
            torch.nn.utils.clip_grad_norm_(parameters, config.clip_norm)
        state.optimizer.step()
        return terms

    return step


def train_adversary(
    model: Model, critics: list[nn.Parameter], x: Tensor, y: Tensor | None, step: int, arithmetic: Arithmetic
) -> dict[str, Tensor]:
    """Gradients of the adversary's own loss in place of those that the model's loss left there."""
    for parameter in critics:
        parameter.grad = None
    with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=arithmetic.autocast):
        loss = model.adversary_loss(x, y, step)
    loss.backward()
    return {"adversary": loss.detach()}


def compiled(model: Model) -> Callable[[Tensor, Tensor | None, int], dict[str, Tensor]]:
    """The model's loss through torch.compile.

    Raises (when called):
        TrainingFailed: this machine has no compiler that torch can use.
    """
    fast = torch.compile(model.loss)

    def loss_of(x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        try:
            return fast(x, y, step)
        except torch._dynamo.exc.TorchDynamoException as error:
            reason = str(error).strip().splitlines()[0]
            raise TrainingFailed(f"torch.compile does not work here ({reason}); train without --compile.") from error

    return loss_of


def as_numbers(terms: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(value.detach()) for name, value in terms.items()}
