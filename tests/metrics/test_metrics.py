import itertools
import math

import pytest
import torch
from skimage.metrics import structural_similarity

from vae_core.metrics import METRICS, importance_bound, ssim
from vae_core.models import MODELS, create
from vae_core.models.vae import DiagonalGaussian

generator = torch.Generator().manual_seed(0)


def pair(shape, n=3):
    x = torch.rand(n, *shape, generator=generator)
    return x, (x + 0.2 * torch.randn(n, *shape, generator=generator)).clamp(0, 1)


@pytest.mark.parametrize("name", METRICS)
def test_equal_images_are_best(name):
    x, other = pair((3, 28, 28))
    entropy = -(x * x.log() + (1 - x) * (1 - x).log()).mean((1, 2, 3))
    best = {"ssim": torch.ones(3), "psnr": torch.full((3,), 110.0), "bce": entropy}.get(name, torch.zeros(3))
    assert METRICS[name].function(x, x).tolist() == pytest.approx(best.tolist(), abs=1e-5)
    worse = METRICS[name].function(x, other)
    assert ((worse < best) if METRICS[name].higher_is_better else (worse > best)).all()


def test_errors_equal_the_sums_written_out():
    x, y = pair((1, 8, 8), n=1)
    differences = [a - b for a, b in zip(x.flatten().tolist(), y.flatten().tolist(), strict=True)]
    assert METRICS["mse"].function(x, y).item() == pytest.approx(sum(d * d for d in differences) / 64, rel=1e-5)
    assert METRICS["psnr"].function(x, y).item() == pytest.approx(
        -10 * math.log10(sum(d * d for d in differences) / 64)
    )
    assert METRICS["mae"].function(x, y).item() == pytest.approx(sum(map(abs, differences)) / 64, rel=1e-5)


@pytest.mark.parametrize("shape", [(1, 64, 64), (3, 64, 64), (1, 28, 28), (3, 128, 128)])
def test_ssim_equals_scikit_image_over_full_windows(shape):
    x, y = pair(shape)
    found = ssim(x, y)
    for one, other, value in zip(x.double().numpy(), y.double().numpy(), found.tolist(), strict=True):
        _, full = structural_similarity(
            one, other, channel_axis=0, data_range=1.0, gaussian_weights=True, sigma=1.5,
            use_sample_covariance=False, full=True,
        )  # fmt: skip
        assert value == pytest.approx(full[:, 5:-5, 5:-5].mean(), abs=1e-6)


def test_ssim_takes_images_smaller_than_its_window():
    x, y = pair((1, 8, 8))
    assert ((ssim(x, y) < 1) & (ssim(x, y) > -1)).all()


@pytest.fixture(scope="module")
def toy():
    """A linear-Gaussian model with a known evidence: p(x|z) = N(a·z + b, σ²) on 64 'pixels', z one-dimensional."""
    config = MODELS["vae"].Config(
        shape=(1, 8, 8), latent_dim=1, network="mlp", hidden=(4,), likelihood="gaussian", sigma=0.5
    )
    model = create("vae", config)
    direction = torch.linspace(-0.1, 0.1, 64).double()

    class Linear(torch.nn.Module):
        def forward(self, z):
            # The likelihood takes the sigmoid of logits, so hand it the logit of the linear mean.
            return torch.logit((0.5 + z.double() * direction).clamp(1e-6, 1 - 1e-6)).view(-1, 1, 8, 8)

    model.decoder = Linear()
    with torch.no_grad():  # a proposal a little wider than the posterior, so that few samples suffice
        model.encoder[-1].weight.zero_()
        model.encoder[-1].bias.copy_(torch.tensor([0.1, 0.2]))
    covariance = 0.25 * torch.eye(64).double() + torch.outer(direction, direction)
    evidence = torch.distributions.MultivariateNormal(torch.full((64,), 0.5).double(), covariance)
    x = (0.5 + 0.3 * torch.randn(200, 64, generator=generator).double()).view(200, 1, 8, 8).float()
    return model, x, evidence.log_prob(x.flatten(1).double()).mean().item()


def bound(model, x, samples, seed):
    return importance_bound(model, x, None, samples, torch.Generator().manual_seed(seed)).mean().item()


def test_one_sample_is_the_elbo_in_expectation(toy):
    model, x, _ = toy
    found = torch.tensor([bound(model, x, 1, seed) for seed in range(40)])
    with torch.no_grad():
        rate = model.encode(x).rate_per_dim().sum(1).mean()
        draws = torch.stack([model.distortion(x, model.encode(x).sample()).mean() for _ in range(40)])
    error = math.hypot(found.std() / 40**0.5, draws.std() / 40**0.5)
    assert abs(found.mean() + draws.mean() + rate) < 4 * error


def test_the_bound_rises_with_the_samples_to_the_evidence(toy):
    model, x, evidence = toy
    values = {k: torch.tensor([bound(model, x, k, seed) for seed in range(8)]) for k in (1, 5, 50, 500)}
    means = [value.mean().item() for value in values.values()]
    errors = [value.std().item() / 8**0.5 for value in values.values()]
    for (low, high), error in zip(itertools.pairwise(means), errors, strict=False):
        assert high > low - 3 * error
    assert means[0] < evidence - 0.01
    assert means[-1] == pytest.approx(evidence, abs=0.01)


@pytest.mark.parametrize("side", [8, 9, 10])
def test_ssim_of_a_small_image_is_that_of_the_largest_window(side):
    """Written out window by window, with a Gaussian of σ = 1.5 cut to 7 or 9 pixels."""
    x, y = pair((1, side, side), n=1)
    width = side - 1 + side % 2
    offsets = torch.arange(width).double() - width // 2
    line = torch.exp(-offsets.square() / (2 * 1.5**2))
    weights = torch.outer(line, line) / line.sum() ** 2
    values = []
    for top, left in itertools.product(range(side - width + 1), repeat=2):
        a, b = (image[0, 0, top : top + width, left : left + width].double() for image in (x, y))
        mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
        var_a, var_b = (weights * (a - mean_a) ** 2).sum(), (weights * (b - mean_b) ** 2).sum()
        covariance = (weights * (a - mean_a) * (b - mean_b)).sum()
        top_line = (2 * mean_a * mean_b + 1e-4) * (2 * covariance + 9e-4)
        values.append(top_line / ((mean_a**2 + mean_b**2 + 1e-4) * (var_a + var_b + 9e-4)))
    assert ssim(x, y).item() == pytest.approx(torch.stack(values).mean().item(), abs=1e-6)


def test_scores_are_per_image():
    x, y = pair((3, 16, 16))
    for name, metric in METRICS.items():
        alone = torch.cat([metric.function(x[i : i + 1], y[i : i + 1]) for i in range(3)])
        assert torch.allclose(metric.function(x, y), alone, atol=1e-6), name


def test_inverted_images_score_below_zero():
    x = torch.rand(2, 1, 32, 32, generator=generator)
    assert (ssim(x, 1 - x) < 0).all()


def test_with_the_true_posterior_one_sample_gives_the_evidence(toy):
    """q = p(z|x) makes every weight the same: no Monte Carlo error at all."""
    model, x, _ = toy
    direction = torch.linspace(-0.1, 0.1, 64).double()
    precision = 1 + direction.square().sum() / 0.25
    centre = (x[:5].flatten(1).double() - 0.5) @ direction / 0.25 / precision
    covariance = 0.25 * torch.eye(64).double() + torch.outer(direction, direction)
    evidence = torch.distributions.MultivariateNormal(torch.full((64,), 0.5).double(), covariance)

    class Exact:
        def encode(self, x, y=None):
            return DiagonalGaussian(centre.float()[:, None], -precision.log().float().expand(5, 1))

        distortion = staticmethod(model.distortion)

    found = importance_bound(Exact(), x[:5], None, 1, torch.Generator().manual_seed(0))
    assert torch.allclose(found, evidence.log_prob(x[:5].flatten(1).double()), atol=1e-3)


def test_a_model_without_a_density_has_no_bound():
    model = create("autoencoder", MODELS["autoencoder"].Config(shape=(1, 8, 8), network="mlp", hidden=(4,)))
    with pytest.raises(TypeError, match="Autoencoder"):
        importance_bound(model, torch.rand(2, 1, 8, 8), None, 1)
