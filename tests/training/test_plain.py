"""The fast path trains the model that the plain loop of any textbook trains."""

import pytest
import torch
import torch.nn.functional as F

from bench.contenders import plain_layers
from vae_core.models import MODELS, Model, create
from vae_core.training import Listener, TrainConfig, fit
from vae_core.training.batches import Batches
from vae_core.training.device import Arithmetic
from vae_core.training.state import TrainingState, parameters_of
from vae_core.training.steps import training_step

STEPS = 60


class Losses(Listener):
    def __init__(self):
        self.found = []

    def evaluated(self, state, record):
        if record["train"]:
            self.found.append(record["train"]["loss"])


def plain_losses(model, data, config):
    """Sigmoid, binary cross-entropy, the closed-form KL, plain Adam, contiguous tensors; the same batches and noise."""
    encoder, decoder = plain_layers(model.encoder), plain_layers(model.decoder)
    torch.manual_seed(config.seed)
    optimizer = torch.optim.Adam(
        [*encoder.parameters(), *decoder.parameters()], lr=config.lr, fused=False, foreach=False
    )
    batches = Batches(data.train, config.batch_size, config.seed, torch.device("cpu"), channels_last=False)
    losses = []
    for step in range(STEPS):
        x, _ = batches.at(step)
        mu, raw = encoder(x).chunk(2, dim=1)
        logvar = 20 * torch.tanh(raw / 20)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        distortion = F.binary_cross_entropy(torch.sigmoid(decoder(z)), x, reduction="sum") / len(x)
        loss = distortion - 0.5 * (1 + logvar - mu.square() - logvar.exp()).sum() / len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize(("network", "precision", "within"), [("mlp", "float32", 1e-4), ("conv", "float32", 1e-4), ("conv", "bfloat16", 2e-2)])  # fmt: skip
def test_the_curve_is_that_of_the_plain_loop(digits, network, precision, within):
    config = TrainConfig(steps=STEPS, batch_size=64, seed=5, precision=precision, snapshots=0)
    kind = MODELS["vae"].Config(shape=digits.shape, network=network, latent_dim=4, hidden=(32,), channels=8)
    expected = plain_losses(create("vae", kind, seed=1), digits, config)
    losses = Losses()
    fit(create("vae", kind, seed=1), digits, config, losses)
    assert expected[-1] < 0.85 * expected[0]
    every = STEPS // len(losses.found)
    assert losses.found == pytest.approx(expected[every - 1 :: every], rel=within)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("family", [name for name, kind in MODELS.items() if kind.adversary_loss is not Model.adversary_loss])  # fmt: skip
def test_a_critic_is_trained_by_its_own_loss_alone(digits, family, precision):
    config = TrainConfig(batch_size=32)
    kind = MODELS[family].Config(shape=digits.shape, network="conv", latent_dim=4, hidden=(32,), channels=8)
    ours, plain = (TrainingState.fresh(create(family, kind, seed=1), config) for _ in range(2))
    cpu, x = torch.device("cpu"), digits.test.images[:32].float() / 255
    torch.manual_seed(5)
    step = training_step(ours, config, Arithmetic.of(precision, cpu), cpu)
    for number in range(3):
        step(x, None, number)
    torch.manual_seed(5)
    for number in range(3):
        plain.optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, precision == "bfloat16"):
            terms = plain.model.loss(x, None, number)
        terms["loss"].backward()
        for parameter in parameters_of(plain.model)[1]:
            parameter.grad = None
        terms["adversary"].backward()
        # A weight that was first cast under no_grad would have none.
        assert all(parameter.grad is not None for parameter in plain.model.parameters())
        plain.optimizer.step()
    for name, value in plain.model.state_dict().items():
        assert torch.equal(ours.model.state_dict()[name], value), name
