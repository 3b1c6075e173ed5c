"""Models of one architecture as one batched model: stacked weights, one vmapped gradient, one optimiser."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap

from ..models.vae import VAE
from .device import products
from .distributed import LossModule
from .graphs import RecordedStep
from .state import TrainingState
from .steps import Plan, not_recorded


class Stack:
    """Trains K models that differ in β only, with weights and optimiser moments stacked along a first dimension `(K, …)`.

    The models' own parameters and moments become views of the stacked tensors, so each state stays up to date.
    """

    def __init__(self, states: Sequence[TrainingState], plan: Plan) -> None:
        self.states, self.plan = states, plan
        parameters = [dict(state.model.named_parameters()) for state in states]
        self.weights = {
            name: nn.Parameter(torch.stack([of_model[name].detach() for of_model in parameters]))
            for name in parameters[0]
        }
        #: The module that `functional_call` runs with the stacked weights; its own weights are not used.
        self.template = copy.deepcopy(cast(VAE, states[0].model)).train()
        self.betas = torch.tensor([state.model.beta for state in states], device=plan.batches.device)
        #: β of each model at this step, where a CUDA graph reads it.
        self.current_betas = torch.zeros_like(self.betas)
        self.optimizer = self._make_optimizer()
        for name in self.weights:
            self._share(name, [of_model[name] for of_model in parameters])
        self.gradients = vmap(
            grad_and_value(self._loss, has_aux=True), in_dims=(0, 0, 0, None, None), randomness="same"
        )
        self.recorded, self.execution = self._record()

    def step(self, step: int) -> dict[str, Tensor]:
        """One optimiser step of all models; returns terms `(K,)` each."""
        self._write_settings(step)
        batches = self.plan.batches
        terms = self.recorded.step(batches.rows(step)) if self.recorded else self._train_step(*batches.at(step))
        for state in self.states:
            state.step = step + 1
        return terms

    def _make_optimizer(self) -> torch.optim.Optimizer:
        """The optimiser of the stacked weights, with the settings of the models' own."""
        optimizer = self.states[0].optimizer
        group = optimizer.param_groups[0]
        settings = {name: group[name] for name in ("lr", "weight_decay", "fused", "capturable")}
        return cast(Callable[..., torch.optim.Optimizer], type(optimizer))(self.weights.values(), **settings)

    def _share(self, name: str, parameters: list[nn.Parameter]) -> None:
        """Make the models' parameters and their optimisers' moments views of the stacked ones."""
        stacked = self.weights[name]
        saved = [
            state.optimizer.state.get(parameter, {}) for state, parameter in zip(self.states, parameters, strict=True)
        ]
        zeros = torch.zeros(len(parameters), *stacked.shape[1:], device=stacked.device)
        moments = {
            key: torch.stack([of_model[key].to(zeros) for of_model in saved]) if saved[0] else zeros.clone()
            for key in ("exp_avg", "exp_avg_sq")
        }
        count = saved[0]["step"].clone() if saved[0] else torch.zeros((), device=stacked.device)
        self.optimizer.state[stacked] = {"step": count, **moments}
        for k, (state, parameter) in enumerate(zip(self.states, parameters, strict=True)):
            parameter.data = stacked.data[k]
            state.optimizer.state[parameter] = {"step": count} | {key: value[k] for key, value in moments.items()}

    def _record(self) -> tuple[RecordedStep | None, str]:
        """The step as a CUDA graph, if there is a GPU and the step can be recorded, and a description."""
        if self.betas.device.type != "cuda" or not self.plan.batches.recordable:
            return None, ""
        self._write_settings(self.states[0].step)
        try:
            return RecordedStep(self.plan.batches, self._train_step, [self.optimizer]), "CUDA graph"
        except RuntimeError as error:
            return None, not_recorded(error)

    def _write_settings(self, step: int) -> None:
        """Write β of each model at this step and the learning rate to where the step reads them."""
        self.current_betas.copy_(torch.tensor([state.model.weight(step) for state in self.states]))
        for state in self.states:
            state.set_learning_rate(self.plan.config, self.plan.total)
        group = self.optimizer.param_groups[0]
        if isinstance(group["lr"], Tensor):
            group["lr"].copy_(self.states[0].optimizer.param_groups[0]["lr"])
        else:
            group["lr"] = self.states[0].learning_rate

    def _train_step(self, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        """Forward, backward, clipping by each model's own norm, and the optimiser."""
        with products(self.plan.arithmetic.products):
            gradients, (_, terms) = self.gradients(dict(self.weights), self.betas, self.current_betas, x, y)
        if self.plan.config.clip_norm:
            gradients = clipped(gradients, self.plan.config.clip_norm)
        for name, stacked in self.weights.items():
            stacked.grad = gradients[name].to(stacked)
        self.optimizer.step()
        return cast(dict[str, Tensor], terms)

    def _loss(
        self, weights: dict[str, Tensor], beta: Tensor, current_beta: Tensor, x: Tensor, y: Tensor | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of one model and its terms; `vmap` adds the dimension of the models."""
        self.template.beta_tensors = (beta, current_beta)
        arithmetic = self.plan.arithmetic
        try:
            with torch.autocast(x.device.type, torch.bfloat16, arithmetic.autocast, cache_enabled=False):
                terms = cast(Callable[..., dict[str, Tensor]], functional_call)(
                    LossModule(self.template), {f"model.{name}": value for name, value in weights.items()}, (x, y, 0)
                )
        finally:
            self.template.beta_tensors = None
        return terms["loss"], {name: value.detach() for name, value in terms.items()}


def clipped(gradients: dict[str, Tensor], limit: float) -> dict[str, Tensor]:
    """Stacked gradients `(K, …)`, each model's scaled down to a norm of at most `limit`."""
    norm = torch.stack([gradient.flatten(1).square().sum(1) for gradient in gradients.values()]).sum(0).sqrt()
    scale = (limit / (norm + 1e-6)).clamp(max=1.0)
    return {name: gradient * scale.view(-1, *[1] * (gradient.dim() - 1)) for name, gradient in gradients.items()}
