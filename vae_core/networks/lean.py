"""Layers without what makes the library's slow on a CPU; same weights, same numbers.

Measured in batches of 128: products of float32 take twice as long in MKL as in oneDNN on a processor that is not Intel's;
gradients of the biases of convolutions are summed on one thread; the single output channel of the last transposed
convolution is padded to sixteen; the gradient of each ReLU goes to fresh memory that lies in step with what it reads.
Without these a step in float32 takes two thirds of the time.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any, cast

import torch
from torch import Tensor, nn

#: Up to so many output channels a convolution and a shuffle are faster than the library's transposed convolution.
FEW = 4
#: From so many multiplications (images × inputs × outputs) on, oneDNN's product is faster than MKL's.
MANY = 1 << 21


def plain(x: Tensor) -> bool:
    """Whether the library's own layer serves: on a GPU, when compiled, and under vmap and its like."""
    return x.device.type != "cpu" or torch.compiler.is_compiling() or _transformed()


def _transformed() -> bool:
    return torch._C._functorch.peek_interpreter_stack() is not None


class LeanLinear(nn.Linear):
    """`nn.Linear`: `(B, inputs)` → `(B, outputs)`."""

    def forward(self, x: Tensor) -> Tensor:
        few = x.dim() != 2 or len(x) * self.weight.numel() < MANY
        if few or x.dtype != torch.float32 or plain(x) or torch.is_autocast_enabled("cpu") or not _onednn():
            return super().forward(x)
        return _Linear.apply(x, self.weight, self.bias)


@cache
def _onednn() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def multiply(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """a @ b.T + bias in float32: `(n, k)`, `(m, k)`, `(m,)` → `(n, m)`."""
    return torch.ops.mkldnn._linear_pointwise(a, b, bias, "none", [], "")


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return multiply(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        to_x, to_weight, to_bias = ctx.needs_input_grad
        again = torch.is_grad_enabled()  # somebody asks for the gradient of these gradients
        found_x = found_weight = None
        if to_x:
            found_x = gradient @ weight if again else multiply(gradient, weight.t())
        if to_weight:
            found_weight = gradient.t() @ x if again else multiply(gradient.t(), x.t())
        return found_x, found_weight, gradient.sum(0) if to_bias else None


class LeanConv(nn.Conv2d):
    """`nn.Conv2d` of kernel 4, stride 2, padding 1: `(B, C, H, W)` → `(B, outputs, H // 2, W // 2)`."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, kernel_size=4, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if plain(x) or torch.is_autocast_enabled("cpu") or not torch.is_grad_enabled():
            return super().forward(x)
        return _Down.apply(x, self.weight, self.bias)


class _Down(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return torch.conv2d(x, weight, bias, stride=2, padding=1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return _gradients(ctx, gradient, *ctx.saved_tensors)


def _gradients(
    ctx: Any, gradient: Tensor, x: Tensor, weight: Tensor, up: bool = False, padding: int = 0
) -> tuple[Tensor | None, ...]:
    """Those of input, weight and bias, each where it is wanted."""
    to_x, to_weight, to_bias = ctx.needs_input_grad[:3]
    found = torch.ops.aten.convolution_backward(
        gradient, x, weight, None, [2, 2], [1, 1], [1, 1], up, [padding] * 2, 1, [to_x, to_weight, False]
    )
    return found[0], found[1], gradient.sum((0, 2, 3)) if to_bias else None


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
        # Each of four neighbouring pixels sees 2×2 of x: a convolution to four times the channels, dealt out to the pixels.
        inputs, outputs = weight.shape[:2]
        taps = weight.view(inputs, outputs, 2, 2, 2, 2).flip(2, 3, 4, 5).permute(3, 5, 1, 0, 2, 4)
        found = torch.conv2d(x, taps.reshape(4 * outputs, inputs, 2, 2), bias.repeat(4), padding=1)
        found = found.permute(0, 2, 3, 1).unflatten(3, (2, 2, outputs))  # (B, H + 1, W + 1, 2, 2, outputs)
        height, width = (2 * side + output_padding for side in x.shape[2:])
        image = torch.empty(len(x), outputs, height, width, dtype=x.dtype, memory_format=torch.channels_last)
        pixels = image.permute(0, 2, 3, 1)
        for down, right in product((0, 1), (0, 1)):
            part = pixels[:, down::2, right::2]
            part.copy_(found[:, down : down + part.shape[1], right : right + part.shape[2], down, right])
        return image

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        return *_gradients(ctx, gradient.to(x.dtype), x, weight, True, ctx.output_padding), None


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
        if torch.is_grad_enabled():  # as above
            return gradient * (y > 0)
        return torch.ops.aten.threshold_backward.grad_input(gradient, y, 0, grad_input=gradient)
