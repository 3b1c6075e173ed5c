"""An AutoencoderKL that diffusers saved, behind the principal directions of its grids."""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from pathlib import Path

import pytest
import torch

from vae_core.datasets import DataConfig
from vae_core.imports import ImportFailed, Request
from vae_core.imports.create import import_run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    diffusers = pytest.importorskip("diffusers")
    AutoencoderKL = diffusers.AutoencoderKL


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    torch.manual_seed(0)
    model = AutoencoderKL(
        in_channels=1, out_channels=1, down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(8, 8), layers_per_block=1, latent_channels=1, norm_num_groups=4, sample_size=8,
    ).eval()  # fmt: skip
    path = tmp_path_factory.mktemp("kl") / "kl"
    model.save_pretrained(path)
    return model, path


DIGITS = DataConfig("digits")


def test_all_directions_are_the_model_itself(theirs, store):
    model, path = theirs
    run = import_run(path, Request(data=DIGITS, dims=16), store=store)  # as many as a grid of 1×4×4 has numbers
    assert run.config.model.latent_dim == 16
    x = run.data().test.images[:20].float() / 255
    ours = run.model()
    with torch.no_grad():
        grid = model.encode(2 * x - 1).latent_dist.mean
        expected = ((model.decode(grid).sample + 1) / 2).clamp(0, 1)
    torch.testing.assert_close(ours.decode(ours.embed(x)), expected, atol=1e-3, rtol=1e-3)
    assert ours.code_variance.sub(1).abs().max() < 0.5
    assert run.evaluation()["rate"] is None


def test_what_does_not_fit_is_one_sentence(theirs, store, tmp_path: Path, monkeypatch):
    with pytest.raises(ImportFailed, match="give --dataset"):
        import_run(theirs[1], store=store)
    with pytest.raises(ImportFailed, match="3 channels"):
        import_run(theirs[1], Request(data=DataConfig("shapes3d", size=20)), store=store)
    folder = shutil.copytree(theirs[1], tmp_path / "kl")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"block_out_channels": [10**6, 8]}))
    with pytest.raises(ImportFailed, match="at most 8 blocks"):
        import_run(folder, Request(data=DIGITS), store=store)
    (folder / "config.json").write_text(json.dumps(config | {"latent_channels": 3}))
    with pytest.raises(ImportFailed, match="do not fit each other"):
        import_run(folder, Request(data=DIGITS), store=store)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "diffusion_pytorch_model.safetensors").write_bytes(b"")
    with pytest.raises(ImportFailed, match="do not fit each other"):
        import_run(folder, Request(data=DIGITS), store=store)
    (folder / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(ImportFailed, match="is missing"):
        import_run(folder, Request(data=DIGITS), store=store)
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(ImportFailed, match="pip install diffusers"):
        import_run(theirs[1], Request(data=DIGITS), store=store)
    assert not store.runs()
