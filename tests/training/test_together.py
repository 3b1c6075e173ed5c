"""Variants trained as one are the models they would have been alone."""

import pytest
import torch

from vae_core.config import ConfigError
from vae_core.models import MODELS, create
from vae_core.networks import NETWORKS
from vae_core.training import Listener, TrainConfig, TrainingFailed, fit
from vae_core.training.loop import prepare
from vae_core.training.stacked import Stack
from vae_core.training.state import TrainingState
from vae_core.training.together import can_join, fit_together

BETAS = (0.5, 2.0, 8.0)
FAMILIES = [name for name, kind in MODELS.items() if can_join(kind, kind.Config(classes=10), TrainConfig())]


class Notes(Listener):
    def __init__(self, action=None):
        self.records, self.action, self.saved = [], action, None

    def progress(self, state, total, images_per_second):
        return "cancel" if self.action is not None and state.step >= self.action else None

    def evaluated(self, state, record):
        self.records.append(record)
        self.saved = (
            {k: v.clone() for k, v in state.tensors().items()},
            state.numbers() | {"history": list(state.history)},
        )


class Restored(Notes):
    def __init__(self, saved):
        super().__init__()
        self.saved = saved

    def begin(self, state, plan):
        state.restore(*self.saved)


def variants(data, family="beta_vae", network="mlp", betas=BETAS, **settings):
    known = dict(
        shape=data.shape, classes=len(data.class_names), train_size=data.train_size, latent_dim=3, hidden=(24,)
    )
    kind = MODELS[family].Config
    return [create(family, kind(**known, channels=4, network=network, beta=beta, **settings)) for beta in betas]


def same(a, b, rel):
    for name, value in a.state_dict().items():
        torch.testing.assert_close(value, b.state_dict()[name], rtol=rel, atol=rel)


def test_families_that_can():
    assert {"beta_vae", "beta_tcvae", "conditional_vae"} <= set(FAMILIES)
    assert not {"vae", "factor_vae", "multirate_vae", "vq_vae"} & set(FAMILIES)


@pytest.mark.parametrize(("family", "network"), [*((family, "mlp") for family in FAMILIES), ("beta_vae", "conv")])  # fmt: skip
def test_each_is_the_model_it_would_have_been_alone(digits, family, network):
    config = TrainConfig(steps=30, batch_size=32, seed=3, snapshots=2, clip_norm=50.0, lr_schedule="cosine", precision="float32")  # fmt: skip
    settings = {"schedule": "linear", "warmup_steps": 20} if family == "beta_vae" else {}
    together, alone = (variants(digits, family, network, **settings) for _ in range(2))
    notes, single = [Notes() for _ in BETAS], [Notes() for _ in BETAS]
    assert fit_together(together, digits, config, notes) == ["done"] * 3
    for model, listener in zip(alone, single, strict=True):
        fit(model, digits, config, listener)
    for ours, theirs, a, b in zip(together, alone, notes, single, strict=True):
        # Where a gradient is all but zero Adam follows the last bit of it: a few of its steps apart.
        same(ours, theirs, 2e-4 if network == "mlp" else 4e-3)
        assert [r["step"] for r in a.records] == [r["step"] for r in b.records]
        assert [r["beta"] for r in a.records] == [r["beta"] for r in b.records]
        assert [r["distortion"] for r in a.records] == pytest.approx([r["distortion"] for r in b.records], rel=1e-4)
        assert [r["train"]["loss"] for r in a.records[1:]] == pytest.approx([r["train"]["loss"] for r in b.records[1:]], rel=1e-4)  # fmt: skip
    assert not torch.allclose(together[0].encoder[-1].weight, together[2].encoder[-1].weight)


@pytest.mark.parametrize("network", NETWORKS)
def test_gradients_are_those_of_each_alone(digits, network):
    config = TrainConfig(steps=30, batch_size=32, seed=3, precision="float32")
    models = variants(digits, network=network)
    plan = prepare(models[0], digits, config)
    stack = Stack([TrainingState.fresh(model.train(), config) for model in models], plan)
    x, y = plan.batches.at(0)
    torch.manual_seed(0)
    found, (losses, _) = stack.gradients(dict(stack.weights), stack.betas, stack.betas, x, y)
    for k, model in enumerate(models):
        torch.manual_seed(0)
        loss = model.loss(x, y, 0)["loss"]
        loss.backward()
        assert losses[k].item() == pytest.approx(loss.item(), rel=1e-6)
        for name, parameter in model.named_parameters():
            torch.testing.assert_close(found[name][k], parameter.grad, rtol=1e-4, atol=1e-4 * parameter.grad.abs().max().item())  # fmt: skip


def test_one_is_cancelled_and_goes_on_later_as_if_nothing_had_happened(digits, always_due):
    config = TrainConfig(steps=30, batch_size=32, snapshots=0, precision="float32")
    together, alone = variants(digits), variants(digits)
    notes = [Notes(), Notes(action=11), Notes()]
    assert fit_together(together, digits, config, notes) == ["done", "cancel", "done"]
    for index in (0, 2):
        fit(alone[index], digits, config)
        same(together[index], alone[index], 2e-4)
    assert notes[1].records[-1]["step"] == 11
    resumed = variants(digits)[1]
    assert fit(resumed, digits, config, Restored(notes[1].saved)) == "done"
    fit(alone[1], digits, config)
    same(resumed, alone[1], 2e-4)


def test_together_from_where_they_were_saved(digits, always_due):
    config = TrainConfig(steps=24, batch_size=32, snapshots=0, precision="float32")
    stopped = [Notes(action=10) for _ in BETAS]
    assert fit_together(variants(digits), digits, config, stopped) == ["cancel"] * 3
    again, whole = variants(digits), variants(digits)
    assert fit_together(again, digits, config, [Restored(notes.saved) for notes in stopped]) == ["done"] * 3
    fit_together(whole, digits, config)
    for a, b in zip(again, whole, strict=True):
        same(a, b, 1e-5)


def test_a_cancelled_one_keeps_the_weights_it_had_not_its_best(digits, always_due):
    config = TrainConfig(steps=300, batch_size=64, patience=50, lr=0.02, snapshots=0, precision="float32")
    notes = [Notes(action=40), Notes(action=40)]
    models = variants(digits, betas=(0.1, 50.0))
    assert fit_together(models, digits, config, notes) == ["cancel"] * 2
    for model, listener in zip(models, notes, strict=True):
        assert listener.records[-1]["step"] == 40
        for name, value in model.state_dict().items():
            assert torch.equal(value, listener.saved[0][f"model.{name}"])


def test_each_has_its_own_early_stop(digits):
    config = TrainConfig(steps=400, batch_size=64, patience=2, lr=0.02, snapshots=0, precision="float32")
    together, alone = variants(digits, betas=(0.1, 50.0)), variants(digits, betas=(0.1, 50.0))
    notes, single = [Notes(), Notes()], [Notes(), Notes()]
    fit_together(together, digits, config, notes)
    for model, listener in zip(alone, single, strict=True):
        fit(model, digits, config, listener)
    assert [n.records[-1]["step"] for n in notes] == [n.records[-1]["step"] for n in single]
    assert notes[0].records[-1]["step"] != notes[1].records[-1]["step"]


def test_one_that_fails_stops_no_other(digits):
    config = TrainConfig(steps=20, batch_size=32, snapshots=0, precision="float32")
    together = variants(digits, betas=(1.0, 1e6))
    good, bad = fit_together(together, digits, config.replace(lr=1.0), [Notes(), Notes()])
    assert isinstance(bad, TrainingFailed) or bad == "done"
    assert good == "done" or isinstance(good, TrainingFailed)
    poisoned = variants(digits, betas=(1.0, 2.0))

    class Poison(Notes):
        def evaluated(self, state, record):
            if record["step"] > 3:
                state.model.decoder[0].weight.data.fill_(float("nan"))

    outcomes = fit_together(poisoned, digits, config, [Notes(), Poison()])
    assert outcomes[0] == "done"
    assert isinstance(outcomes[1], TrainingFailed)


def test_models_that_differ_in_more_are_refused(digits):
    mixed = [variants(digits)[0], variants(digits, free_bits=0.5)[1]]
    with pytest.raises(ConfigError, match="β alone"):
        fit_together(mixed, digits, TrainConfig(steps=2, batch_size=32))
    with pytest.raises(ConfigError, match="cannot be trained together"):
        fit_together(variants(digits), digits, TrainConfig(steps=2, batch_size=32, lr_schedule="plateau"))
