"""Every family as ONNX and as a program of torch: what is exported computes what the model computes, for any batch."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from _pytest.mark import ParameterSet

import vae_core
from tests.models.test_contract import make
from vae_core.export.files import traced
from vae_core.export.halves import HALVES, Half
from vae_core.export.onnx import TOLERANCE, ExportError, difference, reason, to_onnx
from vae_core.models import MODELS
from vae_core.networks import NETWORKS

#: All families, each with a network, and one family with all networks.
CASES = [
    *zip(MODELS, itertools.cycle(NETWORKS), strict=False),
    *(("beta_vae", network) for network in NETWORKS),
    *(("vq_vae", network) for network in ("mlp", "conv", "resnet")),
]
SHAPES = [(1, 8, 8), (3, 28, 28)]
#: Families that are tried at each change, one for each kind of graph: every network, a condition, several layers of codes; and a grid
#: of indices.
OFTEN = ("beta_vae", "conditional_vae", "multirate_vae", "ladder_vae")
GRID = ("vq_vae", "conv")


def contract() -> list[ParameterSet]:
    """All cases with a shape each; the others each night."""
    cases = [(*case, SHAPES[n % 2]) for n, case in enumerate(sorted(set(CASES)))]
    return [
        pytest.param(*case, marks=[] if case[0] in OFTEN or case[:2] == GRID else pytest.mark.nightly) for case in cases
    ]


def halves(family: str, network: str, shape: tuple[int, int, int]) -> dict[str, Half]:
    model = make(family, shape, network=network).eval()
    return {name: half for name, of in HALVES.items() if (half := of(model))}


def session(content: bytes) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(("family", "network", "shape"), contract())
def test_onnx_and_torch_agree(family: str, network: str, shape: tuple[int, int, int]) -> None:
    for name, half in halves(family, network, shape).items():
        content = to_onnx(half, {"half": name})
        found = session(content)
        assert [value.name for value in found.get_inputs()] == list(half.inputs)
        assert [value.name for value in found.get_outputs()] == list(half.outputs)
        assert difference(content, half) <= TOLERANCE
        assert str(Path(vae_core.__file__).parents[1]).encode() not in content, "it names a folder of this machine"
        for n in (1, 7):
            rows = [value.repeat(n, *[1] * (value.dim() - 1))[:n].numpy() for value in half.inputs.values()]
            assert len(found.run(None, dict(zip(half.inputs, rows, strict=True)))[0]) == n


@pytest.mark.parametrize("family", ["beta_vae", "multirate_vae", "conditional_vae", "m2_vae", "vq_vae", "ladder_vae"])
def test_a_program_of_torch_agrees_after_loading(family: str) -> None:
    for half in halves(family, "conv", (1, 8, 8)).values():
        buffer = io.BytesIO()
        torch.export.save(traced(half), buffer)
        buffer.seek(0)
        loaded = torch.export.load(buffer).module()
        inputs = [value.repeat(3, *[1] * (value.dim() - 1)) for value in half.inputs.values()]
        with torch.no_grad():
            torch.testing.assert_close(loaded(*inputs), half.module(*inputs))


def test_each_class_and_each_beta_gives_its_own_images() -> None:
    for family, conditions in {"conditional_vae": (0.0, 1.0), "multirate_vae": (0.1, 100.0)}.items():
        half = halves(family, "mlp", (1, 8, 8))["decoder"]
        found = session(to_onnx(half, {}))
        z = np.zeros((2, 3), np.float32)
        images = found.run(None, {"z": z, "condition": np.array(conditions, np.float32)})[0]
        assert np.abs(images[0] - images[1]).max() > 1e-3
        assert half.outputs == ("image",)


def test_what_computes_something_else_is_refused() -> None:
    half = halves("vae", "mlp", (1, 8, 8))["decoder"]
    content = to_onnx(half, {})
    with torch.no_grad():
        next(half.module.model.decoder.parameters()).add_(0.1)
    assert difference(content, half) > TOLERANCE


def test_an_operation_that_cannot_be_exported_is_named() -> None:
    class Strange(torch.nn.Module):
        def forward(self, z: torch.Tensor) -> torch.Tensor:
            return torch.linalg.eigvals(z[:, None] * z[:, :, None]).real

    with pytest.raises(ExportError, match="linalg_eig"):
        to_onnx(Half(Strange(), {"z": torch.randn(2, 3)}, ("image",)), {})


def test_the_reason_is_the_innermost_one() -> None:
    inner = ValueError("\n  no such operation\nand more")
    outer = RuntimeError("a long story")
    outer.__cause__ = inner
    assert reason(outer) == "no such operation"
    assert reason(KeyError()) == "KeyError"
