"""The GPU's path without a GPU: fake tensors on "cuda" raise where devices mix or the host would have to wait."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import DataDependentOutputException, DynamicOutputShapeException, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from vae_core.analysis.codes.latents import encode_images
from vae_core.analysis.images.reconstruction import reconstruct
from vae_core.analysis.images.sampling import prior_codes
from vae_core.analysis.images.traversal import decode
from vae_core.config import ConfigError
from vae_core.datasets import ImageData
from vae_core.metrics import METRICS
from vae_core.metrics.bounds import importance_bound
from vae_core.models import MODELS, Model, create
from vae_core.networks import lean
from vae_core.training import TrainConfig, choose_device
from vae_core.training.batches import Batches
from vae_core.training.calibration import resolve_precision
from vae_core.training.device import Arithmetic, describe_device
from vae_core.training.graphs import is_static
from vae_core.training.loop import prepare
from vae_core.training.state import TrainingState
from vae_core.training.steps import step_function, training_step

measuring = import_module("vae_core.training.measure")  # its function has the same name
CUDA, CPU = torch.device("cuda", 0), torch.device("cpu")


def model_of(name: str, network: str = "mlp", **settings: Any) -> Model:
    known = dict(shape=(3, 32, 32), classes=2, latent_dim=3, channels=4, hidden=(24,), network=network)
    return create(name, MODELS[name].Config(**known | settings))


def on_gpu(model: Model) -> Model:
    """The model with fake weights on "cuda". What is neither parameter nor buffer stays where it is, as with `.to`."""
    for module in model.modules():
        for name, parameter in module._parameters.items():
            if parameter is not None:
                module._parameters[name] = nn.Parameter(
                    torch.empty(parameter.shape, dtype=parameter.dtype, device=CUDA)
                )
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = torch.empty(buffer.shape, dtype=buffer.dtype, device=CUDA)
    return model


class NoGenerator:
    """In place of a generator on "cuda", which needs a GPU: torch's default is used."""

    def __init__(self, device: torch.device | str = "cpu") -> None: ...

    def manual_seed(self, seed: int) -> None: ...


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tensors are fake: no values, but devices and shapes."""
    monkeypatch.setattr(torch, "Generator", NoGenerator)
    with FakeTensorMode(allow_non_fake_inputs=False):
        yield


class Copies(TorchDispatchMode):
    """Counts copies between the host and the GPU."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        places = {value.device.type for value in (*args, out) if isinstance(value, Tensor) and value.dim()}
        self.count += func in (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default) and len(places) > 1
        return out


def assert_on_gpu(*values: Tensor | None) -> None:
    assert all(value is None or value.device == CUDA for value in values)


#: Its loss needs a gradient, which fake tensors on "cuda" do not have without a GPU.
WITH_GRADIENT = {"contractive_autoencoder"}


@pytest.mark.parametrize(
    ("name", "network"),
    [
        *itertools.product(MODELS, ["mlp", "conv"]),
        *itertools.product(("vae", "multirate_vae", "vq_vae"), ["broadcast", "resnet"]),
    ],
)
def test_every_family_stays_on_the_gpu_and_never_waits(fake: None, name: str, network: str) -> None:
    with Copies() as copies:
        model = on_gpu(model_of(name, network)).train()
        x, y = torch.rand(6, 3, 32, 32, device=CUDA), torch.arange(6, device=CUDA) % 2
        copies.count = 0
        if name not in WITH_GRADIENT:
            assert_on_gpu(*model.loss(x, y, 3).values())
        if model.learns_factors:
            assert_on_gpu(*model.loss(x, torch.rand(6, 2, device=CUDA), 3).values())
        model.eval()
        posterior = model.encode(x, y)
        z = posterior.sample()
        assert_on_gpu(posterior.mu, posterior.logvar, z, posterior.rate_per_dim(z), posterior.log_ratio(z))
        assert_on_gpu(model.embed(x, y), model.decode(z, y), model.distortion(x, z, y), model.sample(4))
        assert copies.count == 0


@pytest.mark.parametrize("name", MODELS)
def test_evaluation_and_analysis_run_on_the_gpu(fake: None, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images on the host as uint8, the model on the GPU, results on the host."""
    monkeypatch.setattr(measuring, "_summary", lambda *parts: parts)  # plain numbers, which fake tensors do not have
    model = on_gpu(model_of(name)).eval()
    images, labels = torch.zeros(12, 3, 32, 32, dtype=torch.uint8), torch.arange(12) % 2
    if name != "contractive_autoencoder":
        assert_on_gpu(*measuring.measure(model, images, labels))
    encoded = encode_images(model, images, labels)
    assert {value.device for value in encoded.values()} == {CPU}
    assert reconstruct(model, images, labels).means.device == CPU
    assert decode(model, encoded["mu"], labels).device == CPU
    assert prior_codes(model, 5, 0).device == CPU


def test_the_metrics_run_on_the_gpu(fake: None) -> None:
    x, other = torch.rand(4, 3, 32, 32, device=CUDA), torch.rand(4, 3, 32, 32, device=CUDA)
    for metric in METRICS.values():
        assert_on_gpu(metric.function(x, other))
    model = on_gpu(model_of("vae")).eval()
    assert_on_gpu(importance_bound(model, x, None, 3, None))


def test_the_tests_above_can_fail(fake: None) -> None:
    """A tensor left on the host, a value read by the host, a shape that depends on values, a copy."""
    x = torch.rand(4, device=CUDA)
    with pytest.raises(RuntimeError, match="device"):
        x + torch.rand(4)
    with pytest.raises(DataDependentOutputException):
        float(x.sum())
    with pytest.raises((DynamicOutputShapeException, DataDependentOutputException)):
        x[x > 0.5]
    with Copies() as copies:
        x.cpu()
    assert copies.count == 1


# -- a whole step, with backward pass and optimiser, on the CPU ------------------------------------------------------------
class Waits(TorchDispatchMode):
    """Counts operations for which the host would wait on a GPU: values read, and shapes that depend on values."""

    NAMES = ("_local_scalar_dense", "nonzero", "masked_select", "unique", "bincount", "equal", "is_nonzero")

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._schema.name.removeprefix("aten::")
        by_mask = name.startswith("index") and any(
            isinstance(index, Tensor) and index.dtype in (torch.bool, torch.uint8)
            for index in (args[1] if len(args) > 1 and isinstance(args[1], (list, tuple)) else ())
        )
        if name.startswith(self.NAMES) or by_mask:
            self.seen.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", MODELS)
def test_a_step_never_waits_for_the_gpu(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "use_torch", lambda x: True)
    # On a CPU one_hot checks its input; on a GPU it does not.
    monkeypatch.setattr(nn.functional, "one_hot", lambda index, count: (index[..., None] == torch.arange(count)).long())
    model = model_of(name).train()
    config = TrainConfig(clip_norm=10.0)
    state = TrainingState.fresh(model, config)
    for group in state.optimizer.param_groups:
        group["lr"] = torch.tensor(config.lr)
    step = training_step(state, config, Arithmetic(autocast=False, products="highest"), CPU)
    x = torch.rand(6, 3, 32, 32)
    y = torch.rand(6, 2) if model.learns_factors else torch.arange(6) % 2
    step(x, y, 0)
    with Waits() as waits:
        step(x, y, 1)
    assert waits.seen == []


def test_waits_are_counted() -> None:
    x = torch.rand(4)
    with Waits() as waits:
        float(x.sum()), x[x > 0.5], torch.bincount(torch.arange(3)), x.nonzero()
    assert len(waits.seen) >= 4


# -- what a GPU's own branches fall back to (docs/performance.md) -----------------------------------------------------------
@pytest.fixture
def plan_on_gpu(digits: ImageData, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """State and plan of a model on the CPU whose batches say that they are on a GPU."""

    # The tensor that a recorded step reads β from would need a GPU.
    monkeypatch.setattr(torch, "zeros", lambda *size, device=None, **settings: torch.empty(*size).zero_())

    def make(name: str = "beta_vae", **settings: Any) -> tuple[TrainingState, Any]:
        model = create(name, MODELS[name].Config(shape=(1, 8, 8), network="mlp", hidden=(8,), latent_dim=2, classes=10))
        plan = prepare(model, digits, TrainConfig(steps=3, batch_size=16, precision="float32", **settings))
        plan.batches.device = CUDA
        return TrainingState.fresh(model, plan.config), plan

    return make


def test_a_step_that_cannot_be_recorded_is_taken_as_it_is(
    plan_on_gpu: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise RuntimeError("operation not permitted when stream is capturing\nmore")

    monkeypatch.setattr("vae_core.training.steps.RecordedStep", refuse)
    state, plan = plan_on_gpu()
    _, execution = step_function(state, plan)
    assert execution == "not as a CUDA graph: operation not permitted when stream is capturing"
    assert state.model.beta_tensors is None


def test_what_is_recorded_says_so(plan_on_gpu: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vae_core.training.steps.RecordedStep", lambda *arguments: SimpleNamespace())
    assert step_function(*plan_on_gpu())[1] == "CUDA graph"


@pytest.mark.parametrize(
    "name", [name for name, kind in MODELS.items() if not is_static(kind, kind.Config(classes=10))]
)
def test_families_whose_steps_differ_are_never_recorded(
    plan_on_gpu: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("vae_core.training.steps.RecordedStep", lambda *arguments: pytest.fail("it was recorded"))
    assert step_function(*plan_on_gpu(name))[1] == ""


def test_a_set_too_large_for_the_gpu_stays_in_memory(
    digits: ImageData, monkeypatch: pytest.MonkeyPatch, plan_on_gpu: Callable[..., Any]
) -> None:
    size = digits.train.images.numel()
    for free, resident in ((2 * size + 2, True), (2 * size, False)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device, free=free: (free, free))
        with FakeTensorMode(allow_non_fake_inputs=True):
            batches = Batches(digits.train, 16, 0, CUDA, channels_last=False)
            assert batches.resident is resident
            assert batches.items.device.type == ("cuda" if resident else "cpu")
    state, plan = plan_on_gpu()
    plan.batches.resident = False
    monkeypatch.setattr("vae_core.training.steps.RecordedStep", lambda *arguments: pytest.fail("it was recorded"))
    assert step_function(state, plan)[1] == ""


@pytest.mark.parametrize(("bfloat16", "precision"), [(True, "bfloat16"), (False, "float32")])
def test_auto_on_a_gpu(monkeypatch: pytest.MonkeyPatch, bfloat16: bool, precision: str) -> None:
    monkeypatch.setattr("vae_core.training.calibration.choose_device", lambda name: CUDA)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bfloat16)
    assert resolve_precision(TrainConfig(device="cuda"), model_of("vae"), 10).precision == precision


def test_without_a_gpu_auto_is_the_cpu_and_cuda_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert choose_device("auto") == CPU
    with pytest.raises(ConfigError, match="0 CUDA devices"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU number {device.index}")
    assert choose_device("auto") == CUDA
    assert describe_device(choose_device("cuda:1")) == "GPU number 1"


def test_a_run_saved_on_a_gpu_goes_on_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    state = TrainingState.fresh(model_of("vae"), TrainConfig())
    saved = state.tensors() | {"rng.cuda": torch.zeros(16, dtype=torch.uint8)}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda *arguments: pytest.fail("there is no GPU"))
    torch.rand(3)
    state.restore(saved, state.numbers())
    assert torch.equal(torch.get_rng_state(), saved["rng.cpu"])


@pytest.mark.parametrize(("gpus", "products"), [(True, "high"), (False, "medium")])
def test_rounded_products_are_those_of_the_device(gpus: bool, products: str) -> None:
    assert Arithmetic.of("products", CUDA if gpus else CPU).products == products
    assert Arithmetic.of("bfloat16", CUDA if gpus else CPU) == Arithmetic(True, "highest")


def test_lean_layers_are_for_the_cpu(fake: None) -> None:
    assert lean.use_torch(torch.rand(2, device=CUDA))
    assert not lean.use_torch(torch.rand(2))
