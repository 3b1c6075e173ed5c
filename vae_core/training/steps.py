"""One training step: a batch, the loss, its gradients, the optimiser. Run as it is, compiled, or as a CUDA graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ..cores import Threads
from ..datasets.base import Split
from ..models import Model
from .batches import Batches
from .config import TrainConfig
from .device import Arithmetic, products
from .distributed import ALONE, Group
from .graphs import RecordedStep, is_static
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
    check_every: int  # steps between checks of the loss (each makes a GPU wait)
    threads: Threads
    snapshot_steps: frozenset[int] = field(default_factory=frozenset)
    group: Group = ALONE

    def evaluates_at(self, step: int) -> bool:
        """Whether there is an evaluation after so many steps."""
        return step % self.every == 0 or step == self.total or step in self.snapshot_steps


def step_function(state: TrainingState, plan: Plan) -> tuple[Callable[[int], dict[str, Tensor]], str]:
    """The function that trains step number n and returns its loss terms, and a description of how steps run."""
    batches = plan.batches
    train_step = training_step(state, plan.config, plan.arithmetic, batches.device, plan.group)

    def eager(step: int) -> dict[str, Tensor]:
        return train_step(*batches.at(step), step)

    if plan.group.size > 1:
        return eager, f"{plan.group.size} processes"
    if plan.config.compile:
        return eager, "compiled"
    if batches.device.type != "cuda" or not batches.recordable or not is_static(type(state.model), state.model.config):
        return eager, ""
    try:
        return recorded_step(state, batches, train_step), "CUDA graph"
    except RuntimeError as error:
        return eager, not_recorded(error)


def training_step(
    state: TrainingState, config: TrainConfig, arithmetic: Arithmetic, device: torch.device, group: Group = ALONE
) -> Callable[[Tensor, Tensor | None, int], dict[str, Tensor]]:
    """Forward, backward, clipping, and the optimiser, as a function of a batch and the step number."""
    model = state.model
    loss_of = compiled(model) if config.compile else group.loss_of(model)
    parameters, critics = parameters_of(model)

    def step(x: Tensor, y: Tensor | None, number: int) -> dict[str, Tensor]:
        with products(arithmetic.products):
            # A CUDA graph must not cache casts of weights from one replay to the next.
            with torch.autocast(device.type, torch.bfloat16, arithmetic.autocast, cache_enabled=device.type == "cpu"):
                terms = loss_of(x, y, number)
            state.optimizer.zero_grad(set_to_none=True)
            backward(terms, parameters, critics)
        if config.clip_norm:
            torch.nn.utils.clip_grad_norm_(parameters, config.clip_norm)
        state.optimizer.step()
        return terms

    return step


def backward(terms: dict[str, Tensor], parameters: list[nn.Parameter], critics: list[nn.Parameter]) -> None:
    """Gradients of the model's loss for its parameters, and of the adversary's own loss for the adversary's."""
    # The model's loss does not train a critic, and gradients of its weights would cost time.
    terms["loss"].backward(inputs=parameters if critics else None)
    if critics:
        terms["adversary"].backward(inputs=critics)


def compiled(model: Model) -> Callable[[Tensor, Tensor | None, int], dict[str, Tensor]]:
    """The model's loss through torch.compile.

    Raises (when called):
        TrainingFailed: this machine has no compiler that torch can use.
    """
    compiled_loss = torch.compile(model.loss)

    def loss_of(x: Tensor, y: Tensor | None, step: int) -> dict[str, Tensor]:
        try:
            return compiled_loss(x, y, step)
        except torch._dynamo.exc.TorchDynamoException as error:
            reason = str(error).strip().splitlines()[0]
            raise TrainingFailed(f"torch.compile does not work here ({reason}); train without --compile.") from error

    return loss_of


def recorded_step(
    state: TrainingState, batches: Batches, train_step: Callable[[Tensor, Tensor | None, int], dict[str, Tensor]]
) -> Callable[[int], dict[str, Tensor]]:
    """The step as a CUDA graph, which reads β from a tensor that is written before each replay.

    Raises:
        RuntimeError: the step cannot be recorded on this device.
    """
    model = state.model
    betas = torch.zeros(2, device=batches.device)
    write_betas = beta_writer(model, betas)
    write_betas(state.step)
    model.beta_tensors = (betas[0], betas[1])  # type: ignore[assignment]
    try:
        recorded = RecordedStep(batches, lambda x, y: train_step(x, y, 0), [state.optimizer])
    finally:
        model.beta_tensors = None  # type: ignore[assignment]

    def replay(step: int) -> dict[str, Tensor]:
        write_betas(step)
        return recorded.step(batches.rows(step))

    return replay


def beta_writer(model: Model, betas: Tensor) -> Callable[[int], None]:
    """A function that writes the full β and β at a step into `betas` `(2,)`, without waiting for the device."""
    beta = float(getattr(model, "beta", 1.0))

    def write(step: int) -> None:
        betas[0].fill_(beta)
        betas[1].fill_(float(model.weight(step) or 0.0))

    return write


def not_recorded(error: RuntimeError) -> str:
    """Description of a step that could not be recorded as a CUDA graph."""
    return f"not as a CUDA graph: {str(error).strip().splitlines()[0]}"


def as_numbers(terms: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(value.detach()) for name, value in terms.items()}
