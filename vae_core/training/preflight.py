"""Checks before a run starts, so that a wrong set-up fails in the first second."""

from __future__ import annotations

import torch
from torch import Tensor

from ..config import ConfigError
from ..models import Model
from .monitors import TrainingFailed
from .state import parameters_of
from .steps import backward


def preflight(model: Model, x: Tensor, y: Tensor | None) -> None:
    """One forward and backward on a real batch `(B, …)`; gradients are cleared again.

    Raises:
        ConfigError: items of another shape than the model's, values that it does not take, or missing labels.
        TrainingFailed: a loss or gradient that is not finite, or a parameter without a gradient.
    """
    if tuple(x.shape[1:]) != tuple(model.config.shape):
        raise ConfigError(f"The items are {tuple(x.shape[1:])} and the model takes {tuple(model.config.shape)}.")
    if (model.conditional or model.learns_factors) and y is None:
        raise ConfigError(f"{model.title}: needs labelled images; these have no labels.")
    model.check_values(x)
    # Random state and buffers (an autoencoder's running moments) are restored: the check must not change the run.
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    with torch.random.fork_rng(devices=[x.device] if x.device.type == "cuda" else []):
        terms = model.loss(x, y, step=0)
        loss = terms["loss"]
        backward(terms, *parameters_of(model))
    for name, buffer in model.named_buffers():
        buffer.copy_(before[name])
    if not torch.isfinite(loss):
        raise TrainingFailed(
            f"The loss of the first batch is {loss.item()}; check the data and lower the learning rate."
        )
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and parameter.grad is None:
            raise TrainingFailed(f"The loss does not reach the parameter {name}; the model family does not use it.")
        if parameter.grad is not None and not torch.isfinite(parameter.grad).all():
            raise TrainingFailed(f"The first gradient of {name} is not finite; lower the learning rate or use float32.")
        parameter.grad = None
