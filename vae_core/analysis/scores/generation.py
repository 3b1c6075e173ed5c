"""Quality of a run's samples: FID and KID, with the network that their features come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn import functional

from ...config import ConfigError
from ...datasets import ImageData
from ...metrics.coded import MetricError
from ...metrics.fidelity import fidelity
from ...models import Model
from ...networks import NETWORKS, Style
from ...runs import Run
from ...training import choose_device
from ...training.batches import as_floats
from ...training.optimizers import Adam
from ..cache import cache_path, cached, cached_numbers
from ..codes.samplers import PRIOR, check_drawn_from, draw_codes, sampler_of

#: Samples, and test images.
IMAGES = 5000
#: Width of the classifier's last hidden layer.
FEATURES = 64
STEPS, BATCH = 1000, 128
NETWORK_NAMES = ("auto", "classifier", "inception")
INCEPTION = "weights-inception-2015-12-05-6726825d.pth"


class Classifier(nn.Module):
    """A small convolutional classifier with one head for the labels, or one for each factor."""

    scale: Tensor

    def __init__(self, shape: tuple[int, ...], classes: list[int]) -> None:
        super().__init__()
        channels, height, width = shape
        self.body = NETWORKS["conv"].encoder((channels, height, width), FEATURES, Style(hidden=(128,)))
        self.heads = nn.ModuleList(nn.Linear(FEATURES, count) for count in classes)
        self.register_buffer("scale", torch.ones(FEATURES))

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W)` in [0, 1] → `(B, 64)`, scaled to a standard deviation of about 1, so that distances are comparable."""
        return functional.relu(self.body(x)) / self.scale

    def loss(self, x: Tensor, targets: Tensor) -> Tensor:
        """Cross-entropy of all heads; targets `(B, heads)`."""
        features = self(x)
        parts = [functional.cross_entropy(head(features), targets[:, index]) for index, head in enumerate(self.heads)]
        return torch.stack(parts).sum()


def generation_quality(
    run: Run,
    features: str = "auto",
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    draw_from: str = PRIOR,
) -> dict[str, Any]:
    """fid, kid, kid_std of as many samples of the run as there are test images (at most 5,000), mean images of p(x|z).

    draw_from: what their codes are drawn from, a key of `DRAWN_FROM`.

    features: "inception" (needs its weights on this machine), "classifier" (trained on the run's data), or "auto": the first
    of them that is available. The table has its name, and fid_real: the FID of training images to test images, the floor.

    Raises:
        MetricError: the network is not available. DataError, RunError: data or weights are not available, or a run on a table.
    """
    run.check_images("FID and KID")
    features = chosen_network(features)
    check_drawn_from(draw_from)

    def compute() -> dict[str, Any]:
        density = sampler_of(run, draw_from)
        device = choose_device("auto")
        data, model = run.data("all"), run.model(device)
        network, name = _NETWORKS[features](run, data, device, progress)
        real = as_floats(data.test.images[:IMAGES].to(device))
        training = as_floats(data.train.images[: len(real)].to(device))
        quality = fidelity(real, sampled(model, data, len(real), seed, density), network, seed)
        floor = fidelity(real, training, network, seed) if len(training) == len(real) else {"fid": None}
        return quality | {"fid_real": floor["fid"], "features": name, "images": len(real)}

    return cached_numbers(run, "generation", _key(features, seed, draw_from), compute)


def cached_quality(run: Run, features: str = "auto", seed: int = 0, draw_from: str = PRIOR) -> dict[str, Any] | None:
    """The same if it is cached, else None; nothing is computed."""
    features = chosen_network(features)
    if not cache_path(run, "generation", _key(features, seed, draw_from)).exists():
        return None
    return generation_quality(run, features, seed, draw_from=draw_from)


def chosen_network(features: str) -> str:
    """
    Raises:
        ConfigError: no such network.
    """
    if features not in NETWORK_NAMES:
        raise ConfigError(f"--features {features!r}: not known; choose {', '.join(NETWORK_NAMES)}.")
    return ("inception" if inception_weights() else "classifier") if features == "auto" else features


def _key(features: str, seed: int, draw_from: str) -> dict[str, Any]:
    density = {} if draw_from == PRIOR else {"draw_from": draw_from}
    return {"features": features, "seed": seed, "scaled": 1} | density


@torch.no_grad()
def sampled(model: Model, data: ImageData, count: int, seed: int, density: Distribution | None = None) -> Tensor:
    """New images `(count, C, H, W)` in [0, 1]; a conditional model gets the labels of the first test images.

    density: what their codes are drawn from; None: the prior.
    """
    device = model.device
    generator = torch.Generator(device=device).manual_seed(seed)
    labels = data.test.labels[:count].to(device) if model.conditional and data.test.labels is not None else None
    if density is not None:
        codes = draw_codes(density, count, seed).to(device).split(500)
        classes = [None] * len(codes) if labels is None else labels.split(500)
        return torch.cat([model.decode(z, y) for z, y in zip(codes, classes, strict=True)])
    starts = range(0, count, 500)
    parts = [
        model.sample(min(500, count - start), None if labels is None else labels[start : start + 500], generator)
        for start in starts
    ]
    return torch.cat(parts)


def inception_weights() -> Path | None:
    """The file of InceptionV3's weights in torch's download folder, or None; nothing is downloaded."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / INCEPTION
    return path if path.exists() else None


def _inception(run: Run, data: ImageData, device: torch.device, progress: object) -> tuple[nn.Module, str]:
    weights = inception_weights()
    if weights is None:
        raise MetricError(
            f"InceptionV3's weights are not on this machine ({INCEPTION} in torch's hub folder); choose --features classifier."
        )
    try:
        from torchmetrics.image.fid import NoTrainInceptionV3

        network = NoTrainInceptionV3("inception-v3-compat", ["2048"], str(weights)).to(device)
    except (ImportError, NameError) as error:
        raise MetricError("InceptionV3 needs torch-fidelity: pip install torch-fidelity.") from error

    class Colour(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return network((x * 255).round().byte().expand(-1, 3, -1, -1))

    return Colour(), "InceptionV3"


def _classifier(
    run: Run, data: ImageData, device: torch.device, progress: Callable[[int, int], None] | None
) -> tuple[nn.Module, str]:
    targets, classes = data.train.labels, [len(data.class_names)]
    if targets is not None:
        targets = targets[:, None]
        classes = [max(int(targets.max()) + 1, classes[0])]
    elif data.train.factors is not None:
        targets, classes = data.train.factors, list(data.factor_sizes)
    if targets is None or max(classes) < 2:
        raise MetricError(
            f"{data.name} has neither labels nor factors to train a classifier on; FID needs --features inception here."
        )

    def compute() -> tuple[dict[str, Tensor], dict[str, Any]]:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            network = Classifier(data.shape, classes).to(device)
        optimiser, generator = Adam(network.parameters(), 1e-3), torch.Generator().manual_seed(0)
        for step in range(STEPS):
            rows = torch.randint(len(data.train), (BATCH,), generator=generator)
            optimiser.zero_grad()
            network.loss(as_floats(data.train.images[rows].to(device)), targets[rows].to(device)).backward()
            optimiser.step()
            if progress and step % 20 == 0:
                progress(step, STEPS)
        with torch.no_grad():
            blocks = data.train.images[:IMAGES].split(500)
            outputs = torch.cat([network(as_floats(block.to(device))) for block in blocks])
            network.scale = outputs.std(0).clamp(min=1e-3 * float(outputs.std()))
        return {name: tensor.cpu() for name, tensor in network.state_dict().items()}, {}

    network = Classifier(data.shape, classes)
    network.load_state_dict(cached(run, "classifier", {"steps": STEPS, "scaled": 1}, compute)[0])
    kind = "labels" if data.train.labels is not None else "factors"
    return network.to(device).eval(), f"a small classifier of the {kind} of {data.name}"


_NETWORKS = {"inception": _inception, "classifier": _classifier}
