"""Figures of a GPU, in one script of under eight minutes: images per second beside pythae's loop, the share of the roofline,
a sweep of 16, time to quality, decoding. Without CUDA it prints so and claims nothing.

Needs torch, numpy, safetensors, filelock and this project; no Streamlit. pythae is represented by its published loop,
written out: a DataLoader over float images in the host's memory, a copy of each batch, the loss read at each step.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from vae_core.datasets import ImageData, load
from vae_core.datasets.base import DataConfig, DataError
from vae_core.models import Model, create
from vae_core.models.beta_vae import BetaVAE
from vae_core.training import TrainConfig, fit, measure
from vae_core.training.together import fit_together

from .claims import Report, run
from .roofline import flops, limit, peaks
from .speed import Speed

BATCH = 128
CASES: dict[str, tuple[str, dict[str, Any], int]] = {
    "MNIST, fully connected": ("mnist", {"network": "mlp", "hidden": (400,), "latent_dim": 20}, 20_000),
    "sprites, convolutional 64×64": ("sprites", {"network": "conv", "latent_dim": 10}, 20_000),
    "shapes3d, convolutional 64×64 RGB": ("shapes3d", {"network": "conv", "latent_dim": 10}, 20_000),
}
#: Seconds after which a run to a quality is stopped.
PATIENCE = 100.0


def images(name: str, size: int) -> ImageData:
    """The set, or noise of MNIST's shape where MNIST is not available: speed does not depend on the images."""
    try:
        return load(DataConfig(name, size=size))
    except DataError:
        noise = torch.randint(0, 256, (size, 1, 28, 28), dtype=torch.uint8)
        return ImageData("noise", noise, size - 1000)


def model(data: ImageData, settings: dict[str, Any], beta: float = 1.0) -> Model:
    return create("beta_vae", BetaVAE.Config(shape=data.shape, beta=beta, **settings))


def loss_of(vae: Model, x: torch.Tensor) -> torch.Tensor:
    """The loss of a batch at the first step."""
    return vae.loss(x, None, 0)["loss"]


def ours(data: ImageData, settings: dict[str, Any], steps: int) -> Speed:
    speed = Speed()
    config = TrainConfig(steps=steps, batch_size=BATCH, snapshots=0, device="cuda")
    fit(model(data, settings), data, config, speed)
    return speed


def loop_as_published(data: ImageData, settings: dict[str, Any]) -> Callable[[int], float]:
    """Images per second of a DataLoader, a copy per batch, a sigmoid and a summed cross-entropy, and the loss read each step."""
    vae = model(data, settings).cuda()
    optimizer = torch.optim.Adam(vae.parameters(), lr=1e-3)
    loader = DataLoader(TensorDataset(data.train.images[:20_000].float() / 255), batch_size=BATCH, shuffle=True, drop_last=True)  # fmt: skip

    def block(steps: int) -> float:
        done, start = 0, 0.0
        while done <= steps:
            for (x,) in loader:
                if done == 0:
                    torch.cuda.synchronize()
                    start = time.perf_counter()
                x = x.cuda()
                optimizer.zero_grad()
                mu, logvar = vae.encoder(x).chunk(2, dim=1)
                z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
                reconstruction = torch.sigmoid(vae.decoder(z))
                loss = F.binary_cross_entropy(reconstruction, x, reduction="none").flatten(1).sum(1).mean()
                loss = loss - 0.5 * (1 + logvar - mu.square() - logvar.exp()).sum(1).mean()
                loss.backward()
                optimizer.step()
                loss.item()
                done += 1
                if done > steps:
                    break
        return steps * BATCH / (time.perf_counter() - start)

    return block


def speeds(report: Report, quick: bool) -> None:
    peak = peaks("cuda", 8192)
    for kind, value in peak.items():
        report.claim(f"peak, {kind}", value, "GFLOP/s")
    for title, (name, settings, size) in CASES.items():
        data = images(name, size)
        peer, our_speeds, peer_speeds, how = loop_as_published(data, settings), [], [], ""
        peer(20)
        for _ in range(1 if quick else 3):
            peer_speeds.append(peer(150))
            speed = ours(data, settings, 1500)
            our_speeds.append(speed.value())
            how = speed.how
        our_speed = statistics.median(our_speeds)
        report.claim(f"{title}: ours", our_speed, "images/s", against=how or "eager")
        report.claim(f"{title}: the published loop", statistics.median(peer_speeds), "images/s")
        ratio = statistics.median(a / b for a, b in zip(our_speeds, peer_speeds, strict=True))
        report.claim(f"{title}: ours / the published loop", ratio, "×", goal="≥ 20", against="interleaved")
        vae = model(data, settings)
        x = torch.rand(BATCH, *data.shape)
        work = flops(partial(loss_of, vae, x), BATCH)
        report.claim(f"{title}: of the roofline", 100 * our_speed / limit(work, peak, "bfloat16"), "%")


def sweep(report: Report) -> None:
    """Sixteen values of β as one batched model against one alone."""
    data = images("sprites", 20_000)
    settings = CASES["sprites, convolutional 64×64"][1]
    config = TrainConfig(steps=1000, batch_size=BATCH, snapshots=0, device="cuda")
    alone, together = Speed(), [Speed() for _ in range(16)]
    fit(model(data, settings), data, config, alone)
    fit_together([model(data, settings, beta=2.0 ** (k / 3)) for k in range(16)], data, config, together)
    ratio = alone.value() / together[0].value()
    report.claim("16 values of β together, over one alone", ratio, "×", goal="≤ 3", against=together[0].how)


def quality(report: Report) -> None:
    """MNIST to −ELBO 106, where MNIST is available; sprites for the published 300,000 steps of 64, or as far as time allows."""
    try:
        data = load("mnist")
    except DataError:
        print("MNIST is not available: its quality is not measured")
    else:
        speed = Speed(PATIENCE)
        settings = {"network": "mlp", "hidden": (256, 256), "latent_dim": 20}
        fit(model(data, settings), data, TrainConfig(epochs=60, batch_size=128, snapshots=0, device="cuda"), speed)
        reached = [record["seconds"] for record in speed.records if -(record["elbo"] or -1e9) <= 106]
        best = min(-(record["elbo"] or -1e9) for record in speed.records)
        report.claim("MNIST: best −ELBO, test", best, "nats", goal="≤ 106")
        if reached:
            report.claim("MNIST: seconds of training to −ELBO 106", reached[0], "s")
    data = load(DataConfig("sprites", size=100_000))
    speed = Speed(PATIENCE)
    vae = model(data, CASES["sprites, convolutional 64×64"][1], beta=4.0)
    fit(vae, data, TrainConfig(steps=300_000, batch_size=64, lr=5e-4, snapshots=0, device="cuda"), speed)
    last = speed.records[-1]
    report.claim("sprites, β = 4: steps of 64", last["step"], "of 300,000", against=f"{last['seconds']:.0f} s")
    numbers = measure(vae, data.test.images)
    report.claim("sprites, β = 4: distortion, test", numbers.distortion, "nats")
    report.claim("sprites, β = 4: rate, test", numbers.rate or 0.0, "nats")


@torch.no_grad()
def decoding(report: Report) -> None:
    data = images("sprites", 2_000)
    vae = model(data, CASES["sprites, convolutional 64×64"][1]).cuda().eval().to(memory_format=torch.channels_last)
    for count, name in ((1, "one image"), (110, "a strip of 110")):
        z = torch.randn(count, 10)
        seconds = []
        for _ in range(200):
            start = time.perf_counter()
            (vae.decode(z.cuda()) * 255).round().byte().cpu()
            seconds.append(time.perf_counter() - start)
        report.claim(f"decoding {name} at 64×64, there and back", 1e3 * statistics.median(seconds), "ms", goal="≤ 20" if count > 1 else None)  # fmt: skip


def everything(report: Report, quick: bool) -> None:
    if not torch.cuda.is_available():
        print("There is no CUDA device: nothing is measured.")
        return
    speeds(report, quick)
    decoding(report)
    sweep(report)
    if not quick:
        quality(report)


if __name__ == "__main__":
    sys.exit(run("gpu", everything, (__doc__ or "").strip()))
