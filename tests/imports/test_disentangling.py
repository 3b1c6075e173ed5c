"""A folder of disentangling-vae: weights of its names and shapes, computed beside it by functions written out here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from vae_core.imports import ImportFailed, Request
from vae_core.imports.create import import_run

SPECS = {
    "img_size": [1, 32, 32],
    "latent_dim": 3,
    "model_type": "Burgess",
    "loss": "betaH",
    "betaH_B": 4,
    "rec_dist": "bernoulli",
}


def weights(dims: int = 3) -> dict[str, Tensor]:
    """Names and shapes as the project's model.pt has them for 32×32 grey images."""
    torch.manual_seed(0)
    shapes: dict[str, tuple[int, ...]] = {
        "encoder.conv1": (32, 1, 4, 4), "encoder.conv2": (32, 32, 4, 4), "encoder.conv3": (32, 32, 4, 4),
        "encoder.lin1": (256, 512), "encoder.lin2": (256, 256), "encoder.mu_logvar_gen": (2 * dims, 256),
        "decoder.lin1": (256, dims), "decoder.lin2": (256, 256), "decoder.lin3": (512, 256),
        "decoder.convT1": (32, 32, 4, 4), "decoder.convT2": (32, 32, 4, 4), "decoder.convT3": (32, 1, 4, 4),
    }  # fmt: skip
    made: dict[str, Tensor] = {}
    for name, shape in shapes.items():
        made[f"{name}.weight"] = 0.08 * torch.randn(shape)
        made[f"{name}.bias"] = 0.1 * torch.randn(shape[1] if "convT" in name else shape[0])
    return made


def folder(path: Path, specs: Any = SPECS, state: dict[str, Tensor] | None = None) -> Path:
    path.mkdir(exist_ok=True)
    (path / "specs.json").write_text(json.dumps(specs))
    torch.save(weights() if state is None else state, path / "model.pt")
    return path


def test_its_numbers(tmp_path, store):
    run = import_run(folder(tmp_path / "theirs"), store=store)
    w = weights()

    def layer(function: Any, x: Tensor, name: str, **settings: int) -> Tensor:
        return function(x, w[f"{name}.weight"], w[f"{name}.bias"], **settings)

    by_two = dict(stride=2, padding=1)
    x, z = torch.rand(3, 1, 32, 32), torch.randn(3, 3)
    h = x
    for name in ("conv1", "conv2", "conv3"):
        h = layer(F.conv2d, h, f"encoder.{name}", **by_two).relu()
    h = layer(F.linear, h.flatten(1), "encoder.lin1").relu()
    both = layer(F.linear, layer(F.linear, h, "encoder.lin2").relu(), "encoder.mu_logvar_gen")
    posterior = run.model().encode(x)
    torch.testing.assert_close(posterior.mu, both[:, 0::2], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(posterior.logvar, both[:, 1::2], atol=1e-4, rtol=1e-4)
    h = layer(F.linear, layer(F.linear, z, "decoder.lin1").relu(), "decoder.lin2").relu()
    h = layer(F.linear, h, "decoder.lin3").relu().view(-1, 32, 4, 4)
    for name in ("convT1", "convT2"):
        h = layer(F.conv_transpose2d, h, f"decoder.{name}", **by_two).relu()
    image = layer(F.conv_transpose2d, h, "decoder.convT3", **by_two).sigmoid()
    torch.testing.assert_close(run.model().decode(z), image, atol=1e-4, rtol=1e-4)
    assert run.config.beta == 4


BAD = {
    "another model": (SPECS | {"model_type": "HigginsConv"}, "only Burgess"),
    "another size": (SPECS | {"img_size": [1, 28, 28]}, "img_size"),
    "no size": ({"latent_dim": 3}, "img_size"),
    "texts": (SPECS | {"latent_dim": "3"}, "whole number"),
    "another width": (SPECS | {"latent_dim": 7}, "do not fit"),
    "a list": ([1], "JSON object"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_one_sentence(name, tmp_path, store):
    specs, why = BAD[name]
    with pytest.raises(ImportFailed, match=why):
        import_run(folder(tmp_path / "theirs", specs), Request(), store=store)
    assert not store.runs()


def test_weights_of_other_kinds(tmp_path, store):
    path = folder(tmp_path / "theirs", state={"encoder.conv1.weight": torch.zeros(1)})
    with pytest.raises(ImportFailed, match="do not fit"):
        import_run(path, store=store)
    torch.save([1, 2], path / "model.pt")
    with pytest.raises(ImportFailed, match="dictionary of weights"):
        import_run(path, store=store)
    torch.save({"a": "text"}, path / "model.pt")
    with pytest.raises(ImportFailed, match="no dictionary of weights"):
        import_run(path, store=store)
