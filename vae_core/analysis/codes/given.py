"""Codes of runs that cannot encode images: those that came with the run, or draws from the prior in place of them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...models import Model
from ...runs import Run
from ...runs.files import read_tensors
from ...runs.given import FACTORS, LABELS, NO_IMAGES

#: Codes that are drawn in place of those of images.
DRAWN = 200


def codes_without_encoding(run: Run, model: Model, limit: int) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """As `latents_of` caches codes; None for a run that encodes its test images.

    The distortion is NaN: there is nothing to compare with.

    Raises:
        RunError: the weights cannot be read.
    """
    config = run.config.model
    if config.has_encoder and run.config.data.name != NO_IMAGES:
        return None
    names: dict[str, Any] = {"class_names": [], "factor_names": [], "standard": model.standard_prior}
    if config.has_decoder:
        mu = model.prior_sample(DRAWN, torch.Generator(device=model.device).manual_seed(0)).cpu()
        tensors = {"mu": mu, "distortion": torch.full((len(mu),), torch.nan), "influence": influence(model)}
        return tensors, names | {"drawn": True}
    stored, given = read_tensors(run.weights_path)
    tensors = {"mu": stored["codes"][:limit]}
    tensors |= {
        name: stored[key][:limit].short() for name, key in (("labels", LABELS), ("factors", FACTORS)) if key in stored
    }
    tensors["distortion"] = torch.full((len(tensors["mu"]),), torch.nan)
    return tensors, names | given


@torch.no_grad()
def influence(model: Model) -> Tensor:
    """How much the image changes when one dimension goes from -1 to 1 and all others are 0, `(D,)`: root mean square per pixel."""
    ends = torch.eye(model.config.code_width, device=model.device)
    changes = [(model.decode(part) - model.decode(-part)).flatten(1).square().mean(1).sqrt() for part in ends.split(64)]
    return torch.cat(changes).cpu()
