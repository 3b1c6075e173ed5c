"""A folder that pythae wrote becomes a run whose numbers are pythae's."""

from __future__ import annotations

import json
import pickle
import shutil
import sys
import warnings
from pathlib import Path

import pytest
import torch

from vae_core.datasets import DataConfig
from vae_core.imports import ImportFailed, Request, pythae
from vae_core.imports.create import import_run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pythae.models import AE, VAE, AEConfig, BetaVAE, BetaVAEConfig, VAEConfig
    from pythae.models.nn.default_architectures import Encoder_VAE_MLP

DIGITS = Request(data=DataConfig("digits"))


@pytest.fixture(scope="module")
def model() -> BetaVAE:
    torch.manual_seed(0)
    return BetaVAE(BetaVAEConfig(input_dim=(1, 8, 8), latent_dim=3, beta=2.5, reconstruction_loss="mse"))


@pytest.fixture
def folder(model: BetaVAE, tmp_path: Path) -> Path:
    model.save(str(tmp_path / "theirs"))
    return tmp_path / "theirs"


def test_its_numbers_are_pythae_s(model, folder, store):
    run = import_run(folder, DIGITS, store=store)
    assert run.config.beta == 2.5
    assert "pythae BetaVAE" in run.notes().about
    x = run.data().test.images[:50].float() / 255
    ours, z = run.model(), torch.randn(4, 3)
    with torch.no_grad():
        theirs = model.encoder(x)
        torch.testing.assert_close(ours.encode(x).mu, theirs.embedding, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(ours.encode(x).logvar, theirs.log_covariance, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(ours.decode(z), model.decoder(z).reconstruction, atol=1e-5, rtol=1e-4)
        # Its loss is half the squared error and β times the KL; ours adds the constant of the Gaussian with σ = 1.
        mu = theirs.embedding
        _, error, kld = model.loss_function(model.decoder(mu).reconstruction, x, mu, theirs.log_covariance, mu)
        constant = 0.5 * 64 * torch.log(torch.tensor(2 * torch.pi))
        torch.testing.assert_close(ours.distortion(x, mu).mean() - constant, error, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(ours.encode(x).rate_per_dim(mu).sum(1).mean(), kld, rtol=1e-4, atol=1e-4)


def test_an_autoencoder_has_no_rate(tmp_path, store):
    torch.manual_seed(0)
    AE(AEConfig(input_dim=(1, 8, 8), latent_dim=2)).save(str(tmp_path / "ae"))
    run = import_run(tmp_path / "ae", DIGITS, store=store)
    assert run.evaluation()["rate"] is None
    assert not run.model().standard_prior


def test_networks_of_one_s_own_are_not_unpickled(tmp_path, store):
    config = VAEConfig(input_dim=(1, 8, 8), latent_dim=2)
    VAE(config, encoder=Encoder_VAE_MLP(config)).save(str(tmp_path / "own"))
    with pytest.raises(ImportFailed, match=r"encoder of this pythae model is pickled code.*torch.onnx.export"):
        import_run(tmp_path / "own", store=store)


class Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("unpickled",))


BROKEN = {
    "no config": ("model_config.json", b"", "cannot be read"),
    "nested": ("model_config.json", b"[" * 100_000, "cannot be read"),
    "another family": ("model_config.json", json.dumps({"name": "VQVAEConfig"}).encode(), "codes of another kind"),
    "hostile name": ("model_config.json", json.dumps({"name": "os.system\n" * 50}).encode(), "codes of another kind"),
    "no sizes": ("model_config.json", json.dumps({"name": "VAEConfig", "latent_dim": 2}).encode(), "input_dim"),
    "huge": ("model_config.json", json.dumps({"name": "VAEConfig", "latent_dim": 2, "input_dim": [3, 9999, 9999]}).encode(), "side from 8"),
    "wide": ("model_config.json", json.dumps({"name": "VAEConfig", "latent_dim": 10**9, "input_dim": [1, 8, 8]}).encode(), "1 to 512"),
    "other settings": ("model_config.json", json.dumps({"name": "VAEConfig", "latent_dim": 2, "input_dim": [1, 8, 8], "x": 1}).encode(), "."),
    "other width": ("model_config.json", json.dumps({"name": "VAEConfig", "latent_dim": 9, "input_dim": [1, 8, 8]}).encode(), "do not fit"),
    "empty weights": ("model.pt", b"", "damaged"),
    "pickled code": ("model.pt", pickle.dumps(Hostile()), "never unpickled"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_one_sentence(name, folder, store):
    file, content, why = BROKEN[name]
    (folder / file).write_bytes(content)
    with pytest.raises(ImportFailed, match=why) as caught:
        import_run(folder, store=store)
    assert len(str(caught.value)) < 600
    assert not store.runs()


def test_weights_that_are_missing_or_not_finite(model, folder, store):
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    weights["encoder.embedding.bias"][0] = torch.nan
    torch.save({"model_state_dict": weights}, folder / "model.pt")
    with pytest.raises(ImportFailed, match="not finite"):
        import_run(folder, store=store)
    (folder / "model.pt").unlink()
    with pytest.raises(ImportFailed, match=r"model\.pt is missing"):
        import_run(folder, store=store)
    shutil.rmtree(folder)


def test_without_pythae_it_says_so(folder, store, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("pythae")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportFailed, match="pip install pythae"):
        import_run(folder, store=store)


def test_every_class_is_there():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pythae import models
    for config, (_, kind) in pythae.CLASSES.items():
        assert hasattr(models, config)
        assert hasattr(models, kind)
