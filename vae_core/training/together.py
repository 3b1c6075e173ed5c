"""K variants of one model trained as one batched model: what each costs alone is mostly overhead, and that is paid once.

Variants differ in β alone and share data, seed, batches and noise, so each is the model it would have been by itself. Their
weights are slices of stacked tensors `(K, …)`: losses and gradients come from `torch.func.vmap`, and one optimiser moves all.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap

from ..config import ConfigError
from ..datasets.base import ImageData
from ..models import Model, ModelConfig
from ..models.vae import VAE
from ..schedules import SCHEDULES
from .config import TrainConfig
from .device import flushed_denormals, products, tune_process
from .distributed import LossOf
from .graphs import Recorded
from .loop import Clock, Listener, evaluate, prepare
from .monitors import TrainingFailed, check_finite
from .preflight import preflight
from .state import TrainingState
from .steps import Plan


def can_join(family: type[Model], model: ModelConfig, train: TrainConfig) -> bool:
    """Whether runs like this one, of several β, can be trained together.

    What steps cannot be batched: a critic's, a controller's, those that carry numbers from one to the next.
    """
    return (
        issubclass(family, VAE)
        and family.adversary_loss is Model.adversary_loss
        and "beta" in model.to_dict()
        and model.betas is None
        and getattr(model, "schedule", "") in SCHEDULES
        and not (model.perceptual_weight or model.ssim_weight or model.multiscale_weight)
        and train.lr_schedule != "plateau"
        and not train.compile
    )


@dataclass(eq=False)
class Variant:
    """One of the models in training, and who follows it."""

    number: int
    state: TrainingState
    listener: Listener
    clock: Clock


@flushed_denormals()
def fit_together(
    models: Sequence[Model], data: ImageData, config: TrainConfig, listeners: Sequence[Listener] | None = None
) -> list[str | TrainingFailed]:
    """Train models that differ in β alone, in place; for each "done", "pause", "cancel", or why it failed.

    Raises:
        ConfigError, DataError: they differ in more, or do not fit the data.
    """
    check_alike(models, config)
    tune_process()
    torch.manual_seed(config.seed)
    listeners = listeners or [Listener() for _ in models]
    plan = prepare(models[0], data, config)
    outcomes: dict[int, str | TrainingFailed] = {}
    variants = []
    for number, (model, listener) in enumerate(zip(models, listeners, strict=True)):
        model.to(plan.batches.device)
        preflight(model, *plan.batches.at(0))
        state = TrainingState.fresh(model, plan.config)
        listener.begin(state, plan)
        model.train()
        variants.append(Variant(number, state, listener, Clock(state)))
    if len({variant.state.step for variant in variants}) > 1:
        raise ConfigError("Runs that were saved at different steps cannot go on together; resume them one by one.")
    for variant in variants:
        if variant.state.step == 0:
            evaluate(variant.state, plan, variant.listener, variant.clock, {})

    stack = Stack([variant.state for variant in variants], plan)
    for variant in variants:
        variant.listener.noted(", ".join(filter(None, [f"{len(variants)} variants together", stack.how])))
    while variants:
        step = variants[0].state.step
        leaving = [variant for variant in variants if step >= plan.total or variant.state.stops(plan.config)]
        if not leaving:
            terms = stack.step(step)
            leaving = _look(variants, plan, terms, outcomes)
        for variant in leaving:
            if variant.number not in outcomes:
                outcomes[variant.number] = _end(variant, plan)
        if leaving:
            variants = [variant for variant in variants if variant not in leaving]
        if leaving and variants:
            stack = Stack([variant.state for variant in variants], plan)
    return [outcomes[number] for number in range(len(models))]


def check_alike(models: Sequence[Model], config: TrainConfig) -> None:
    """
    Raises:
        ConfigError: the models differ in more than β, or are of a family that cannot be batched.
    """
    first = models[0]
    if not can_join(type(first), first.config, config):
        raise ConfigError(f"{first.title} with these settings cannot be trained together with its variants.")
    for model in models:
        if type(model) is not type(first) or model.config.replace(beta=1.0) != first.config.replace(beta=1.0):
            raise ConfigError("Only models that differ in β alone can be trained together.")


def _look(
    variants: list[Variant], plan: Plan, terms: dict[str, Tensor], outcomes: dict[int, str | TrainingFailed]
) -> list[Variant]:
    """After a step: check, evaluate, ask for wishes. Returns those that leave, their outcome noted if it is not "done"."""
    step = variants[0].state.step
    due = step % plan.every == 0 or step == plan.total or step in plan.snapshot_steps
    numbers: list[dict[str, float]] = [{} for _ in variants]
    if due or (step - 1) % plan.check_every == 0:
        columns = {name: values.detach().tolist() for name, values in terms.items()}
        numbers = [{name: column[i] for name, column in columns.items()} for i in range(len(variants))]
    leaving = []
    # One clock for all: those that are stopped together stop at the same step, and can go on together.
    due_now = variants[0].clock.due() or step == plan.total
    for variant, found in zip(variants, numbers, strict=True):
        try:
            check_finite(found, step - 1)
            if due:
                evaluate(variant.state, plan, variant.listener, variant.clock, found)
            if not due_now:
                continue
            speed = variant.clock.images_per_second(step, plan.config.batch_size)
            action = variant.listener.progress(variant.state, plan.total, speed)
            if action is not None and step < plan.total and not variant.state.stops(plan.config):
                if variant.state.history[-1]["step"] != step:
                    evaluate(variant.state, plan, variant.listener, variant.clock, {})
                outcomes[variant.number] = action
                leaving.append(variant)
        except TrainingFailed as error:
            outcomes[variant.number] = error
            leaving.append(variant)
    return leaving


def _end(variant: Variant, plan: Plan) -> str:
    """Put the best weights back, where early stopping kept them."""
    state = variant.state
    if state.best_weights:
        state.model.load_state_dict(state.best_weights)
        state.final = True
        evaluate(state, plan, variant.listener, variant.clock, {})
    return "done"


class Stack:
    """Weights and moments of the variants, stacked; the models and optimisers of all see slices of the same memory."""

    def __init__(self, states: Sequence[TrainingState], plan: Plan) -> None:
        self.states, self.plan = states, plan
        self.names = [name for name, _ in states[0].model.named_parameters()]
        # A copy to call: its own weights are never looked at.
        self.caller = copy.deepcopy(cast(VAE, states[0].model)).train()
        own = [dict(state.model.named_parameters()) for state in states]
        self.weights = {name: nn.Parameter(torch.stack([one[name].detach() for one in own])) for name in self.names}
        self.betas = torch.tensor([state.model.beta for state in states], device=plan.batches.device)
        #: β of each at this step, where a recorded step finds it.
        self.now = torch.zeros_like(self.betas)
        kind = cast(Callable[..., torch.optim.Optimizer], type(states[0].optimizer))
        group = states[0].optimizer.param_groups[0]
        same = {name: group[name] for name in ("lr", "weight_decay", "fused", "capturable")}
        self.optimizer = kind(self.weights.values(), **same)
        for name in self.names:
            self._share(name, [one[name] for one in own])
        self.gradients = vmap(
            grad_and_value(self._loss, has_aux=True), in_dims=(0, 0, 0, None, None), randomness="same"
        )
        self.recorded, self.how = self._record()

    def _share(self, name: str, parameters: list[nn.Parameter]) -> None:
        """Let the models' parameters and their optimisers' moments be slices of the stack's."""
        stacked = self.weights[name]
        kept = [
            state.optimizer.state.get(parameter, {}) for state, parameter in zip(self.states, parameters, strict=True)
        ]
        blank = torch.zeros(len(parameters), *stacked.shape[1:], device=stacked.device)
        moments = {
            key: torch.stack([one[key].to(blank) for one in kept]) if kept[0] else blank.clone()
            for key in ("exp_avg", "exp_avg_sq")
        }
        count = kept[0]["step"].clone() if kept[0] else torch.zeros((), device=stacked.device)
        self.optimizer.state[stacked] = {"step": count, **moments}
        for k, (state, parameter) in enumerate(zip(self.states, parameters, strict=True)):
            parameter.data = stacked.data[k]
            state.optimizer.state[parameter] = {"step": count} | {key: value[k] for key, value in moments.items()}

    def _record(self) -> tuple[Recorded | None, str]:
        """The step as a CUDA graph, where there is a GPU and it can be."""
        if self.betas.device.type != "cuda" or not self.plan.batches.resident:
            return None, ""
        self._tell(self.states[0].step)
        try:
            return Recorded(self.plan.batches, self._body, [self.optimizer]), "CUDA graph"
        except RuntimeError as error:
            return None, f"not as a CUDA graph: {str(error).strip().splitlines()[0]}"

    def step(self, step: int) -> dict[str, Tensor]:
        """One optimiser step of all variants; terms `(K,)` each."""
        self._tell(step)
        batches = self.plan.batches
        terms = self.recorded.step(batches.rows(step)) if self.recorded else self._body(*batches.at(step))
        for state in self.states:
            state.step = step + 1
        return terms

    def _tell(self, step: int) -> None:
        self.now.copy_(torch.tensor([state.model.weight(step) for state in self.states]))
        for state in self.states:
            state.set_learning_rate(self.plan.config, self.plan.total)
        group = self.optimizer.param_groups[0]
        if isinstance(group["lr"], Tensor):
            group["lr"].copy_(self.states[0].optimizer.param_groups[0]["lr"])
        else:
            group["lr"] = self.states[0].learning_rate

    def _body(self, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        config = self.plan.config
        with products(self.plan.arithmetic.products):
            gradients, (_, terms) = self.gradients(dict(self.weights), self.betas, self.now, x, y)
        if config.clip_norm:
            norm = torch.stack([found.flatten(1).square().sum(1) for found in gradients.values()]).sum(0).sqrt()
            share = (config.clip_norm / (norm + 1e-6)).clamp(max=1.0)
            gradients = {name: found * share.view(-1, *[1] * (found.dim() - 1)) for name, found in gradients.items()}
        for name, stacked in self.weights.items():
            stacked.grad = gradients[name].to(stacked)
        self.optimizer.step()
        return cast(dict[str, Tensor], terms)

    def _loss(
        self, weights: dict[str, Tensor], beta: Tensor, now: Tensor, x: Tensor, y: Tensor | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of one variant, its β and the weight of its rate told as tensors."""
        self.caller.as_tensors = (beta, now)
        arithmetic = self.plan.arithmetic
        try:
            with torch.autocast(x.device.type, torch.bfloat16, arithmetic.autocast, cache_enabled=False):
                terms = cast(Callable[..., dict[str, Tensor]], functional_call)(
                    LossOf(self.caller), _under(weights), (x, y, 0)
                )
        finally:
            self.caller.as_tensors = None
        return terms["loss"], {name: value.detach() for name, value in terms.items()}


def _under(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"model.{name}": value for name, value in weights.items()}
