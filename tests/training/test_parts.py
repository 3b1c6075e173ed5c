import pytest
import torch

from vae_core.config import ConfigError
from vae_core.datasets import DataError
from vae_core.datasets.base import Split
from vae_core.models import MODELS, create
from vae_core.training import TrainingFailed, choose_device, measure, watch
from vae_core.training.batches import Batches, as_floats
from vae_core.training.device import Arithmetic, products
from vae_core.training.measure import active_units
from vae_core.training.preflight import preflight

CPU = torch.device("cpu")


def vae(**settings):
    return create("vae", MODELS["vae"].Config(shape=(1, 8, 8), latent_dim=3, network="mlp", hidden=(16,), **settings))


def test_each_epoch_is_a_new_order_of_all_images(digits):
    batches = Batches(digits.train, 100, seed=0, device=CPU, channels_last=False)
    epochs = [torch.cat([batches.at(e * batches.per_epoch + s)[0] for s in range(batches.per_epoch)]) for e in (0, 1)]
    assert not torch.equal(*epochs)
    assert len(epochs[0].flatten(1).unique(dim=0)) >= 0.99 * len(epochs[0])


def test_a_batch_is_a_function_of_seed_and_step(digits):
    forward = Batches(digits.train, 32, seed=3, device=CPU, channels_last=False)
    other = Batches(digits.train, 32, seed=3, device=CPU, channels_last=True)
    expected = [forward.at(step) for step in range(60)]
    for step in (59, 3, 40):
        assert torch.equal(other.at(step)[0], expected[step][0])
        assert torch.equal(other.at(step)[1], expected[step][1])
    assert not torch.equal(Batches(digits.train, 32, 4, CPU, False).at(0)[0], expected[0][0])


def test_a_batch_larger_than_the_data_is_reported(digits):
    with pytest.raises(DataError, match=f"--batch-size 99999.*at most {len(digits.train)}"):
        Batches(digits.train, 99_999, 0, CPU, False)


def test_measuring_equals_the_sums_written_out(digits):
    model, images = vae(), digits.test.images[:50]
    found = measure(model, images, seed=4)
    posterior = model.encode(as_floats(images))
    noise = torch.empty(50, 3).normal_(generator=torch.Generator().manual_seed(4))
    z = posterior.mu + torch.exp(posterior.logvar / 2) * noise
    distortion = model.distortion(as_floats(images), z).mean().item()
    rate = posterior.rate_per_dim().sum(1).mean().item()
    assert found.distortion == pytest.approx(distortion, rel=1e-5)
    assert found.rate == pytest.approx(rate, rel=1e-5)
    assert found.elbo == pytest.approx(-(distortion + rate), rel=1e-5)
    assert found.images == 50


def test_measuring_repeats_and_disturbs_nothing(digits):
    model = vae().train()
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    assert measure(model, digits.test.images) == measure(model, digits.test.images)
    assert torch.equal(torch.rand(3), expected)
    assert model.training


def test_an_autoencoder_has_no_rate(digits):
    kind = MODELS["autoencoder"]
    model = create("autoencoder", kind.Config(shape=(1, 8, 8), latent_dim=3, network="mlp", hidden=(16,)))
    found = measure(model, digits.test.images)
    assert (found.rate, found.elbo, found.rate_per_dim) == (None, None, None)


def good(step, elbo=-100.0, rates=(2.0, 1.0)):
    return {"step": step, "elbo": elbo, "distortion": -elbo - sum(rates), "rate_per_dim": list(rates)}


@pytest.mark.parametrize(
    ("history", "kinds"),
    [
        ([good(0), good(1), good(2)], []),
        ([good(0, -100), good(1, -50), good(2, -90)], ["loss spike"]),
        ([good(0), good(1, rates=(2.0, 0.001))], ["collapsed dimensions"]),
        ([good(0), good(1, rates=(0.0, 0.001))], ["posterior collapse"]),
        ([good(0), good(1, rates=(99.0, 1.0))], ["exploding variance"]),
        ([{"step": 0, "elbo": None, "distortion": 3.0, "rate_per_dim": None}], []),
        ([], []),
    ],
)
def test_alerts_fire_on_what_they_are_for(history, kinds):
    alerts = watch(history)
    assert [alert.kind for alert in alerts] == kinds
    assert all(alert.remedy.endswith(".") for alert in alerts)


def test_preflight_looks_at_shape_range_and_gradients(digits):
    x = as_floats(digits.train.images[:8])
    model = vae()
    preflight(model, x, None)
    assert all(parameter.grad is None for parameter in model.parameters())
    with pytest.raises(ConfigError, match=r"\(1, 16, 16\)"):
        preflight(model, torch.rand(4, 1, 16, 16), None)
    with pytest.raises(ConfigError, match="0 to 2"):
        preflight(model, torch.tensor([0.0, 2.0]).repeat(32).view(1, 1, 8, 8), None)
    model.forgotten = torch.nn.Parameter(torch.zeros(1))
    with pytest.raises(TrainingFailed, match="forgotten"):
        preflight(model, x, None)


def test_preflight_sees_a_gradient_that_is_no_number(digits):
    model = vae()
    with torch.no_grad():
        model.encoder[1].weight[0, 0] = float("nan")
    with pytest.raises(TrainingFailed):
        preflight(model, as_floats(digits.train.images[:8]), None)


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "cpu:x", "", "mps"])
def test_a_device_that_is_not_there_is_reported(name):
    with pytest.raises(ConfigError, match="--device"):
        choose_device(name)


def test_arithmetic_follows_the_request_and_is_put_back():
    assert Arithmetic.of("float32", CPU) == Arithmetic(False, "highest")
    assert Arithmetic.of("bfloat16", CPU) == Arithmetic(True, "highest")
    assert Arithmetic.of("products", CPU) == Arithmetic(False, "medium")
    assert Arithmetic.of("products", torch.device("cuda")) == Arithmetic(False, "high")
    before = torch.get_float32_matmul_precision()
    with products("medium"):
        assert torch.get_float32_matmul_precision() == "medium"
    assert torch.get_float32_matmul_precision() == before


def numbered(n=12, side=8):
    """Images that show their own number, labelled with it."""
    images = torch.arange(n, dtype=torch.uint8).view(n, 1, 1, 1).expand(n, 1, side, side).contiguous()
    return Split(images, torch.arange(n), None)


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_an_epoch_shows_every_image_once_with_its_own_label(epoch):
    batches = Batches(numbered(), 4, seed=0, device=CPU, channels_last=False)
    assert batches.per_epoch == 3
    parts = [batches.at(3 * epoch + position) for position in range(3)]
    for x, y in parts:
        assert torch.equal((x[:, 0, 0, 0] * 255).round().long(), y)
    assert sorted(torch.cat([y for _, y in parts]).tolist()) == list(range(12))


def test_a_last_partial_batch_is_left_out():
    batches = Batches(numbered(), 5, seed=0, device=CPU, channels_last=False)
    assert batches.per_epoch == 2
    seen = [y for step in (0, 1) for y in batches.at(step)[1].tolist()]
    assert len(set(seen)) == 10


def test_channels_last_changes_the_layout_not_the_values():
    split = Split(torch.randint(0, 256, (8, 3, 8, 8), dtype=torch.uint8), None, None)
    plain, last = (Batches(split, 4, 0, CPU, layout).at(0)[0] for layout in (False, True))
    assert last.is_contiguous(memory_format=torch.channels_last)
    assert not last.is_contiguous()
    assert torch.equal(plain, last)


def test_floats_are_the_bytes_over_255():
    found = as_floats(torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1, 1)).flatten()
    assert found.tolist() == pytest.approx([0.0, 0.2, 1.0])


def test_active_units_are_those_whose_means_vary():
    """Standard deviations 0.09 and 0.11 lie on either side of √0.01."""
    pattern = torch.tensor([1.0, -1.0]).repeat(50)
    mu = torch.stack([pattern * 0.09 + 7, pattern * 0.11 - 7, pattern * 0], 1)
    assert active_units(mu) == 1


def test_a_measurement_does_not_depend_on_how_images_are_split(digits):
    """Means are over images, not over batches: 500 + 50 images count each once."""
    model, images = vae(), digits.train.images[:550]
    with torch.no_grad():
        model.encoder[-1].weight[3:] = 0
        model.encoder[-1].bias[3:] = -60  # no noise to speak of
    parts = [measure(model, images[:500]).distortion, measure(model, images[500:]).distortion]
    assert measure(model, images).distortion == pytest.approx((500 * parts[0] + 50 * parts[1]) / 550, rel=1e-5)


def test_preflight_changes_nothing(digits):
    """An autoencoder keeps running moments of its codes, which a look must not move."""
    kind = MODELS["autoencoder"]
    model = create("autoencoder", kind.Config(shape=(1, 8, 8), latent_dim=3, network="mlp", hidden=(16,)))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    preflight(model, as_floats(digits.train.images[:8]), None)
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_the_products_are_put_back_after_an_error():
    before = torch.get_float32_matmul_precision()
    with pytest.raises(KeyError), products("medium"):
        raise KeyError
    assert torch.get_float32_matmul_precision() == before


def test_cpu_is_always_there():
    assert choose_device("cpu") == CPU
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
