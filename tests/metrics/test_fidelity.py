"""FID and KID where they are known."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from vae_core.metrics.coded import MetricError
from vae_core.metrics.fidelity import fidelity

generator = torch.Generator().manual_seed(0)


@pytest.fixture
def few_subsets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The KID takes nearly all of the time, and with a tenth of its subsets it is as unbiased."""
    monkeypatch.setattr("vae_core.metrics.fidelity.SUBSETS", 10)


def cloud(mean: float, scale: float, n: int = 4000) -> torch.Tensor:
    return mean + scale * torch.randn(n, 1, 2, 2, generator=generator)


def test_the_frechet_distance_of_gaussians_is_its_closed_form(few_subsets):
    """|m1 − m2|² + Σ (σ1 − σ2)² for independent features (Dowson & Landau 1982)."""
    found = fidelity(cloud(0, 1), cloud(0.5, 2), nn.Flatten())
    assert found["fid"] == pytest.approx(4 * (0.25 + 1), rel=0.08)


def test_the_same_images_are_near_and_the_kid_is_unbiased(few_subsets):
    same = cloud(0, 1)
    assert fidelity(same, same, nn.Flatten())["fid"] == pytest.approx(0, abs=1e-3)
    found = fidelity(cloud(0, 1), cloud(0, 1), nn.Flatten())
    assert abs(found["kid"]) < 3 * found["kid_std"] + 1e-3
    assert found["fid"] < 0.02


def test_the_kid_is_its_formula():
    """The unbiased squared MMD with the kernel (x·y/K + 1)³, on subsets that are all there is."""
    a, b = cloud(0, 1, 60), cloud(1, 1, 60)

    def kernel(x, y):
        return (x.flatten(1) @ y.flatten(1).T / 4 + 1) ** 3

    aa, bb, ab = kernel(a, a), kernel(b, b), kernel(a, b)
    n = len(a)
    whole = ((aa.sum() - aa.trace()) + (bb.sum() - bb.trace())) / (n * (n - 1)) - 2 * ab.mean()
    assert fidelity(a, b, nn.Flatten())["kid"] == pytest.approx(float(whole), rel=0.25)


def test_nothing_else_is_disturbed_and_draws_repeat():
    a, b = cloud(0, 1, 200), cloud(1, 1, 200)
    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    one = fidelity(a, b, nn.Flatten())
    assert torch.rand(1) == wanted
    assert one == fidelity(a, b, nn.Flatten())


def test_too_few_images_are_refused():
    with pytest.raises(MetricError, match="20 images"):
        fidelity(cloud(0, 1, 20), cloud(0, 1), nn.Flatten())
