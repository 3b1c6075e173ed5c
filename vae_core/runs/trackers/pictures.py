"""Pictures of a model in training: at its end, and before it a handful in a hundredth of the training time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...models import Model
from ...training.batches import as_floats
from ...training.state import TrainingState
from ...training.steps import Plan

#: Pictures in a run beside the last, and the share of the training time that they may take.
COUNT, SHARE = 8, 0.01
#: Seconds that the first is taken to cost.
FIRST = 0.05
#: Images; dimensions and steps of a traversal, and how far it goes, in standard deviations of the codes.
IMAGES, SHOWN, DIMS, STEPS, REACH = 64, 10, 8, 10, 2.0
#: Smaller images are enlarged to this many pixels.
SIDE = 32


class Pictures:
    """Decides when to draw, and draws."""

    def __init__(self, state: TrainingState, plan: Plan) -> None:
        self.images = plan.test.images[:IMAGES]
        self.labels = None if plan.test.labels is None else plan.test.labels[:IMAGES]
        self.total = plan.total
        # From a hundredth of the training on: before the first evaluation there is nothing to draw.
        self.steps = [step for step in np.geomspace(plan.total / 100, plan.total, COUNT) if step > state.step]
        self.spent, self.cost = 0.0, FIRST

    def due(self, state: TrainingState) -> bool:
        """Whether to draw at this evaluation."""
        if self.images.ndim != 4:
            return False
        if state.step >= self.total or state.final:
            return True
        return bool(self.steps) and state.step >= self.steps[0] and self.spent + self.cost <= SHARE * state.seconds

    @contextmanager
    def timed(self, step: int) -> Iterator[None]:
        """Around drawing and sending, which both count."""
        start = time.perf_counter()
        self.steps = [later for later in self.steps if later > step]
        try:
            yield
        finally:
            self.cost = time.perf_counter() - start
            self.spent += self.cost

    @torch.no_grad()
    def draw(self, model: Model, record: dict[str, Any]) -> dict[str, NDArray[np.uint8]]:
        """Test images above their reconstructions, and what single dimensions move from the first one's code, each row one
        dimension, the one with the highest rate first: name → `(H, W, 3)` uint8.
        """
        device, was_training = next(model.parameters()).device, model.training
        model.eval()
        x = as_floats(self.images.to(device))
        y = None if self.labels is None else self.labels.to(device)
        z = model.embed(x, y)
        found = {"reconstructions": grid(torch.cat([x[:SHOWN], model.decode(z, y)[:SHOWN]]), len(x[:SHOWN]))}
        rates = record.get("rate_per_dim")
        if rates is None or len(rates) == z.shape[1]:  # else a grid of codes, whose single numbers mean nothing
            codes = traversal(z, z.std(0).tolist() if rates is None else rates)
            label = None if y is None else y[:1].expand(len(codes))
            found["traversal"] = grid(model.decode(codes, label), STEPS)
        model.train(was_training)
        return found


def traversal(z: Tensor, weights: list[float]) -> Tensor:
    """Codes `(dims · STEPS, D)` from the first of `z (N, D)`: each of the heaviest dimensions over the range of the codes."""
    dims = sorted(range(len(weights)), key=lambda dim: -weights[dim])[:DIMS]
    codes = z[:1].repeat(len(dims) * STEPS, 1)
    across = torch.linspace(-REACH, REACH, STEPS, device=z.device)
    for row, dim in enumerate(dims):
        codes[row * STEPS : (row + 1) * STEPS, dim] = z[:, dim].mean() + across * z[:, dim].std()
    return codes


def grid(images: Tensor, columns: int) -> NDArray[np.uint8]:
    """Images `(n, C, H, W)` in [0, 1] in rows of `columns`, as `(H, W, 3)`."""
    from torchvision.utils import make_grid  # only here: most runs need no torchvision

    enlarged = images.repeat_interleave(factor := max(1, SIDE // images.shape[-1]), -1).repeat_interleave(factor, -2)
    sheet = make_grid(enlarged.float().cpu().clamp(0, 1), columns, padding=1, pad_value=0.5)
    return (sheet * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
