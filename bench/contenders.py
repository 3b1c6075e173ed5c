"""The loops that `bench.train_speed` times, each in a process of its own: `python -m bench.contenders CASE WHO`.

Each line on stdin is a number of steps; each line on stdout answers with images per second. All train the same network
from the same images with Adam at 1e-3 in batches of 128, and read the loss of every step.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from vae_core.datasets import ImageData, load
from vae_core.datasets.base import DataConfig, DataError
from vae_core.models import MODELS, Model, create
from vae_core.networks.initialise import initialise
from vae_core.networks.lean import LeanConv, LeanLinear, LeanReLU, UpConv
from vae_core.training import TrainConfig, fit
from vae_core.training.calibration import resolve_precision

from .roofline import peaks
from .speed import Speed

BATCH = 128
#: Case → the data it is trained on.
CASES = {
    "fully connected 784-400-20": "mnist",
    "convolutional 28×28, 32-64-256": "mnist",
    "convolutional 64×64 (Burgess)": "sprites",
}


def images(name: str) -> ImageData:
    """MNIST, or 28×28 digits drawn from the embedded set where MNIST is not available; or 20,000 sprites."""
    if name == "sprites":
        return load(DataConfig("sprites", size=20_000))
    try:
        full = load("mnist")
        return ImageData("mnist", torch.cat([full.train.images, full.test.images[:500]]), full.n_train)
    except DataError:
        digits = load("digits").images
        small = F.interpolate(digits.float(), 28, mode="area").round().byte()
        return ImageData("digits repeated", small.repeat(-(-60_000 // len(small)), 1, 1, 1)[:60_500], 60_000)


def model(case: str) -> Model:
    """The case's VAE with 20 latent dimensions."""
    shape = (1, 64, 64) if "64×64" in case else (1, 28, 28)
    network, hidden = ("mlp", (400,)) if "784" in case else ("conv", (256, 256))
    vae = create("vae", MODELS["vae"].Config(shape=shape, network=network, hidden=hidden, latent_dim=20))
    if "32-64" in case:  # wider at the second layer than our own at this size
        vae.encoder = initialise(nn.Sequential(
            LeanConv(1, 32), LeanReLU(), LeanConv(32, 64), LeanReLU(), nn.Flatten(),
            LeanLinear(64 * 49, 256), nn.ReLU(inplace=True), LeanLinear(256, 40),
        ))  # fmt: skip
        vae.decoder = initialise(nn.Sequential(
            LeanLinear(20, 256), nn.ReLU(inplace=True), LeanLinear(256, 64 * 49), nn.ReLU(inplace=True),
            nn.Unflatten(1, (64, 7, 7)), UpConv(64, 32), LeanReLU(), UpConv(32, 1),
        ))  # fmt: skip
    return vae


def plain_layers(network: nn.Sequential) -> nn.Sequential:
    """The same network, its weights included, of torch's own layers, which other projects train."""
    layers: list[nn.Module] = []
    for layer in network:
        if isinstance(layer, LeanReLU):
            layers.append(nn.ReLU())
        elif isinstance(layer, UpConv):
            padding = layer.output_padding[0]
            layers.append(nn.ConvTranspose2d(layer.in_channels, layer.out_channels, 4, 2, 1, padding))
        elif isinstance(layer, LeanConv):
            layers.append(nn.Conv2d(layer.in_channels, layer.out_channels, 4, 2, 1))
        elif isinstance(layer, LeanLinear):
            layers.append(nn.Linear(layer.in_features, layer.out_features))
        else:
            layers.append(layer)
    plain = nn.Sequential(*layers)
    plain.load_state_dict(network.state_dict())
    return plain


class AsTorchvision(Dataset[tuple[torch.Tensor, int]]):
    """What `torchvision.datasets.MNIST(transform=ToTensor())` does for each image."""

    def __init__(self, data: ImageData) -> None:
        self.images, self.transform = data.train.images[:, 0].numpy(), transforms.ToTensor()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), 0


def tutorial(data: ImageData, case: str) -> Callable[[int], float]:
    """The loop that every tutorial shows: torchvision, `ToTensor`, `DataLoader`, summed cross-entropy on sigmoids."""
    vae, dataset = model(case), AsTorchvision(data)
    encoder, decoder = plain_layers(vae.encoder), plain_layers(vae.decoder)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
    loader = DataLoader(dataset, batch_size=BATCH, shuffle=True, drop_last=True)

    def forever() -> Iterator[torch.Tensor]:
        while True:
            yield from (x for x, _ in loader)

    batches = forever()

    def block(steps: int) -> float:
        start = time.perf_counter()
        for _ in range(steps):
            x = next(batches)
            optimizer.zero_grad()
            mu, logvar = encoder(x).chunk(2, dim=1)
            z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
            reconstruction = torch.sigmoid(decoder(z))
            distortion = F.binary_cross_entropy(reconstruction, x, reduction="sum")
            loss = distortion - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
            loss.backward()
            optimizer.step()
            loss.item()
        return steps * BATCH / (time.perf_counter() - start)

    return block


def pythae(data: ImageData, case: str) -> Callable[[int], float]:
    """pythae's `BaseTrainer` with its `VAE`, around our network; its images are floats in memory, as it requires."""
    logging.disable(logging.WARNING)
    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE, VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    ours = model(case)

    class Encoder(BaseEncoder):
        def __init__(self) -> None:
            super().__init__()
            self.layers = plain_layers(ours.encoder)

        def forward(self, x: torch.Tensor) -> Any:
            mu, logvar = self.layers(x).chunk(2, dim=1)
            return ModelOutput(embedding=mu, log_covariance=logvar)

    class Decoder(BaseDecoder):
        def __init__(self) -> None:
            super().__init__()
            self.layers = plain_layers(ours.decoder)

        def forward(self, z: torch.Tensor) -> Any:
            return ModelOutput(reconstruction=torch.sigmoid(self.layers(z)))

    config = VAEConfig(input_dim=data.shape, latent_dim=20, reconstruction_loss="bce")
    theirs = VAE(config, Encoder(), Decoder())
    floats = data.train.images.float() / 255

    def block(steps: int) -> float:
        rows = torch.randperm(len(floats))[: steps * BATCH]
        with tempfile.TemporaryDirectory() as folder:
            settings = BaseTrainerConfig(folder, per_device_train_batch_size=BATCH, num_epochs=1, learning_rate=1e-3)
            trainer = BaseTrainer(theirs, BaseDataset(floats[rows], torch.zeros(len(rows))), None, settings)
            trainer.prepare_training()
            trainer.callback_handler.callbacks = trainer.callback_handler.callbacks[:1]  # no progress bar
            start = time.perf_counter()
            trainer.train_step(1)
            return len(rows) / (time.perf_counter() - start)

    return block


def ours(data: ImageData, case: str, **settings: Any) -> Callable[[int], float]:
    """Our loop from its first evaluation to its last, the time of evaluations left out on both sides."""
    small = dataclasses.replace(
        data, images=torch.cat([data.train.images, data.test.images[:500]]), labels=None, factors=None
    )

    def block(steps: int) -> float:
        speed = Speed()
        fit(model(case), small, TrainConfig(steps=steps, batch_size=BATCH, snapshots=0, **settings), speed)
        return speed.value()

    return block


def auto(data: ImageData, case: str) -> Callable[[int], float]:
    """Our loop with its defaults: in the precision that its calibration chooses."""
    precision = resolve_precision(TrainConfig(batch_size=BATCH), model(case), 10**6).precision
    print(precision, file=sys.stderr)
    return ours(data, case, precision=precision)


CONTENDERS: dict[str, Callable[[ImageData, str], Callable[[int], Any]]] = {
    "tutorial": tutorial,
    "pythae": pythae,
    "auto": auto,
    "float32": lambda data, case: ours(data, case, precision="float32"),
    "bfloat16": lambda data, case: ours(data, case, precision="bfloat16"),
    "compiled": lambda data, case: ours(data, case, precision="float32", compile=True),
    "peaks": lambda data, case: lambda steps: peaks(),
}


if __name__ == "__main__":
    contender = CONTENDERS[sys.argv[2]](images(CASES[sys.argv[1]]), sys.argv[1])
    contender(10)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(contender(int(line))), flush=True)
