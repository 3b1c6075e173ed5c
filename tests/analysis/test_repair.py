"""Repair: the search finds the optimum and the draws the posterior where both are known, and a model repairs what it has learned."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vae_core.analysis.apply.degradations import MASKS, factors_of, hide, mask_named, noise, small
from vae_core.analysis.apply.fit import Langevin, Problem, problem_of, solve, starts_of
from vae_core.analysis.apply.one_image import OneRepair
from vae_core.analysis.apply.plain import nearest_seen, plain_repairs
from vae_core.analysis.apply.repair import MODEL, ONCE, RepairConfig, repair_table
from vae_core.analysis.codes.latents import latents_of
from vae_core.config import ConfigError
from vae_core.likelihoods import LIKELIHOODS, Likelihood
from vae_core.models import MODELS, create
from vae_core.training.batches import as_floats

SIGMA, SIDE, DIMS = 0.5, 4, 3


class Linear:
    """x = W z + N(0, σ²): a model whose posterior is known (Bishop 2006, eq. 2.116)."""

    continuous, conditional, title = True, False, "linear"

    def __init__(self):
        self.weights = torch.randn(DIMS, SIDE * SIDE, generator=torch.Generator().manual_seed(3))
        self.observation_logvar = torch.tensor(2 * math.log(SIGMA))
        square = lambda logits, x, logvar: 0.5 * ((x - logits).square() / logvar.exp()).flatten(1).sum(1)
        self.likelihood = Likelihood("linear", square, mean=lambda logits: logits, variance="fixed")

    def decode_logits(self, z, y=None):
        return (z @ self.weights).view(-1, 1, SIDE, SIDE)

    decode = decode_logits


def linear_problem(degradation, copies):
    model = Linear()
    x = model.decode(torch.tensor([[1.0, -0.5, 0.8]]))
    seen = degradation.see(x, torch.Generator().manual_seed(0)).repeat(copies, 1, 1, 1)
    return Problem(model, degradation, seen, torch.zeros(DIMS), torch.ones(DIMS))


def posterior(problem):
    """Mean and covariance of p(z|y) in closed form."""
    weights = problem.model.weights
    if problem.degradation.task == "hide":
        shown, variance = problem.degradation.mask.flatten() == 0, SIGMA**2
        weights, seen = weights[:, shown], problem.seen[0].flatten()[shown]
    else:
        variance, seen = SIGMA**2 + problem.degradation.sigma**2, problem.seen[0].flatten()
    covariance = torch.linalg.inv(weights @ weights.T / variance + torch.eye(DIMS))
    return covariance @ weights @ seen / variance, covariance


@pytest.mark.parametrize("degradation", [hide(mask_named("left", SIDE)), noise(0.4)], ids=["hide", "noise"])
def test_the_search_ends_at_the_mode(degradation):
    problem = linear_problem(degradation, 4)
    search = solve(problem, torch.randn(4, DIMS, generator=torch.Generator().manual_seed(1)), steps=400)
    mean, _ = posterior(problem)
    torch.testing.assert_close(search.best, mean.expand(4, -1), atol=2e-3, rtol=0)


def test_the_draws_have_the_mean_and_covariance_of_the_posterior():
    problem = linear_problem(hide(mask_named("left", SIDE)), 2000)
    chains = Langevin(problem, torch.zeros(2000, DIMS), steps=200)
    while chains.advance():
        pass
    mean, covariance = posterior(problem)
    torch.testing.assert_close(chains.best.mean(0), mean, atol=0.06, rtol=0)
    torch.testing.assert_close(torch.cov(chains.best.T), covariance, atol=0.06, rtol=0.15)
    assert 0.4 < float(chains.accepted.mean() / 100) < 0.75


@pytest.mark.parametrize("likelihood", list(LIKELIHOODS))
def test_what_is_hidden_has_no_part_in_the_likelihood(likelihood):
    torch.manual_seed(0)
    model = create("vae", MODELS["vae"].Config(shape=(3, 8, 8), latent_dim=2, network="mlp", hidden=(8,), likelihood=likelihood)).eval()  # fmt: skip
    x, z = torch.rand(2, 3, 8, 8), torch.randn(2, 2)
    logits = model.decode_logits(z)
    both = [
        hide(mask_named(name, 8)).nll(model, logits, hide(mask_named(name, 8)).see(x)) for name in ("left", "right")
    ]
    # float32: a sum over 192 pixels that nearly cancel.
    torch.testing.assert_close(both[0] + both[1], model.distortion(x, z), atol=1e-4, rtol=1e-5)
    one = x.clone()
    one[:, :, :, 0] = 0.3
    torch.testing.assert_close(hide(mask_named("left", 8)).nll(model, logits, one), both[0])


def test_a_small_image_s_likelihood_is_that_of_the_mean_of_gaussians():
    model = create("vae", MODELS["vae"].Config(shape=(1, 8, 8), latent_dim=2, network="mlp", hidden=(8,), likelihood="gaussian", sigma=0.2)).eval()  # fmt: skip
    logits, seen = model.decode_logits(torch.zeros(1, 2)), torch.rand(1, 1, 4, 4)
    pooled = torch.nn.functional.avg_pool2d(torch.sigmoid(logits), 2)
    wanted = -torch.distributions.Normal(pooled, 0.2 / 2).log_prob(seen).sum()
    found = small(2, 8).nll(model, logits, seen)
    other = small(2, 8).nll(model, logits, torch.zeros_like(seen))
    constant = -torch.distributions.Normal(pooled, 0.2 / 2).log_prob(torch.zeros_like(seen)).sum()
    torch.testing.assert_close((found - other)[0], wanted - constant, atol=1e-3, rtol=1e-5)


def test_masks_and_sizes():
    for name in MASKS:
        assert 0.2 < float(mask_named(name, 28).float().mean()) < 0.6
    assert factors_of(28) == [2, 4, 7, 14]
    for wrong in (lambda: hide(torch.zeros(8, 8, dtype=torch.bool)), lambda: hide(torch.ones(8, 8, dtype=torch.bool))):
        with pytest.raises(ConfigError, match="is hidden: hide a part"):
            wrong()
    with pytest.raises(ConfigError, match="Squares of 3 pixels"):
        small(3, 28)
    with pytest.raises(ConfigError, match="Noise of σ = 7"):
        noise(7.0)


def test_the_nearest_training_image_is_nearest_in_what_is_seen(digits):
    training = digits.train.images[:200]
    x = as_floats(training[17:18])
    for degradation in (hide(mask_named("top", 8)), small(2, 8)):
        assert torch.equal(nearest_seen(degradation, degradation.see(x), training), x)
    assert set(plain_repairs(noise(0.3), noise(0.3).see(x), training)) == {"Nearest training image", "Gaussian filter", "Median filter"}  # fmt: skip


def test_the_table_has_every_method_and_is_cached(run):
    config = RepairConfig(hide="left", images=16, starts=3, steps=60)
    table = repair_table(run, config)
    by_title = {row["title"]: row for row in table["methods"]}
    assert set(by_title) == {MODEL, ONCE, "Nearest training image", "Mean training image"}
    for row in by_title.values():
        assert row["low"] < row["psnr"] < row["high"]
    assert table["gain"]["low"] <= table["gain"]["value"] <= table["gain"]["high"]
    again = repair_table(run, config, progress=lambda *_: pytest.fail("it is computed again"))
    assert again == table
    with pytest.raises(ConfigError, match="Give one of"):
        repair_table(run, RepairConfig(hide="left", noise=0.3))


def test_one_image_in_slices(run, digits):
    model, codes = run.model(), latents_of(run)
    x = as_floats(digits.test.images[:1])
    for draws in (False, True):
        repair = OneRepair(model, codes, hide(mask_named("left", 8)), x, starts=3, draws=draws)
        energies, shares = [float(repair.energy[0])], []
        while repair.advance(0.005):
            energies.append(float(repair.energy[0]))
            shares.append(repair.progress)
        assert repair.progress == 1
        assert shares == sorted(shares)
        if not draws:
            assert energies[-1] < energies[1] or len(energies) < 3
        images, psnr = repair.answers()
        assert torch.equal(images[:, :, :, 4:], x.expand(3, -1, -1, -1)[:, :, :, 4:])
        error = float((images[0, :, :, :4] - x[0, :, :, :4]).square().mean())
        assert psnr[0] == pytest.approx(-10 * np.log10(error), abs=1e-3)
    titles, plain, values = repair.plain(digits.train.images)
    assert len(titles) == len(plain) == len(values) == 2


def test_a_model_of_indices_is_refused(digits):
    config = MODELS["vq_vae"].Config(shape=(1, 8, 8), codebook=4, network="mlp")
    model = create("vq_vae", config).eval()
    codes = SimpleNamespace(spread=lambda: (np.zeros(config.code_width), np.ones(config.code_width)))
    with pytest.raises(ConfigError, match="its codes are indices"):
        problem_of(model, noise(0.3), torch.zeros(1, 1, 8, 8), codes, 2)


def test_the_first_start_is_the_encoder_s_code(run, digits):
    x = as_floats(digits.test.images[:2])
    problem = problem_of(run.model(), noise(0.2), x, latents_of(run), 3)
    starts = starts_of(problem, x, 3)
    torch.testing.assert_close(problem.codes(starts)[::3], run.model().embed(x), atol=1e-5, rtol=1e-5)
