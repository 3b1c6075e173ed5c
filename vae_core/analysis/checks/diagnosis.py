"""What is wrong with a trained model, if anything: findings with their evidence and a remedy."""

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

#: Images and samples that are looked at.
LOOKED_AT = 500
#: Below this share of the pixels' variance a reconstruction is poor, and of the images' diversity samples are alike.
POOR, ALIKE = 0.5, 0.6
#: Of the prior's draws: above this share outside of where codes lie there are holes.
HOLES = 0.1
#: Nats that at least one dimension must carry for the decoder to hear anything.
HEARD = 0.1
#: Of the latent dimensions: above this share silent, there is room that nobody uses.
UNUSED = 0.3


@dataclass(frozen=True)
class Finding:
    """kind: its name. ok: nothing to do. title: in three words; evidence: what was measured, as a sentence; remedy: what to
    try, empty where all is well. rows: test images that show it; codes: codes `(n, D)` whose images do.
    """

    kind: str
    ok: bool
    title: str
    evidence: str
    remedy: str = ""
    rows: list[int] = field(default_factory=list)
    codes: Tensor | None = None


def diagnose(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> list[Finding]:
    """All findings, problems first; what needs the test images is left out where they cannot be had."""
    findings = [finding for check in CHECKS if (finding := check(model, codes, data, history)) is not None]
    return sorted(findings, key=lambda finding: finding.ok)


def collapse(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:
    """Does the decoder listen to the code at all, and to how many of its dimensions?"""
    if codes.rate is None:
        return None
    silent, dims = len(codes.collapsed()), codes.dims
    total = float(codes.weight_per_dim().sum())
    if float(codes.weight_per_dim().max()) < HEARD:
        return Finding(
            "collapse", False, "Posterior collapse",
            f"None of {dims} dimensions carries {HEARD} nats: every image gets about the same code, and the decoder draws one mean image.",
            "Lower β, warm it up (schedule linear), give free bits, or aim at a rate (schedule controlled).",
        )  # fmt: skip
    if silent > UNUSED * dims:
        return Finding(
            "unused", False, "Unused capacity",
            f"{silent} of {dims} dimensions carry less than 0.01 nats; the other {dims - silent} carry {total:.1f} nats together.",
            "Expected at a large β. Fewer latent dimensions would do as well; to use more of them lower β or warm it up.",
        )  # fmt: skip
    return Finding("collapse", True, "Dimensions are used", f"{dims - silent} of {dims} dimensions carry {total:.1f} nats together.")  # fmt: skip


def reconstruction(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:  # fmt: skip
    """How much of what images differ in do reconstructions show?"""
    if data is None or len(data.test) < 2:
        return None
    count = min(LOOKED_AT, len(codes), len(data.test))
    x = as_floats(data.test.images[:count])
    labels = None if data.test.labels is None else data.test.labels[:count]
    error = float(METRICS["mse"].function(x, decode(model, torch.from_numpy(codes.mu[:count]), labels)).mean())
    variance = float((x - x.mean(0)).square().mean())
    share = 1 - error / variance if variance > 0 else 1.0
    worst = [int(row) for row in np.argsort(-codes.distortion[:count], kind="stable")[:6]]
    words = f"Reconstructions explain {share:.0%} of the variance of the pixels (MSE {error:.4f}; the mean image alone has {variance:.4f})."
    if share >= POOR:
        return Finding("reconstruction", True, "Images come back", words)
    remedy = "Lower β, add latent dimensions, train longer, or take a larger network (conv or resnet for images)."
    return Finding("reconstruction", False, "Poor reconstruction", words, remedy, rows=worst)


def overfitting(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:  # fmt: skip
    """Did the test loss turn upwards while training went on?"""
    losses = losses_of(history)
    if len(losses) < 5:
        return None
    best, last = int(np.argmin(losses)), losses[-1]
    rise = last - losses[best]
    if best < len(losses) - 1 and rise > max(0.02 * abs(losses[best]), 0.5):
        return Finding(
            "overfitting", False, "Overfitting",
            f"The loss on images held out was best at epoch {history[best]['epoch']:.0f} ({losses[best]:.1f} nats) and ended {rise:.1f} nats higher.",
            "Stop there (early stopping), take more images, a smaller network, dropout, or a larger β.",
        )  # fmt: skip
    return Finding("overfitting", True, "No overfitting", f"The loss on images held out ended at {last:.1f} nats, its best was {losses[best]:.1f}.")  # fmt: skip


def diversity(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:
    """Are new images as different from each other as test images are?"""
    if data is None or len(data.test) < 2:
        return None
    samples = draw(model, LOOKED_AT)
    new, real = _apart(samples.images), _apart(as_floats(data.test.images[:LOOKED_AT]))
    share = new / real if real > 0 else 1.0
    words = f"Two new images differ by {new:.3f} per pixel (root mean square), two test images by {real:.3f}: {share:.0%} of it."
    if share >= ALIKE:
        return Finding("diversity", True, "Samples are diverse", words)
    remedy = "Blurred samples are alike: lower β, add latent dimensions, train longer, or sharpen with a VAE-GAN."
    return Finding("diversity", False, "Low diversity", words, remedy, codes=samples.z[:6])


def _apart(images: Tensor) -> float:
    half = len(images) // 2
    return float((images[:half] - images[half : 2 * half]).square().mean().sqrt())


def holes(model: Model, codes: Latents, data: ImageData | None, history: list[dict[str, float]]) -> Finding | None:
    """Does the prior draw codes where no image's code lies?"""
    if isinstance(model, VQVAE) or len(codes) < 50:
        return None
    live = [dim for dim in codes.order() if dim not in codes.collapsed()] or codes.order()
    z = prior_codes(model, LOOKED_AT)
    centre, deviation = (torch.from_numpy(part).float()[live] for part in codes.spread())
    known = (torch.from_numpy(codes.mu)[:, live] - centre) / deviation
    if codes.sigma is not None:  # where the decoder was trained: draws, not means
        noise = torch.randn(known.shape, generator=torch.Generator().manual_seed(0))
        known = known + torch.from_numpy(codes.sigma)[:, live] / deviation * noise
    half = len(known) // 2
    asked = (z[:, live] - centre) / deviation
    # Halves of the codes to each other: what "near" means here.
    usual = torch.cdist(known[half : half + 2000], known[:half]).min(1).values.quantile(0.99)
    away = torch.cdist(asked, known[:half]).min(1).values
    share = float((away > usual).float().mean())
    words = f"{share:.0%} of the prior's draws lie further from every code than 99 % of the test images' codes lie from each other."
    if share <= HOLES:
        return Finding("holes", True, "The prior fits", words)
    farthest = away.argsort(descending=True)[:6]
    remedy = "Samples from there are guesses: raise β, take a prior that is learnt (VampPrior), or draw at a lower temperature."
    return Finding("holes", False, "Holes in the prior", words, remedy, codes=z[farthest])


Check = Callable[[Model, Latents, ImageData | None, list[dict[str, float]]], Finding | None]
CHECKS: tuple[Check, ...] = (collapse, reconstruction, overfitting, diversity, holes)
