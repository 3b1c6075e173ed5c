"""CUDA graphs without a GPU: a recorded step is replayed on a CPU and trains as the plain loop does."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from vae_core.datasets import ImageData
from vae_core.models import MODELS, Model, create
from vae_core.networks import NETWORKS
from vae_core.training import TrainConfig
from vae_core.training.batches import Batches
from vae_core.training.device import Arithmetic
from vae_core.training.graphs import RecordedStep, is_static
from vae_core.training.loop import prepare
from vae_core.training.stacked import Stack
from vae_core.training.state import TrainingState
from vae_core.training.steps import recorded_step, training_step

from .tape import Graph, cuda_graphs

__all__ = ["cuda_graphs"]
CPU = torch.device("cpu")
STEPS = 6
STATIC = [name for name, kind in MODELS.items() if is_static(kind, kind.Config(classes=10))]


def model_of(data: ImageData, name: str, **settings: Any) -> Model:
    known = dict(shape=data.shape, classes=len(data.class_names), train_size=data.train_size, latent_dim=3, channels=4)
    return create(name, MODELS[name].Config(**known | {"hidden": (24,)} | settings))


def on_gpu_settings(model: Model, config: TrainConfig) -> TrainingState:
    """A state whose optimiser reads the learning rate from a tensor, as on a GPU."""
    state = TrainingState.fresh(model, config)
    for group in state.optimizer.param_groups:
        group["lr"] = torch.tensor(config.lr)
    return state


def trained(data: ImageData, config: TrainConfig, name: str, recorded: bool, **settings: Any) -> tuple[Model, list[dict[str, float]]]:  # fmt: skip
    """A model after some steps, and its terms at each."""
    model = model_of(data, name, **settings).train()
    state = on_gpu_settings(model, config)
    batches = Batches(data.train, config.batch_size, config.seed, CPU, channels_last=False)
    step = training_step(state, config, Arithmetic(autocast=False, products="highest"), CPU)
    take_step = recorded_step(state, batches, step) if recorded else lambda number: step(*batches.at(number), number)
    torch.manual_seed(3)
    records = []
    for number in range(STEPS):
        state.set_learning_rate(config, STEPS)
        records.append({name: float(value.detach()) for name, value in take_step(number).items()})
        state.step += 1
    return model, records


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        *((name, {"network": "mlp"}) for name in STATIC),
        *(("beta_vae", {"network": network}) for network in NETWORKS),
        ("beta_vae", {"network": "conv", "norm": "group"}),
        ("beta_vae", {"network": "mlp", "dropout": 0.2}),
        ("beta_vae", {"schedule": "linear", "warmup_steps": 4, "beta": 4.0}),
        ("beta_vae", {"free_bits": 0.5}),
        ("vae", {"likelihood": "gaussian", "network": "mlp"}),
    ],
)
def test_a_recorded_step_trains_as_the_plain_one(
    digits: ImageData, cuda_graphs: None, name: str, settings: dict[str, Any]
) -> None:
    config = TrainConfig(steps=STEPS, batch_size=16, lr=1e-2, lr_schedule="cosine", clip_norm=50.0, snapshots=0)
    plain, expected = trained(digits, config, name, recorded=False, **settings)
    model, records = trained(digits, config, name, recorded=True, **settings)
    for ours, theirs in zip(records, expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-6)
    for key, value in model.state_dict().items():
        torch.testing.assert_close(value, plain.state_dict()[key], rtol=1e-4, atol=1e-5, msg=key)


def test_variants_together_are_recorded_too(digits: ImageData, cuda_graphs: None) -> None:
    config = TrainConfig(steps=STEPS, batch_size=16, lr=1e-2, snapshots=0, precision="float32")

    def train(recorded: bool) -> list[Model]:
        models = [model_of(digits, "beta_vae", network="mlp", beta=beta).train() for beta in (1.0, 8.0)]
        plan = prepare(models[0], digits, config)
        stack = Stack([TrainingState.fresh(model, config) for model in models], plan)
        stack.optimizer.param_groups[0]["lr"] = torch.tensor(config.lr)
        if recorded:
            stack._write_settings(0)
            stack.recorded = RecordedStep(plan.batches, stack._train_step, [stack.optimizer])
        torch.manual_seed(3)
        for number in range(STEPS):
            stack.step(number)
        return models

    for ours, theirs in zip(train(True), train(False), strict=True):
        for key, value in ours.state_dict().items():
            torch.testing.assert_close(value, theirs.state_dict()[key], rtol=1e-4, atol=1e-5, msg=key)


def test_the_tape_notices_what_a_graph_would_freeze(cuda_graphs: None) -> None:
    """The tests above are worth as much as this: a Python number is recorded once."""
    weight, settings = torch.zeros(()), {"rate": 1.0}
    graph: Any = torch.cuda.CUDAGraph()
    assert isinstance(graph, Graph)
    with torch.cuda.graph(graph):
        weight.add_(settings["rate"])
    assert weight == 0, "recording changes nothing"
    for rate in (2.0, 3.0):
        settings["rate"] = rate
        graph.replay()
    assert weight == 2.0
