"""What reconstructions are charged for beside their likelihood."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import vae_core
from tests.conftest import QUICK
from vae_core.config import ConfigError
from vae_core.models import MODELS, create
from vae_core.models.extras import FeatureNetwork, multiscale, perceptual
from vae_core.ssim import ssim

X = torch.rand(4, 1, 16, 16, generator=torch.Generator().manual_seed(0))
MEAN = torch.rand(4, 1, 16, 16, generator=torch.Generator().manual_seed(1))


def model(family="vae", **settings):
    return create(family, MODELS[family].Config(shape=(1, 16, 16), classes=2, latent_dim=3, network="mlp", hidden=(16,), **settings))  # fmt: skip


def test_scales_are_the_squared_errors_of_block_means():
    wanted = torch.zeros(4)
    for image in range(4):
        for scale in (2, 4, 8):
            for top in range(0, 16, scale):
                for left in range(0, 16, scale):
                    block = (X - MEAN)[image, 0, top : top + scale, left : left + scale].mean()
                    wanted[image] += scale**2 * block**2
    assert torch.allclose(multiscale(X, MEAN), wanted, atol=1e-5)
    shifted = (X + 0.1).clamp(max=2)
    assert torch.allclose(multiscale(shifted, X), torch.full((4,), 3 * 256 * 0.01), atol=1e-4), "a shift is seen alike at each scale"  # fmt: skip


def test_features_are_those_of_the_first_activations():
    torch.manual_seed(0)
    layers = [nn.Flatten(), nn.Linear(256, 8), nn.ReLU(), nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 2)]
    eye = FeatureNetwork(layers)
    first = torch.relu(layers[1](X.flatten(1)))
    assert torch.allclose(eye.features(X)[0], first)
    assert [one.shape[1] for one in eye.features(X)] == [8, 5]
    assert all(not p.requires_grad for layer in layers for p in layer.parameters())
    a, b = eye.features(X), eye.features(MEAN)
    wanted = 256 * torch.stack([(p - q).square().mean(1) for p, q in zip(a, b, strict=True)]).mean(0)
    assert torch.allclose(perceptual(eye, X, MEAN), wanted)


@pytest.mark.parametrize("family", sorted(MODELS))
def test_extras_are_charged_in_training_and_never_measured(family):
    plain, charged = model(family), model(family, ssim_weight=50.0, multiscale_weight=2.0)
    charged.load_state_dict(plain.state_dict())
    z = plain.prior_sample(4)
    labels = torch.arange(4) % 2
    plain.eval(), charged.eval()
    assert torch.equal(plain.distortion(X, z, labels), charged.distortion(X, z, labels))
    charged.train()
    mean = plain.decode(z, labels)
    wanted = plain.distortion(X, z, labels) + 50 * (1 - ssim(X, mean)) + 2 * multiscale(X, mean)
    assert torch.allclose(charged.distortion(X, z, labels), wanted, rtol=1e-4)
    torch.manual_seed(0)
    with_extras = charged.loss(X, labels, 5)["loss"].item()
    torch.manual_seed(0)
    assert with_extras > plain.train().loss(X, labels, 5)["loss"].item()


def test_features_need_somebody_who_sees():
    with pytest.raises(ConfigError, match="needs --perceptual"):
        model(perceptual_weight=1.0).loss(X, None, 0)


def test_a_run_looks_through_another_and_does_not_keep_it(run: vae_core.Run, shared_store: vae_core.Store):
    looking = vae_core.train("digits", "vae", store=shared_store, name="looking", **QUICK, perceptual_weight=5.0, perceptual=str(run.path))  # fmt: skip
    plain = vae_core.train("digits", "vae", store=shared_store, name="plain", **QUICK)
    assert looking.model().state_dict().keys() == plain.model().state_dict().keys()
    assert looking.evaluation()["distortion"] != plain.evaluation()["distortion"]
    assert looking.config.model.perceptual == str(run.path.absolute())
