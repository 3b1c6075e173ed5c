"""Several variants of a model trained at once, as one batched model (stacked.py): the overhead of a step is paid only once.

Variants differ in β only and share data, seed, batches and noise, so each becomes the model that it would be if trained alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..config import ConfigError
from ..datasets.base import Data
from ..models import Model, ModelConfig
from .config import TrainConfig
from .device import flushed_denormals, tune_process
from .graphs import is_static
from .loop import Clock, Listener, evaluate, prepare, report_progress, restore_best
from .monitors import TrainingFailed, check_finite
from .preflight import preflight
from .stacked import Stack
from .state import TrainingState
from .steps import Plan


def can_join(family: type[Model], model: ModelConfig, train: TrainConfig) -> bool:
    """Whether runs with these settings and different β can be trained together.

    All variants share one learning rate, so it must not depend on a variant's validation score.
    """
    return (
        is_static(family, model)
        and "beta" in model.to_dict()
        and not (model.perceptual_weight or model.ssim_weight or model.multiscale_weight)
        and train.lr_schedule != "plateau"
        and not train.compile
    )


@dataclass(eq=False)
class Variant:
    """One of the models in training, with its listener."""

    number: int
    state: TrainingState
    listener: Listener
    clock: Clock


@flushed_denormals()
def fit_together(
    models: Sequence[Model], data: Data, config: TrainConfig, listeners: Sequence[Listener] | None = None
) -> list[str | TrainingFailed]:
    """Train models that differ in β only, in place; returns for each "done", "pause", "cancel", or why it failed.

    Raises:
        ConfigError, DataError: the models differ in more than β, or do not fit the data.
    """
    check_alike(models, config)
    tune_process()
    torch.manual_seed(config.seed)
    plan = prepare(models[0], data, config)
    with plan.threads:
        return _run_steps(models, listeners or [Listener() for _ in models], plan)


def _run_steps(models: Sequence[Model], listeners: Sequence[Listener], plan: Plan) -> list[str | TrainingFailed]:
    variants = _begin(models, listeners, plan)
    outcomes: dict[int, str | TrainingFailed] = {}
    stack = Stack([variant.state for variant in variants], plan)
    execution = ", ".join(filter(None, [f"{len(variants)} variants together", stack.execution]))
    for variant in variants:
        variant.listener.started(execution)

    while variants:
        step = variants[0].state.step
        leaving = [variant for variant in variants if step >= plan.total or variant.state.stops(plan.config)]
        for variant in leaving:
            restore_best(variant.state, plan, variant.listener, variant.clock)
            outcomes[variant.number] = "done"
        if not leaving:
            terms = stack.step(step)
            plan.threads.step()
            ended = _after_step(variants, plan, terms)
            leaving = list(ended)
            outcomes |= {variant.number: outcome for variant, outcome in ended.items()}
        if leaving:
            variants = [variant for variant in variants if variant not in leaving]
            if variants:
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


def _begin(models: Sequence[Model], listeners: Sequence[Listener], plan: Plan) -> list[Variant]:
    """Move all models to the device, restore saved states and evaluate new ones."""
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
    return variants


def _after_step(variants: list[Variant], plan: Plan, terms: dict[str, Tensor]) -> dict[Variant, str | TrainingFailed]:
    """Check the loss, evaluate, and report progress; returns the variants that end here, with their outcomes."""
    step = variants[0].state.step
    evaluates = plan.evaluates_at(step)
    numbers: list[dict[str, float]] = [{} for _ in variants]
    if evaluates or (step - 1) % plan.check_every == 0:
        columns = {name: values.detach().tolist() for name, values in terms.items()}
        numbers = [{name: column[i] for name, column in columns.items()} for i in range(len(variants))]
    ended: dict[Variant, str | TrainingFailed] = {}
    # One clock for all: variants that are stopped together stop at the same step, and can go on together.
    due = variants[0].clock.due() or step == plan.total
    for variant, own_terms in zip(variants, numbers, strict=True):
        state, listener, clock = variant.state, variant.listener, variant.clock
        try:
            check_finite(own_terms, step - 1)
            if evaluates:
                evaluate(state, plan, listener, clock, own_terms)
            if not due:
                continue
            action = report_progress(state, plan, listener, clock)
            if action is not None and step < plan.total and not state.stops(plan.config):
                if state.history[-1]["step"] != step:
                    evaluate(state, plan, listener, clock, {})
                ended[variant] = action
        except TrainingFailed as error:
            ended[variant] = error
    return ended
