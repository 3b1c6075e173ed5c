"""Checks of a trained model for common problems: findings with their evidence and a remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ...datasets import ImageData
from ...metrics import METRICS
from ...models import Model
from ...models.vq_vae import VQVAE
from ...training.batches import as_floats
from ...training.monitors import losses_of
from ..codes.latents import Latents
from ..images.sampling import draw, prior_codes
from ..images.traversal import decode

#: Images and samples of each check.
LIMIT = 500
#: Reconstructions are poor below this share of the pixels' variance, samples alike below this share of the images' diversity.
POOR, ALIKE = 0.5, 0.6
#: The prior has holes if more than this share of its samples is far from all codes.
HOLES = 0.1
#: Nats that at least one dimension must carry, or the posterior has collapsed.
INFORMATIVE = 0.1
#: Capacity is unused if more than this share of the latent dimensions has collapsed.
UNUSED = 0.3


@dataclass(frozen=True)
class Finding:
    """kind: name of the finding. ok: no problem. title: up to three words; evidence: the measurement, as a sentence; remedy:
    what to try, empty if ok. rows: test images that show the problem; codes `(n, D)`: codes whose images or rows show it.
    """

    kind: str
    ok: bool
    title: str
    evidence: str
    remedy: str = ""
    rows: list[int] = field(default_factory=list)
    codes: Tensor | None = None


def diagnose(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> list[Finding]:
    """All findings, problems first; checks that need test images are left out where there are none."""
    findings = [finding for check in CHECKS if (finding := check(model, codes, data, history)) is not None]
    return sorted(findings, key=lambda finding: finding.ok)


def collapse(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:
    """Does the decoder use the code, and how many of its dimensions?"""
    if codes.rate is None:
        return None
    collapsed, dims = len(codes.collapsed()), codes.dims
    total = float(codes.weight_per_dim().sum())
    if float(codes.weight_per_dim().max()) < INFORMATIVE:
        return Finding(
            "collapse", False, "Posterior collapse",
            f"None of {dims} dimensions carries {INFORMATIVE} nats: everything has about the same code, and the decoder outputs one mean.",
            "Lower β, warm it up (schedule linear), use free bits, or set a target rate (schedule controlled).",
        )  # fmt: skip
    if collapsed > UNUSED * dims:
        return Finding(
            "unused", False, "Unused capacity",
            f"{collapsed} of {dims} dimensions carry less than 0.01 nats; the other {dims - collapsed} carry {total:.1f} nats together.",
            "Expected at a large β. Fewer latent dimensions would be enough; to use more of them lower β or warm it up.",
        )  # fmt: skip
    return Finding("collapse", True, "Dimensions are used", f"{dims - collapsed} of {dims} dimensions carry {total:.1f} nats together.")  # fmt: skip


def reconstruction(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:  # fmt: skip
    """How much of the variance of the images do reconstructions explain?"""
    if data is None or len(data.test) < 2:
        return None
    count = min(LIMIT, len(codes), len(data.test))
    x = as_floats(data.test.images[:count])
    labels = None if data.test.labels is None else data.test.labels[:count]
    error = float(METRICS["mse"].function(x, decode(model, torch.from_numpy(codes.mu[:count]), labels)).mean())
    variance = float((x - x.mean(0)).square().mean())
    share = 1 - error / variance if variance > 0 else 1.0
    worst = [int(row) for row in np.argsort(-codes.distortion[:count], kind="stable")[:6]]
    evidence = f"Reconstructions explain {share:.0%} of the variance of the pixels (MSE {error:.4f}; the mean image alone has {variance:.4f})."
    if share >= POOR:
        return Finding("reconstruction", True, "Good reconstruction", evidence)
    remedy = "Lower β, add latent dimensions, train longer, or use a larger network (conv or resnet for images)."
    return Finding("reconstruction", False, "Poor reconstruction", evidence, remedy, rows=worst)


def overfitting(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:  # fmt: skip
    """Did the test loss rise during training?"""
    losses = losses_of(history)
    if len(losses) < 5:
        return None
    best, last = int(np.argmin(losses)), losses[-1]
    rise = last - losses[best]
    if best < len(losses) - 1 and rise > max(0.02 * abs(losses[best]), 0.5):
        return Finding(
            "overfitting", False, "Overfitting",
            f"The loss on held-out data was lowest at epoch {history[best]['epoch']:.0f} ({losses[best]:.1f} nats) and ended {rise:.1f} nats higher.",
            "Use early stopping, more data, a smaller network, dropout, or a larger β.",
        )  # fmt: skip
    return Finding("overfitting", True, "No overfitting", f"The loss on held-out data ended at {last:.1f} nats; its lowest value was {losses[best]:.1f}.")  # fmt: skip


def diversity(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:
    """Do samples differ from each other as much as test images do?"""
    if data is None or len(data.test) < 2:
        return None
    samples = draw(model, LIMIT)
    new, real = _difference(samples.images), _difference(as_floats(data.test.images[:LIMIT]))
    share = new / real if real > 0 else 1.0
    evidence = f"Two new images differ by {new:.3f} per pixel (root mean square), two test images by {real:.3f}: {share:.0%} of it."
    if share >= ALIKE:
        return Finding("diversity", True, "Samples are diverse", evidence)
    remedy = "Blurred samples are alike: lower β, add latent dimensions, train longer, or sharpen with a VAE-GAN."
    return Finding("diversity", False, "Low diversity", evidence, remedy, codes=samples.z[:6])


def _difference(images: Tensor) -> float:
    """Root mean square difference between two images, over pairs."""
    half = len(images) // 2
    return float((images[:half] - images[half : 2 * half]).square().mean().sqrt())


def holes(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:
    """Does the prior sample codes that are far from the codes of all images?"""
    if isinstance(model, VQVAE) or len(codes) < 50:
        return None
    active = [dim for dim in codes.order() if dim not in codes.collapsed()] or codes.order()
    z = prior_codes(model, LIMIT)
    centre, deviation = (torch.from_numpy(part).float()[active] for part in codes.spread())
    posterior = (torch.from_numpy(codes.mu)[:, active] - centre) / deviation
    if codes.sigma is not None:  # the decoder is trained on samples, not means
        noise = torch.randn(posterior.shape, generator=torch.Generator().manual_seed(0))
        posterior = posterior + torch.from_numpy(codes.sigma)[:, active] / deviation * noise
    half = len(posterior) // 2
    prior = (z[:, active] - centre) / deviation
    # The usual distance to the nearest code: from one half of the codes to the other.
    usual = torch.cdist(posterior[half : half + 2000], posterior[:half]).min(1).values.quantile(0.99)
    distance = torch.cdist(prior, posterior[:half]).min(1).values
    share = float((distance > usual).float().mean())
    evidence = f"{share:.0%} of the prior's samples are further from every code than 99 % of the test data's codes are from each other."
    if share <= HOLES:
        return Finding("holes", True, "The prior fits", evidence)
    farthest = distance.argsort(descending=True)[:6]
    remedy = (
        "Samples there are poor: raise β, use a learned prior (VampPrior), or draw codes from a mixture on Generate."
    )
    return Finding("holes", False, "Holes in the prior", evidence, remedy, codes=z[farthest])


Check = Callable[[Model, Latents, ImageData | None, list[dict[str, float]]], Finding | None]
CHECKS: tuple[Check, ...] = (collapse, reconstruction, overfitting, diversity, holes)
