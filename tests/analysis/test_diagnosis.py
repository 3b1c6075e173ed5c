"""Findings: each problem is reported where it is, and not where it is not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

import vae_core
from vae_core.analysis import Finding, diagnose, latents_of
from vae_core.analysis.checks.diagnosis import collapse, diversity, holes, overfitting, reconstruction

pytestmark = pytest.mark.slow


def kinds(found: list[Finding], ok: bool) -> set[str]:
    return {one.kind for one in found if one.ok is ok}


@pytest.fixture(scope="module")
def good(shared_store: vae_core.Store) -> vae_core.Run:
    return vae_core.train("digits", "beta_vae", store=shared_store, name="good", beta=0.5, network="mlp", hidden=(128,), latent_dim=6, image_size=8, epochs=60, snapshots=0)  # fmt: skip


@pytest.fixture(scope="module")
def silent(shared_store: vae_core.Store) -> vae_core.Run:
    return vae_core.train("digits", "beta_vae", store=shared_store, name="silent", beta=500.0, network="mlp", hidden=(32,), latent_dim=6, image_size=8, epochs=60, snapshots=0)  # fmt: skip


def findings(run: vae_core.Run) -> list[Finding]:
    return diagnose(run.model(), latents_of(run), run.data("test"), run.history())


def test_a_good_model_has_few_problems(good: vae_core.Run):
    found = findings(good)
    assert kinds(found, ok=True) >= {"collapse", "reconstruction", "diversity"}
    assert [one.ok for one in found] == sorted(one.ok for one in found), "problems come first"
    assert all(one.evidence.endswith(".") and (one.ok or one.remedy) for one in found)


def test_a_collapsed_model_is_reported(silent: vae_core.Run):
    found = findings(silent)
    assert kinds(found, ok=False) >= {"collapse", "reconstruction", "diversity"}
    worst = next(one for one in found if one.kind == "reconstruction")
    codes = latents_of(silent)
    assert worst.rows[0] == int(codes.distortion[:449].argmax())
    assert "None of 6 dimensions" in next(one for one in found if one.kind == "collapse").evidence


def test_unused_room_is_reported(good: vae_core.Run):
    codes = latents_of(good)
    rate = codes.rate.copy()
    rate[:, :3] = 0
    found = collapse(good.model(), dataclasses.replace(codes, rate=rate), None, [])
    assert (found.kind, found.ok) == ("unused", False)
    assert "3 of 6 dimensions" in found.evidence
    assert collapse(good.model(), dataclasses.replace(codes, rate=None), None, []) is None


def test_overfitting_is_a_loss_that_turns():
    def history(losses):
        return [{"epoch": epoch, "elbo": -loss, "distortion": loss} for epoch, loss in enumerate(losses)]

    assert not overfitting(None, None, None, history([100, 60, 50, 55, 62])).ok
    assert overfitting(None, None, None, history([100, 60, 50, 49, 49.1])).ok
    assert overfitting(None, None, None, history([100, 60])) is None


def test_holes_are_where_the_prior_has_no_codes(good: vae_core.Run):
    codes = latents_of(good)
    random = np.random.RandomState(0)
    like_the_prior = dataclasses.replace(codes, mu=random.standard_normal((4000, 6)).astype(np.float32), sigma=None)
    assert holes(good.model(), like_the_prior, None, []).ok
    apart = (random.standard_normal((4000, 6)) * 0.02 + 3 * random.choice([-1, 1], (4000, 6))).astype(np.float32)
    found = holes(good.model(), dataclasses.replace(codes, mu=apart, sigma=None), None, [])
    assert not found.ok
    assert found.codes.shape == (6, 6)


def test_without_images_the_rest_is_looked_at(good: vae_core.Run):
    found = diagnose(good.model(), latents_of(good), None, good.history())
    assert not {one.kind for one in found} & {"reconstruction", "diversity"}
    assert reconstruction(good.model(), latents_of(good), None, []) is None
    assert diversity(good.model(), latents_of(good), None, []) is None


@pytest.mark.parametrize("family", ["vq_vae", "conditional_vae", "hierarchical_vae", "autoencoder", "vampprior_vae"])
def test_every_kind_of_model_can_be_diagnosed(shared_store: vae_core.Store, family: str):
    settings = {"codebook": 16, "network": "conv"} if family == "vq_vae" else {"network": "mlp", "latent_dim": 4}
    run = vae_core.train("digits", family, store=shared_store, name=f"look-{family}", hidden=(16,), image_size=16, epochs=1, snapshots=0, **settings)  # fmt: skip
    found = findings(run)
    assert {one.kind for one in found} >= {"reconstruction", "diversity"}
    assert all(one.codes is None or torch.isfinite(one.codes).all() for one in found)
