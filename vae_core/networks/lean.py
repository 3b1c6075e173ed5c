"""Faster CPU versions of torch's layers, with the same weights and the same numbers.

What is slow in torch's own, measured in batches of 128: float32 products take twice as long in MKL as in oneDNN on a
processor that is not Intel's; bias gradients of convolutions are summed on one thread; the single output channel of the
last transposed convolution is padded to sixteen; the gradient of each ReLU is written to newly allocated memory whose
addresses conflict with its input's in the cache. Avoiding these brings a float32 step down to two thirds of the time.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any, cast

import torch
from torch import Tensor, nn

from ..cores import processor_info

#: Up to this many output channels, a convolution and a pixel shuffle are faster than torch's transposed convolution.
MAX_SHUFFLE_OUTPUTS = 4
#: From this many multiplications (images × inputs × outputs) on, oneDNN's product is faster than MKL's where it is at all.
MIN_ONEDNN_PRODUCTS = 1 << 21


def use_torch(x: Tensor) -> bool:
    """Whether to use torch's own layer: on a GPU, when compiled, and under vmap and other functorch transforms."""
    return x.device.type != "cpu" or torch.compiler.is_compiling() or _transformed()


def _transformed() -> bool:
    return torch._C._functorch.peek_interpreter_stack() is not None


class LeanLinear(nn.Linear):
    """`nn.Linear`: `(B, inputs)` → `(B, outputs)`."""

    def forward(self, x: Tensor) -> Tensor:
        # In this order: an exported graph must not depend on the size of the batch.
        if x.dim() != 2 or x.dtype != torch.float32 or use_torch(x) or torch.is_autocast_enabled("cpu"):
            return super().forward(x)
        if len(x) * self.weight.numel() < MIN_ONEDNN_PRODUCTS or not _onednn():
            return super().forward(x)
        return _Linear.apply(x, self.weight, self.bias)


@cache
def _onednn() -> bool:
    """Whether oneDNN's products are the faster ones: on Intel's processors MKL's are, by a tenth of a step. A rule and not a
    trial, because the two round differently and a run must give the same numbers again.
    """
    known = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    return known and not (torch.backends.mkl.is_available() and "GenuineIntel" in processor_info())


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
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad
        differentiable = torch.is_grad_enabled()  # double backward: oneDNN's product has no gradient
        x_gradient = weight_gradient = None
        if needs_x:
            x_gradient = gradient @ weight if differentiable else multiply(gradient, weight.t())
        if needs_weight:
            weight_gradient = gradient.t() @ x if differentiable else multiply(gradient.t(), x.t())
        return x_gradient, weight_gradient, gradient.sum(0) if needs_bias else None


class LeanConv(nn.Conv2d):
    """`nn.Conv2d` of kernel 4, stride 2, padding 1: `(B, C, H, W)` → `(B, outputs, H // 2, W // 2)`."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, kernel_size=4, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if use_torch(x) or torch.is_autocast_enabled("cpu") or not torch.is_grad_enabled():
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
    """Gradients of input, weight and bias; None for those that are not needed."""
    needs_x, needs_weight, needs_bias = ctx.needs_input_grad[:3]
    x_gradient, weight_gradient, _ = torch.ops.aten.convolution_backward(
        gradient, x, weight, None, [2, 2], [1, 1], [1, 1], up, [padding] * 2, 1, [needs_x, needs_weight, False]
    )
    return x_gradient, weight_gradient, gradient.sum((0, 2, 3)) if needs_bias else None


class UpConv(nn.ConvTranspose2d):
    """`nn.ConvTranspose2d` of kernel 4, stride 2, padding 1: `(B, C, H, W)` → `(B, outputs, 2H + p, 2W + p)`.

    p is `output_padding`, 0 or 1.
    """

    def __init__(self, inputs: int, outputs: int, output_padding: int = 0) -> None:
        super().__init__(inputs, outputs, kernel_size=4, stride=2, padding=1, output_padding=output_padding)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        if use_torch(x):
            return super().forward(x)
        weights = self.weight, cast(Tensor, self.bias)
        if torch.is_autocast_enabled("cpu"):
            dtype = torch.get_autocast_dtype("cpu")
            x, weights = x.to(dtype), (weights[0].to(dtype), weights[1].to(dtype))
        return _Up.apply(x, *weights, self.output_padding[0])


class _Up(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, output_padding: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.output_padding = output_padding
        if weight.shape[1] > MAX_SHUFFLE_OUTPUTS:
            return torch.conv_transpose2d(x, weight, bias, stride=2, padding=1, output_padding=output_padding)
        # Each of four neighbouring pixels depends on 2×2 of x: a convolution to four times the channels, then a pixel shuffle.
        inputs, outputs = weight.shape[:2]
        taps = weight.view(inputs, outputs, 2, 2, 2, 2).flip(2, 3, 4, 5).permute(3, 5, 1, 0, 2, 4)
        blocks = torch.conv2d(x, taps.reshape(4 * outputs, inputs, 2, 2), bias.repeat(4), padding=1)
        blocks = blocks.permute(0, 2, 3, 1).unflatten(3, (2, 2, outputs))  # (B, H + 1, W + 1, 2, 2, outputs)
        height, width = (2 * side + output_padding for side in x.shape[2:])
        image = torch.empty(len(x), outputs, height, width, dtype=x.dtype, memory_format=torch.channels_last)
        pixels = image.permute(0, 2, 3, 1)
        for down, right in product((0, 1), (0, 1)):
            part = pixels[:, down::2, right::2]
            part.copy_(blocks[:, down : down + part.shape[1], right : right + part.shape[2], down, right])
        return image

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        return *_gradients(ctx, gradient.to(x.dtype), x, weight, True, ctx.output_padding), None


class LeanReLU(nn.ReLU):
    """`nn.ReLU(inplace=True)` between two layers that no other layer reads; its gradient is written in place too."""

    def __init__(self) -> None:
        super().__init__(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) if use_torch(x) or not x.requires_grad else _ReLU.apply(x)


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
        if torch.is_grad_enabled():  # double backward: the write in place has no gradient
            return gradient * (y > 0)
        return torch.ops.aten.threshold_backward.grad_input(gradient, y, 0, grad_input=gradient)
