"""Two layers of convolutional networks without what makes them slow on a CPU; same weights, same numbers.

Measured at 64×64 (batches of 128): the library pads the single output channel of the last transposed convolution to
sixteen, sums the gradients of its biases on one thread, and writes the gradient of each ReLU to fresh memory that
lies in step with what it reads. Without these a training step takes two thirds of the time.
"""

from __future__ import annotations

from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

#: Up to so many output channels a product and a fold are faster than the library's transposed convolution.
FEW = 4


def plain(x: Tensor) -> bool:
    """Whether the library's own layer serves: on a GPU, when compiled, and under vmap and its like."""
    return x.device.type != "cpu" or torch.compiler.is_compiling() or _transformed()


def _transformed() -> bool:
    return torch._C._functorch.peek_interpreter_stack() is not None


class UpConv(nn.ConvTranspose2d):
    """`nn.ConvTranspose2d` of kernel 4, stride 2, padding 1: `(B, C, H, W)` → `(B, outputs, 2H + p, 2W + p)`.

    p is `output_padding`, 0 or 1.
    """

    def __init__(self, inputs: int, outputs: int, output_padding: int = 0) -> None:
        super().__init__(inputs, outputs, kernel_size=4, stride=2, padding=1, output_padding=output_padding)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        if plain(x):
            return super().forward(x)
        weights = self.weight, cast(Tensor, self.bias)
        if torch.is_autocast_enabled("cpu"):
            kind = torch.get_autocast_dtype("cpu")
            x, weights = x.to(kind), (weights[0].to(kind), weights[1].to(kind))
        return _Up.apply(x, *weights, self.output_padding[0])


class _Up(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, output_padding: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.output_padding = output_padding
        if weight.shape[1] > FEW:
            return torch.conv_transpose2d(x, weight, bias, stride=2, padding=1, output_padding=output_padding)
        columns = weight.flatten(1).t() @ x.flatten(2)  # (B, 16·outputs, H·W)
        sides = tuple(2 * side + output_padding for side in x.shape[2:])
        kind = torch.promote_types(columns.dtype, torch.float32)  # sums of bfloat16 are made in float32
        return F.fold(columns.to(kind), sides, kernel_size=4, stride=2, padding=1) + bias.to(kind)[:, None, None]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        x, weight = ctx.saved_tensors
        to_x, to_weight, to_bias = ctx.needs_input_grad[:3]
        gradient = gradient.to(x.dtype)
        found = torch.ops.aten.convolution_backward(
            gradient, x, weight, None, [2, 2], [1, 1], [1, 1], True, [ctx.output_padding] * 2, 1,
            [to_x, to_weight, False],
        )  # fmt: skip
        return found[0], found[1], gradient.sum((0, 2, 3)) if to_bias else None, None


class LeanReLU(nn.ReLU):
    """`nn.ReLU(inplace=True)` between two layers that nothing else listens to: its gradient is written in place too."""

    def __init__(self) -> None:
        super().__init__(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) if plain(x) or not x.requires_grad else _ReLU.apply(x)


class _ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        x.clamp_min_(0)
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        if torch.is_grad_enabled():  # somebody asks for the gradient of this gradient
            return gradient * (y > 0)
        return torch.ops.aten.threshold_backward.grad_input(gradient, y, 0, grad_input=gradient)
