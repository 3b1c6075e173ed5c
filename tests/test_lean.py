"""The lean layers are the library's own, in numbers and in gradients."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from vae_core.networks import lean
from vae_core.networks.lean import MIN_ONEDNN_PRODUCTS, LeanConv, LeanLinear, LeanReLU, UpConv


def pair(outputs, padding, kind=torch.float64):
    torch.manual_seed(0)
    ours = UpConv(3, outputs, padding).to(kind)
    theirs = nn.ConvTranspose2d(3, outputs, 4, 2, 1, output_padding=padding).to(kind)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


@pytest.mark.parametrize("outputs", [1, 3, 8])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_numbers_and_gradients_are_those_of_the_library(outputs, padding, layout):
    ours, theirs = pair(outputs, padding)
    x = torch.randn(5, 3, 7, 7, dtype=torch.float64).to(memory_format=layout)
    found = []
    for layer in (ours, theirs):
        seen = x.clone().requires_grad_()
        y = layer(seen)
        y.sin().sum().backward()
        found.append((y, seen.grad, layer.weight.grad, layer.bias.grad))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("outputs", [1, 8])
def test_second_derivatives(outputs):
    ours, _ = pair(outputs, 0)
    x = torch.randn(1, 3, 3, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(ours, (x,))
    assert torch.autograd.gradgradcheck(lambda x: ours(x).square(), (x,))


def test_relu_and_its_gradients():
    torch.manual_seed(1)
    x = torch.randn(4, 3, 6, 6, dtype=torch.float64, requires_grad=True)

    def lean(x):
        return (LeanReLU()(x * 3) * 2).square().sum()

    def plain(x):
        return (F.relu(x * 3) * 2).square().sum()

    for order in (lean, plain):
        (first,) = torch.autograd.grad(order(x), x, create_graph=True)
        (second,) = torch.autograd.grad(first.square().sum(), x)
        if order is lean:
            gradients = first, second
    torch.testing.assert_close(gradients, (first, second))
    lean(x).backward()
    torch.testing.assert_close(x.grad, first.detach())


def test_vmap_takes_the_library_s_layers():
    ours, theirs = pair(2, 0, torch.float32)
    x = torch.randn(4, 2, 3, 5, 5)
    torch.testing.assert_close(torch.vmap(lambda x: LeanReLU()(ours(x)))(x), torch.vmap(lambda x: F.relu(theirs(x)))(x))


@pytest.mark.parametrize("maker", ["GenuineIntel", "AuthenticAMD"])
def test_oneDNN_multiplies_except_on_processors_that_MKL_is_made_for(maker, monkeypatch):
    monkeypatch.setattr(lean, "processor_info", lambda: f"vendor_id\t: {maker}\nflags\t: fpu")
    known = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    mkl = torch.backends.mkl.is_available() and maker == "GenuineIntel"
    assert lean._onednn.__wrapped__() == (known and not mkl)


def test_a_large_product_in_float32_is_the_library_s(monkeypatch):
    monkeypatch.setattr(lean, "_onednn", lambda: True)
    torch.manual_seed(2)
    ours = LeanLinear(300, 200)
    theirs = nn.Linear(300, 200)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(64, 300)
    assert x.numel() * 200 >= MIN_ONEDNN_PRODUCTS
    found = []
    for layer in (ours, theirs):
        seen = x.clone().requires_grad_()
        (first,) = torch.autograd.grad(layer(seen).sin().sum(), seen, create_graph=True)
        first.square().sum().backward()
        second = layer.weight.grad.clone(), seen.grad.clone()
        layer.zero_grad(), setattr(seen, "grad", None)
        layer(seen).sin().sum().backward()
        found.append((first.detach(), *second, layer.weight.grad, layer.bias.grad, seen.grad))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)
    assert "_Linear" in type(ours(x).grad_fn).__name__
    assert "_Linear" not in type(ours(x[:2]).grad_fn).__name__
    monkeypatch.setattr(lean, "_onednn", lambda: False)
    assert "_Linear" not in type(ours(x).grad_fn).__name__


@pytest.mark.parametrize("inputs", [1, 3])
def test_convolutions_have_the_library_s_gradients(inputs):
    torch.manual_seed(3)
    ours, theirs = LeanConv(inputs, 5).double(), nn.Conv2d(inputs, 5, 4, 2, 1).double()
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(2, inputs, 7, 7, dtype=torch.float64)
    for layer in (ours, theirs):
        layer(x).sin().sum().backward()
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)
    torch.testing.assert_close(ours.bias.grad, theirs.bias.grad)
    x = x[:1, :, :5, :4].clone().requires_grad_()
    assert torch.autograd.gradcheck(ours, (x,))
    assert torch.autograd.gradgradcheck(lambda x: ours(x).square(), (x,))
