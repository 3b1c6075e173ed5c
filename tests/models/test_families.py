"""Each family's own term against sums written out, closed forms or autograd."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from vae_core.config import ConfigError
from vae_core.divergences import gaussian_kl, gaussian_log_density, kl_between, mmd, standard_normal_log_density
from vae_core.models import MODELS, create
from vae_core.models.beta_tcvae import decompose, log_weights
from vae_core.models.denoising_autoencoder import NOISES
from vae_core.models.dip_vae import covariance
from vae_core.models.factor_vae import shuffled
from vae_core.models.hierarchical_vae import layer_widths, precision_weighted
from vae_core.models.vae import DiagonalGaussian, RateController
from vae_core.models.vampprior_vae import MixturePosterior
from vae_core.schedules import FALL, cyclical, falling

X = torch.rand(8, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def make(name, network="mlp", **settings):
    config = MODELS[name].Config(shape=(1, 8, 8), latent_dim=3, network=network, hidden=(16,), channels=4, **settings)
    return create(name, config, seed=1)


def terms(name, step=0, x=X, **settings):
    torch.manual_seed(7)
    return {key: value.item() for key, value in make(name, **settings).loss(x, None, step).items()}


def posterior(n=6, dims=3, seed=0):
    draw = torch.Generator().manual_seed(seed)
    mu, logvar = torch.randn(n, dims, generator=draw), torch.randn(n, dims, generator=draw) - 1
    return mu, logvar, mu + (0.5 * logvar).exp() * torch.randn(n, dims, generator=draw)


# -- how the rate is charged -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("step", "share"), [(0, 0), (25, 0.5), (50, 1), (99, 1), (100, 0), (125, 0.5), (1075, 1)])
def test_a_cycle_rises_for_its_first_half(step, share):
    assert cyclical(step, 100) == share


@pytest.mark.parametrize(("step", "factor"), [(0, FALL), (50, FALL**0.5), (100, 1), (300, 1)])
def test_a_falling_weight_falls_in_equal_ratios(step, factor):
    assert falling(step, 100) == pytest.approx(factor)
    found = terms("beta_vae", step=step, beta=3.0, schedule="falling", warmup_steps=100)
    assert found["penalty"] == pytest.approx(3 * factor * found["rate"], rel=1e-5)


@pytest.mark.parametrize(("step", "capacity"), [(0, 0), (50, 10), (100, 20), (300, 20)])
def test_capacity_charges_the_distance_from_a_growing_rate(step, capacity):
    found = terms("beta_vae", step=step, beta=7.0, schedule="capacity", warmup_steps=100, target_rate=20.0)
    assert found["penalty"] == pytest.approx(7 * abs(found["rate"] - capacity), rel=1e-5)
    same = terms("capacity_vae", step=step, beta=7.0, warmup_steps=100, target_rate=20.0)
    assert same == found


@pytest.mark.parametrize(("step", "opened"), [(0, 1), (33, 1), (34, 2), (66, 2), (67, 3), (100, 3), (999, 3)])
def test_dimensions_of_a_cascade_open_one_after_another(step, opened):
    model = make("cascade_vae", warmup_steps=100, schedule="constant", beta=3.0)
    found = model.loss(X, None, step)
    assert model.opened.sum() == opened
    rates = model.encode(X).rate_per_dim()
    assert (rates[:, :opened] > 0).all()
    assert (rates[:, opened:] == 0).all(), "the posterior of a closed dimension is the prior"
    z = torch.randn(8, 3)
    noisy = torch.cat([z[:, :opened], torch.randn(8, 3 - opened)], dim=1)
    assert torch.equal(model.decode(z), model.decode(noisy)), "and the decoder does not see it"
    assert found["rate"].item() == pytest.approx(rates.sum(1).mean().item())


def test_an_open_cascade_is_a_tcvae():
    settings = dict(step=100, beta=3.0, schedule="constant")
    assert terms("cascade_vae", warmup_steps=100, **settings) == pytest.approx(terms("beta_tcvae", **settings))


def test_the_dimensions_that_are_open_are_saved():
    model = make("cascade_vae", warmup_steps=100)
    model.loss(X, None, 40)
    again = make("cascade_vae", warmup_steps=100)
    again.load_state_dict(model.state_dict())
    assert again.opened.tolist() == [1, 1, 0]


def test_free_bits_cost_the_same_whether_used_or_not():
    model = make("vae", free_bits=2.0)
    rates = torch.tensor([[0.0, 1.0, 5.0], [1.0, 5.0, 9.0]])  # means 0.5, 3, 7
    assert model.rate_penalty(rates, 0).item() == pytest.approx(2 + 3 + 7)
    model = make("beta_vae", beta=4.0, free_bits=12.0, free_bits_group="code")
    assert model.rate_penalty(rates, 0).item() == pytest.approx(4 * 12)
    assert model.rate_penalty(2 * rates, 0).item() == pytest.approx(4 * 21)


def test_the_controller_is_algorithm_1_of_its_paper():
    rates, target = [3.0, 30.0, 60.0, 25.0, 10.0, 80.0], 20.0
    controller = RateController(target)
    integral, found, wanted = 0.0, [], []
    for rate in rates:
        error = target - rate
        integral = min(100.0, max(0.0, integral - 0.001 * error))
        wanted.append(min(100.0, 0.01 / (1 + math.exp(error)) + integral))
        found.append(controller.update(torch.full((4, 1), rate)).item())
    assert found == pytest.approx(wanted, rel=1e-5)


def test_the_controller_is_part_of_the_weights_and_of_the_recorded_beta():
    model = make("vae", schedule="controlled", target_rate=1.0)
    for step in range(50):
        model.loss(X, None, step)
    assert model.weight(50) > 0.005
    other = make("vae", schedule="controlled", target_rate=1.0)
    other.load_state_dict(model.state_dict())
    assert other.weight(50) == model.weight(50)
    model.eval()
    before = model.weight(50)
    model.loss(X, None, 50)
    assert model.weight(50) == before, "measuring must not move the controller"
    assert "controller.beta" not in make("vae").state_dict()


# -- total correlation -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("stratified", [True, False])
def test_the_decomposition_is_what_its_definitions_say(stratified):
    mu, logvar, z = posterior()
    n, size = len(z), 50
    found = decompose(z, mu, logvar, size, stratified=stratified)
    weights = log_weights(n, size, stratified=stratified, like=z).exp()
    density = torch.distributions.Normal(mu, (0.5 * logvar).exp())
    for i in range(n):
        each = torch.stack(
            [torch.distributions.Normal(mu[j], (0.5 * logvar[j]).exp()).log_prob(z[i]) for j in range(n)]
        )
        q = (weights[i] * each.sum(1).exp()).sum().log()
        product = (weights[i][:, None] * each.exp()).sum(0).log().sum()
        given = density.log_prob(z)[i].sum()
        prior = torch.distributions.Normal(0.0, 1.0).log_prob(z[i]).sum()
        assert found.information[i].item() == pytest.approx((given - q).item(), rel=1e-4, abs=1e-4)
        assert found.total_correlation[i].item() == pytest.approx((q - product).item(), rel=1e-4, abs=1e-4)
        assert found.dimension_wise[i].item() == pytest.approx((product - prior).item(), rel=1e-4, abs=1e-4)
    whole = gaussian_log_density(z, mu, logvar) - standard_normal_log_density(z)
    assert torch.allclose(sum(found), whole, atol=1e-4), "the three terms are the rate"


def test_stratified_weights_estimate_the_mean_over_all_images_without_bias():
    values, size, batch, own = torch.tensor([1.0, 4.0, 9.0, 16.0, 25.0, 36.0]), 6, 4, 2
    others = [i for i in range(size) if i != own]
    weights = log_weights(batch, size, stratified=True, like=values).exp()
    assert weights.sum(1).tolist() == pytest.approx([1.0] * batch)
    found = [(weights[0] * values[[own, *rest]]).sum().item() for rest in itertools.permutations(others, batch - 1)]
    assert np.mean(found) == pytest.approx(values.mean().item(), rel=1e-6)


def test_beta_one_charges_the_rate_in_expectation():
    """α = β = γ = 1: the VAE's bound, with the sampled rate for the closed one."""
    x = X[:1].expand(4000, -1, -1, -1)
    tc = terms("beta_tcvae", x=x[:500], beta=1.0, train_size=1000)
    vae = terms("vae", x=x)
    assert tc["penalty"] == pytest.approx(vae["rate"], rel=0.1, abs=0.2)


# -- covariances, discrepancies ----------------------------------------------------------------------------------
def test_the_covariance_is_that_of_numpy():
    mu, _, _ = posterior(40)
    assert np.allclose(covariance(mu).numpy(), np.cov(mu.numpy().T, bias=True), atol=1e-6)


@pytest.mark.parametrize("kind", ["i", "ii"])
def test_dip_charges_whatever_the_covariance_has_beside_the_identity(kind):
    model = make("dip_vae", covariance=kind, off_diagonal=3.0, diagonal=5.0)
    found = model.encode(X)
    torch.manual_seed(7)
    extra = model.penalty(found, found.sample(), 0) - found.rate_per_dim().sum(1)
    c = np.cov(found.mu.detach().numpy().T, bias=True)
    if kind == "ii":
        c = c + np.diag(found.logvar.exp().mean(0).detach().numpy())
    wanted = 0.0
    for i, j in itertools.product(range(3), range(3)):
        wanted += 5 * (c[i, i] - 1) ** 2 if i == j else 3 * c[i, j] ** 2
    assert extra.tolist() == pytest.approx([wanted] * 8, rel=1e-3)


def test_mmd_is_the_sum_over_all_pairs():
    a, b = posterior(5)[0], posterior(4, seed=1)[0]
    kernel = lambda x, y: sum(s * 6 / (s * 6 + ((x - y) ** 2).sum().item()) for s in (0.1, 0.2, 0.5, 1, 2, 5, 10))
    wanted = np.mean([kernel(a[i], a[j]) for i in range(5) for j in range(5) if i != j])
    wanted += np.mean([kernel(b[i], b[j]) for i in range(4) for j in range(4) if i != j])
    wanted -= 2 * np.mean([kernel(x, y) for x in a for y in b])
    assert mmd(a, b, 6.0).item() == pytest.approx(wanted, rel=1e-4)


def test_mmd_is_about_zero_for_one_law_and_not_for_two():
    draw = torch.Generator().manual_seed(0)
    same = [
        mmd(torch.randn(200, 4, generator=draw), torch.randn(200, 4, generator=draw), 8.0).item() for _ in range(40)
    ]
    assert abs(np.mean(same)) < 3 * np.std(same) / math.sqrt(40)
    away = mmd(torch.randn(200, 4, generator=draw), 1 + torch.randn(200, 4, generator=draw), 8.0).item()
    assert away > 20 * np.std(same)


def test_info_vae_without_its_extra_is_the_vae():
    found, vae = terms("info_vae", alpha=0.0, mmd_weight=1.0), terms("vae")
    assert found["loss"] == pytest.approx(vae["loss"], rel=1e-6)


def test_wae_charges_the_discrepancy_alone_and_draws_from_the_prior():
    torch.manual_seed(3)
    model = make("wae_mmd", mmd_weight=10.0)
    z = model.encode(X).mu
    torch.manual_seed(5)
    found = model.penalty(X, z)
    torch.manual_seed(5)
    assert found.item() == pytest.approx(10 * mmd(z, torch.randn_like(z), 6.0).item(), rel=1e-5)
    drawn = model.prior_sample(4000, torch.Generator().manual_seed(0))
    assert drawn.mean(0).abs().max() < 0.1
    assert (drawn.std(0) - 1).abs().max() < 0.1


# -- critics -----------------------------------------------------------------------------------------------------
def test_factor_vae_pays_for_what_its_critic_says():
    model = make("factor_vae", gamma=3.0)
    q = model.encode(X)
    z = q.sample()
    logits = model.adversary(z)
    odds = torch.log_softmax(logits, 1)  # log D and log(1 − D)
    wanted = q.rate_per_dim().sum(1) + 3 * (odds[:, 0] - odds[:, 1])
    assert torch.allclose(model.penalty(q, z, 0), wanted, atol=1e-4)


def test_shuffling_keeps_each_dimension_and_breaks_what_binds_them():
    torch.manual_seed(0)
    z = torch.randn(2000, 1).expand(-1, 3) * torch.tensor([1.0, 2.0, -1.0])
    found = shuffled(z)
    assert torch.equal(found.sort(0).values, z.sort(0).values)
    off = torch.corrcoef(found.T) - torch.eye(3)
    assert off.abs().max() < 0.1


@pytest.mark.parametrize("name", ["factor_vae", "adversarial_autoencoder", "wae_gan", "vae_gan"])
def test_the_critics_loss_reaches_the_critic_alone(name):
    model = make(name)
    model.loss(X, None, 0)["adversary"].backward()
    own = {id(parameter) for parameter in model.adversary.parameters()}
    for parameter_name, parameter in model.named_parameters():
        assert (parameter.grad is not None) == (id(parameter) in own), parameter_name


def test_a_critic_finds_the_total_correlation_of_a_gaussian():
    """Two dimensions with correlation r: TC = −½ log(1 − r²)."""
    torch.manual_seed(0)
    model, r = make("factor_vae", critic_width=64, critic_depth=2), 0.8

    def draw(n):
        a, b, c = torch.randn(3, n)
        return torch.stack([a, r * a + math.sqrt(1 - r * r) * b, c], 1)

    optimizer = torch.optim.Adam(model.adversary.parameters(), lr=3e-3)
    for _ in range(600):
        optimizer.zero_grad()
        model.adversary_loss(X, draw(512)).backward()
        optimizer.step()
    found = model.total_correlation(draw(20_000)).mean().item()
    assert found == pytest.approx(-0.5 * math.log(1 - r * r), abs=0.1)


@pytest.mark.parametrize("name", ["adversarial_autoencoder", "wae_gan"])
def test_an_adversarial_code_pays_minus_log_d(name):
    model = make(name, critic_weight=4.0)
    z = model.encode(X).mu
    d = torch.sigmoid(model.adversary(z)).squeeze(1)
    assert torch.allclose(model.penalty(X, z), -4 * d.log(), atol=1e-4)


# -- importance weighting ----------------------------------------------------------------------------------------
def gradient(name, **settings):
    """Of the mean loss over 20,000 draws for one image, at the encoder's last bias."""
    torch.manual_seed(0)
    model = make(name, **settings)
    model.loss(X[:1].expand(20_000, -1, -1, -1), None, 0)["loss"].backward()
    return model.encoder[-1].bias.grad


def test_one_importance_sample_is_the_vae_in_expectation():
    one, vae = gradient("iwae", importance_samples=1), gradient("vae")
    assert torch.allclose(one, vae, atol=0.05 * vae.abs().max().item())
    x = X[:1].expand(20_000, -1, -1, -1)
    assert terms("iwae", x=x, importance_samples=1)["loss"] == pytest.approx(terms("vae", x=x)["loss"], rel=1e-3)


def test_more_samples_tighten_the_bound():
    x = X[:1].expand(2000, -1, -1, -1)
    losses = [terms("iwae", x=x, importance_samples=count)["loss"] for count in (1, 5, 50)]
    assert losses[0] > losses[1] > losses[2]


def test_the_iwae_bound_is_the_log_of_a_mean():
    torch.manual_seed(7)
    model = make("iwae", importance_samples=4)
    torch.manual_seed(9)
    found = model.loss(X, None, 0)["loss"].item()
    torch.manual_seed(9)
    q = model.encode(X)
    weights = []
    for _ in range(4):
        z = q.sample()
        joint = -model.distortion(X, z) + torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(1)
        weights.append(joint - torch.distributions.Normal(q.mu, (0.5 * q.logvar).exp()).log_prob(z).sum(1))
    wanted = -torch.stack(weights).double().exp().mean(0).log().mean().item()
    assert found == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("settings", [{"schedule": "capacity"}, {"schedule": "controlled"}, {"free_bits": 1.0}])
def test_what_the_iwae_cannot_do_is_refused(settings):
    with pytest.raises(ConfigError, match=r"--schedule|--free-bits"):
        make("iwae", **settings)


# -- autoencoders ------------------------------------------------------------------------------------------------
def test_the_contractive_penalty_is_the_norm_of_autograds_jacobian():
    model = make("contractive_autoencoder", contraction=2.0)
    for i in range(3):
        jacobian = torch.autograd.functional.jacobian(lambda x: model.encode(x).mu, X[i : i + 1])
        wanted = 2 * jacobian.square().sum().item()
        assert model.penalty(X[i : i + 1], None).item() == pytest.approx(wanted, rel=1e-4)


def test_the_convolutional_estimate_has_the_norm_as_its_mean():
    model = make("contractive_autoencoder", network="conv")
    jacobian = torch.autograd.functional.jacobian(lambda x: model.encode(x).mu, X[:1])
    torch.manual_seed(0)
    found = model.sensitivity(X[:1].expand(4000, -1, -1, -1)).detach()
    error = 4 * found.std().item() / math.sqrt(4000)
    assert found.mean().item() == pytest.approx(jacobian.square().sum().item(), abs=error)


def test_sparsity_charges_what_it_says():
    model = make("sparse_autoencoder", sparsity=2.0)
    z = torch.tensor([[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]])
    assert model.penalty(X, z).tolist() == [7.0, 0.0]
    model = make("sparse_autoencoder", activity="kl", sparsity=3.0, target_activation=0.1)
    codes = model.encode(X).mu
    assert codes.min() >= 0
    assert codes.max() <= 1
    target, mean = torch.distributions.Bernoulli(0.1), torch.distributions.Bernoulli(codes.mean(0))
    wanted = 3 * torch.distributions.kl_divergence(target, mean).sum()
    assert model.penalty(X, codes).item() == pytest.approx(wanted.item(), rel=1e-4)


def test_noises_spoil_as_much_as_they_say():
    torch.manual_seed(0)
    x = torch.full((50, 3, 16, 16), 0.6)
    assert (NOISES["gaussian"](x, 0.5) - x).std().item() == pytest.approx(0.5, rel=0.02)
    masked = NOISES["masking"](x, 0.3)
    assert (masked == 0).float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert ((masked == 0).all(1) == (masked == 0).any(1)).all(), "a pixel is spoiled in all channels"
    spoiled = NOISES["salt_and_pepper"](x, 0.4)
    assert (spoiled == 0).float().mean().item() == pytest.approx(0.2, abs=0.02)
    assert (spoiled == 1).float().mean().item() == pytest.approx(0.2, abs=0.02)
    assert NOISES["dropout"](x, 0.5).mean().item() == pytest.approx(0.6, rel=0.02)


def test_the_denoiser_is_judged_by_the_clean_image():
    model = make("denoising_autoencoder")
    torch.manual_seed(3)
    found = model.loss(X, None, 0)["distortion"]
    torch.manual_seed(3)
    z = model.encode(model.corrupt(X)).mu
    assert found.item() == pytest.approx(model.distortion(X, z).mean().item(), rel=1e-6)
    assert torch.equal(model.encode(X).mu, model.embed(X)), "only training spoils"


def test_the_vae_penalty_is_the_closed_form():
    mu, logvar, _ = posterior()
    assert torch.allclose(make("vae").rate_penalty(gaussian_kl(mu, logvar), 0), gaussian_kl(mu, logvar).sum(1))


# -- other priors ------------------------------------------------------------------------------------------------
def test_a_vampprior_of_standard_normals_is_the_standard_normal():
    mu, logvar, z = posterior()
    plain = DiagonalGaussian(mu, logvar)
    for count in (1, 4):
        same = MixturePosterior(mu, logvar, torch.zeros(count, 3), torch.zeros(count, 3))
        assert torch.allclose(same.log_ratio(z), plain.log_ratio(z), atol=1e-5)


def test_a_vampprior_is_an_even_mixture_split_by_the_chain_rule():
    mu, logvar, z = posterior()
    prior_mu, prior_logvar, _ = posterior(n=5, seed=1)
    found = MixturePosterior(mu, logvar, prior_mu, prior_logvar)
    density = torch.stack([gaussian_log_density(z, m, v).exp() for m, v in zip(prior_mu, prior_logvar, strict=True)])
    wanted = gaussian_log_density(z, mu, logvar) - density.mean(0).log()
    assert torch.allclose(found.log_ratio(z), wanted, atol=1e-4)
    first = torch.stack([gaussian_log_density(z[:, :1], m[:1], v[:1]).exp() for m, v in zip(prior_mu, prior_logvar, strict=True)])  # fmt: skip
    alone = gaussian_log_density(z[:, :1], mu[:, :1], logvar[:, :1]) - first.mean(0).log()
    assert torch.allclose(found.rate_per_dim(z)[:, 0], alone, atol=1e-4)


def test_a_vampprior_is_learned_and_drawn_from():
    model = make("vampprior_vae", components=4)
    model.loss(X, None, 0)["loss"].backward()
    assert model.pseudo.grad.abs().sum() > 0
    prior = model.prior()
    with torch.no_grad():
        model.encoder[-1].bias[3:] = -60  # σ near zero: every draw is one of the means
        found = model.prior_sample(50)
    assert torch.cdist(found, model.prior().mu).min(1).values.max() < 1e-3
    assert prior.mu.shape == (4, 3)


@pytest.mark.parametrize(("dims", "levels", "wanted"), [(3, 2, [2, 1]), (10, 2, [7, 3]), (10, 3, [7, 2, 1]), (64, 3, [37, 18, 9])])  # fmt: skip
def test_each_layer_is_half_as_wide_as_the_one_below(dims, levels, wanted):
    assert layer_widths(dims, levels) == wanted


def test_layers_need_dimensions():
    with pytest.raises(ConfigError, match="--levels 3: needs --latent-dim 7 or more, not 6"):
        MODELS["ladder_vae"].Config(latent_dim=6, levels=3)


def test_products_of_gaussians_and_their_divergence():
    mu_a, logvar_a, _ = posterior()
    mu_b, logvar_b, _ = posterior(seed=1)
    mu, logvar = precision_weighted(mu_a, logvar_a, mu_b, logvar_b)
    a, b = torch.exp(-logvar_a), torch.exp(-logvar_b)
    assert torch.allclose(mu, (a * mu_a + b * mu_b) / (a + b), atol=1e-5)
    assert torch.allclose(logvar.exp(), 1 / (a + b), atol=1e-5)
    one, two = (torch.distributions.Normal(m, (0.5 * v).exp()) for m, v in ((mu_a, logvar_a), (mu_b, logvar_b)))
    assert torch.allclose(kl_between(mu_a, logvar_a, mu_b, logvar_b), torch.distributions.kl_divergence(one, two), atol=1e-5)  # fmt: skip


@pytest.mark.parametrize("name", ["hierarchical_vae", "ladder_vae"])
def test_layers_have_the_ratio_of_their_densities(name):
    """p and q of z, written out for two layers; codes say the same as z."""
    model = make(name)
    found = model.encode(X)
    torch.manual_seed(1)
    code = found.sample()
    low, top = model.unfold(code)
    assert torch.equal(top, code[:, 2:])
    prior = model.moments(model.down[0](top))
    assert torch.allclose((low - prior[0]) / (0.5 * prior[1]).exp(), code[:, :2], atol=1e-5)
    q_low, q_top = model.moments(model.lowest(found.features)), None
    if name == "hierarchical_vae":
        q_top = model.moments(model.up[0](low))
    else:
        q_top = model.moments(model.heads[0](model.up[0](found.features)))
        q_low = precision_weighted(*q_low, *prior)
    wanted = gaussian_log_density(low, *q_low) + gaussian_log_density(top, *q_top)
    wanted = wanted - gaussian_log_density(low, *prior) - standard_normal_log_density(top)
    assert torch.allclose(found.log_ratio(code), wanted, atol=1e-4)


@pytest.mark.parametrize("name", ["hierarchical_vae", "ladder_vae"])
def test_layers_rates_are_the_mean_of_the_ratio(name):
    model = make(name)
    torch.manual_seed(0)
    found = model.encode(X[:1].expand(20_000, -1, -1, -1))
    with torch.no_grad():
        code = found.sample()
        ratio, rates = found.log_ratio(code), found.rate_per_dim(code).sum(1)
    assert ratio.mean().item() == pytest.approx(rates.mean().item(), abs=4 * (ratio - rates).std().item() / 20_000**0.5 + 1e-4)  # fmt: skip


def test_a_top_dimension_moves_what_is_below():
    model = make("ladder_vae")
    code = torch.zeros(2, 3)
    code[1, 2] = 2.0
    low, _ = model.unfold(code)
    assert not torch.allclose(low[0], low[1])
    assert not torch.allclose(*model.decode(code))


# -- conditions --------------------------------------------------------------------------------------------------
def test_a_class_changes_what_is_encoded_and_what_is_drawn():
    config = MODELS["conditional_vae"].Config(shape=(1, 8, 8), classes=4, latent_dim=3, network="mlp", hidden=(16,))
    model, zeros, ones = create("conditional_vae", config), torch.zeros(8).long(), torch.ones(8).long()
    z = torch.randn(8, 3)
    assert not torch.allclose(model.embed(X, zeros), model.embed(X, ones))
    assert not torch.allclose(model.decode(z, zeros), model.decode(z, ones))
    torch.manual_seed(0)
    by_turn = model.sample(8)
    torch.manual_seed(0)
    assert torch.equal(by_turn, model.sample(8, torch.arange(8) % 4))


def multirate():
    return make("multirate_vae", beta_low=0.5, beta_high=50.0)


def test_a_model_that_is_conditioned_on_beta_answers_for_it():
    model, z = multirate(), torch.randn(8, 3)
    assert model.config.betas == (0.5, 50.0)
    assert (model.weight(0), model.at_beta(4.0).weight(7)) == (1.0, 4.0)
    assert not torch.allclose(model.at_beta(0.5).embed(X), model.at_beta(50.0).embed(X))
    assert not torch.allclose(model.at_beta(0.5).decode(z), model.at_beta(50.0).decode(z))
    assert torch.equal(model.embed(X), model.at_beta(1.0).embed(X)), "asking elsewhere changes nothing here"
    mixed = model.at_beta(torch.tensor([0.5, 50.0] * 4))
    assert torch.allclose(mixed.embed(X)[1::2], model.at_beta(50.0).embed(X)[1::2], atol=1e-6)
    assert next(model.at_beta(3.0).parameters()) is next(model.parameters())


def test_the_multirate_loss_is_the_weighted_mean_over_drawn_betas():
    model = multirate()
    torch.manual_seed(5)
    found = model.loss(X, None, 0)
    torch.manual_seed(5)
    beta = torch.empty(8).uniform_(math.log(0.5 / 3), math.log(150)).exp()
    weight = (1 + beta) ** -0.5
    total = 0.0
    noise = torch.empty(8, 3).normal_()
    for row in range(8):
        one = model.at_beta(beta[row].item())
        q = one.encode(X[row : row + 1])
        z = q.mu + (0.5 * q.logvar).exp() * noise[row]
        total = total + weight[row] * (one.distortion(X[row : row + 1], z) + beta[row] * q.rate_per_dim().sum())
    assert found["loss"].item() == pytest.approx((total / weight.sum()).item(), rel=1e-4)


def test_betas_need_an_order():
    with pytest.raises(ConfigError, match="--beta-low 4: must be below --beta-high 2"):
        MODELS["multirate_vae"].Config(beta_low=4.0, beta_high=2.0)


# -- a critic of images ------------------------------------------------------------------------------------------
def test_the_critic_of_images_moves_the_decoder_alone():
    model = make("vae_gan", network="conv", similarity=0.0, pixels=0.0, beta=0.0)
    model.loss(X, None, 0)["loss"].backward()
    assert all(p.grad is None or p.grad.abs().sum() == 0 for p in model.encoder.parameters())
    assert sum(p.grad.abs().sum() for p in model.decoder.parameters()) > 0
    model = make("vae_gan", network="conv", critic_weight=0.0, pixels=0.0, beta=0.0)
    model.loss(X, None, 0)["loss"].backward()
    assert sum(p.grad.abs().sum() for p in model.encoder.parameters()) > 0, "features reach the encoder"


def test_what_the_critic_of_images_learns():
    """Its loss is −log D(x) − log(1 − D(x̃)) − log(1 − D(x_p)); features are those of a hidden layer."""
    model = make("vae_gan", network="conv").eval()
    torch.manual_seed(3)
    terms = model.loss(X, None, 0)
    torch.manual_seed(3)
    made = model.decode(torch.cat([model.encode(X).sample(), model.prior_sample(len(X))]))
    real, false = torch.sigmoid(model.adversary(X)), torch.sigmoid(model.adversary(made))
    wanted = -real.log().mean() - (1 - false[:8]).log().mean() - (1 - false[8:]).log().mean()
    assert terms["adversary"].item() == pytest.approx(wanted.item(), rel=1e-4)
    assert terms["similarity"] > 0
    assert torch.allclose(model.adversary.high(model.adversary.features(X)).squeeze(1), model.adversary(X))
