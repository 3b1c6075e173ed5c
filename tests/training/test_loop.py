import copy
import math

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from vae_core.datasets import ImageData
from vae_core.models import MODELS, create
from vae_core.training import Listener, TrainConfig, TrainingFailed, fit
from vae_core.training.loop import Clock, affordable, beside_evaluations, hold_out, log_spaced
from vae_core.training.state import TrainingState


def model_for(data, family="beta_vae", network="mlp", **settings):
    known = dict(shape=data.shape, classes=len(data.class_names), latent_dim=3, hidden=(24,), channels=4)
    return create(family, MODELS[family].Config(**known, network=network, **settings))


class Notes(Listener):
    def __init__(self):
        self.records, self.steps = [], []

    def evaluated(self, state, record):
        self.records.append(record)


class StopAt(Listener):
    """Cancels at a step, keeping the state as a file would."""

    def __init__(self, step):
        self.step = step

    def progress(self, state, total, images_per_second):
        return "cancel" if state.step >= self.step else None

    def evaluated(self, state, record):
        self.saved = copy.deepcopy((state.tensors(), state.numbers()))


class Restored(Listener):
    def __init__(self, saved):
        self.saved = saved

    def begin(self, state, plan):
        state.restore(*self.saved)


@pytest.mark.parametrize(("network", "precision"), [("mlp", "float32"), ("conv", "float32"), ("conv", "bfloat16")])
@pytest.mark.parametrize("extra", [{}, {"patience": 50, "lr_schedule": "plateau"}, {"lr_schedule": "cosine", "optimizer": "adamw", "weight_decay": 0.01}])  # fmt: skip
def test_a_resumed_run_is_bit_for_bit_the_uninterrupted_one(digits, always_due, network, precision, extra):
    config = TrainConfig(steps=40, batch_size=32, lr=3e-3, precision=precision, snapshots=2, **extra)
    whole = model_for(digits, network=network)
    fit(whole, digits, config)
    stopped = StopAt(17)
    assert fit(model_for(digits, network=network), digits, config, stopped) == "cancel"
    torch.rand(100)  # another process would have drawn other noise by now
    resumed = model_for(digits, network=network)
    assert fit(resumed, digits, config, Restored(stopped.saved)) == "done"
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


@pytest.mark.parametrize(
    ("family", "settings"),
    [(name, {}) for name in MODELS] + [("vae", {"schedule": "controlled", "target_rate": 3.0})],
)
def test_every_family_goes_on_where_it_was(digits, always_due, family, settings):
    """Its own noise, running means, controllers and critics are part of what is saved."""
    config = TrainConfig(steps=12, batch_size=32, snapshots=0)
    whole = model_for(digits, family, **settings)
    fit(whole, digits, config)
    stopped = StopAt(5)
    assert fit(model_for(digits, family, **settings), digits, config, stopped) == "cancel"
    torch.rand(100)
    resumed = model_for(digits, family, **settings)
    assert fit(resumed, digits, config, Restored(stopped.saved)) == "done"
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


@pytest.mark.parametrize("family", MODELS)
def test_every_family_trains_in_low_precision(digits, family):
    model = model_for(digits, family, network="conv")
    assert fit(model, digits, TrainConfig(steps=3, batch_size=32, snapshots=0, precision="bfloat16")) == "done"


def test_a_critic_learns_beside_the_model(digits):
    """It moves, its loss is recorded, and clipping the model's gradients to nothing leaves it alone."""
    model, notes = model_for(digits, "factor_vae", critic_width=16), Notes()
    before = copy.deepcopy(model.state_dict())
    fit(model, digits, TrainConfig(steps=30, batch_size=32, clip_norm=1e-12), notes)
    moved = {name: (value - before[name]).abs().max().item() for name, value in model.state_dict().items()}
    assert max(change for name, change in moved.items() if not name.startswith("adversary")) < 1e-4
    assert min(change for name, change in moved.items() if name.startswith("adversary")) > 1e-3
    assert 0 < notes.records[-1]["train"]["adversary"] < 2


def test_training_lowers_the_loss_and_records_it(digits):
    notes = Notes()
    fit(model_for(digits), digits, TrainConfig(epochs=3, batch_size=32), notes)
    first, last = notes.records[0], notes.records[-1]
    assert last["elbo"] > first["elbo"] + 5
    assert last["elbo"] == pytest.approx(-(last["distortion"] + last["rate"]), rel=1e-6)
    assert sum(last["rate_per_dim"]) == pytest.approx(last["rate"], rel=1e-6)
    assert last["epoch"] == 3
    assert last["images"] == len(digits.test)
    assert [record["step"] for record in notes.records] == sorted({record["step"] for record in notes.records})


def test_seeds_repeat_and_differ(digits):
    found = []
    for seed in (0, 0, 1):
        model = model_for(digits)
        fit(model, digits, TrainConfig(steps=5, batch_size=32, seed=seed))
        found.append(torch.cat([p.flatten() for p in model.parameters()]))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_early_stopping_keeps_the_best_weights(digits, monkeypatch):
    """The validation score is scripted: best at the third evaluation, then two worse ones."""
    scores = iter([-9.0, -5.0, -3.0, -4.0, -4.0])
    monkeypatch.setattr("vae_core.training.loop.score", lambda found: next(scores))
    weights = {}

    class Keep(Notes):
        def evaluated(self, state, record):
            super().evaluated(state, record)
            weights[len(self.records)] = copy.deepcopy(state.model.state_dict())

    notes, model = Keep(), model_for(digits)
    fit(model, digits, TrainConfig(steps=400, batch_size=32, patience=2, snapshots=0), notes)
    assert len(notes.records) == 6  # five evaluations, then one of the best weights
    assert notes.records[-1]["step"] < 400
    for name, value in model.state_dict().items():
        assert torch.equal(value, weights[3][name]), name


def test_decisions_never_look_at_the_test_split(digits):
    """With other test images the same weights come out."""
    noise = torch.randint(0, 256, digits.test.images.shape, dtype=torch.uint8)
    other = ImageData("other", torch.cat([digits.train.images, noise]), digits.n_train)
    found = []
    for data in (digits, other):
        model = model_for(data)
        fit(model, data, TrainConfig(steps=60, batch_size=32, patience=2, lr_schedule="plateau", lr=0.02))
        found.append(torch.cat([p.flatten() for p in model.parameters()]))
    assert torch.equal(*found)


def test_held_out_images_leave_the_training_split(digits):
    train, validation = hold_out(digits.train)
    assert len(train) + len(validation) == len(digits.train)
    assert torch.equal(torch.cat([train.images, validation.images]), digits.train.images)


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_term(digits, monkeypatch):
    model = model_for(digits)
    honest = model.loss

    def loss(x, y, step):
        found = honest(x, y, step)
        return found | {"rate": found["rate"] * float("nan")} if step == 7 else found

    monkeypatch.setattr(model, "loss", loss)
    with pytest.raises(TrainingFailed, match=r"step 7.*rate = nan.*learning rate"):
        fit(model, digits, TrainConfig(steps=20, batch_size=32))


def test_clipping_bounds_the_step(digits):
    """With plain small steps of Adam the weights hardly care, so look at the gradients the optimiser sees."""
    seen = []
    model = model_for(digits)
    hook = register_optimizer_step_pre_hook(
        lambda optimizer, args, kwargs: seen.append(
            sum(p.grad.square().sum() for p in model.parameters()).sqrt().item()
        )
    )
    fit(model, digits, TrainConfig(steps=5, batch_size=32, clip_norm=0.5))
    hook.remove()
    assert len(seen) == 5
    assert max(seen) == pytest.approx(0.5, rel=1e-3)


def test_the_learning_rate_follows_its_schedule(digits):
    for schedule, last in (("constant", 1e-3), ("cosine", 0.0)):
        notes = Notes()
        fit(model_for(digits), digits, TrainConfig(steps=40, batch_size=32, lr_schedule=schedule), notes)
        assert notes.records[-1]["learning_rate"] == pytest.approx(last, abs=2e-5)


def test_the_plateau_schedule_halves_the_rate_when_nothing_improves(digits, monkeypatch):
    monkeypatch.setattr("vae_core.training.loop.score", lambda found: -1.0)
    notes = Notes()
    fit(model_for(digits), digits, TrainConfig(steps=40, batch_size=32, lr_schedule="plateau", snapshots=0), notes)
    assert notes.records[-1]["learning_rate"] < 0.51e-3


def test_snapshots_are_spaced_by_the_logarithm():
    assert sorted(log_spaced(10_000, 5)) == [0, 10, 100, 1000, 10_000]
    assert sorted(log_spaced(5, 24)) == [0, 1, 2, 3, 4, 5]
    assert (log_spaced(100, 0), log_spaced(100, 1), log_spaced(100, 2)) == (frozenset(), {100}, {0, 100})


def test_snapshots_are_where_there_is_an_evaluation_anyway():
    steps = log_spaced(1000, 24)
    assert sorted(step for step in steps if step < 25) == [0, 1, 2, 3, 4, 5, 7, 9, 12, 17, 23]
    found = beside_evaluations(steps, 1000, 50, 0)
    assert found == {0, *(step for step in found if step % 50 == 0)}
    assert {0, 50, 100, 1000} <= found
    early = sorted(step for step in beside_evaluations(steps, 1000, 50, 5) if 0 < step < 25)
    assert early == [1, 3, 5, 9, 17]
    assert beside_evaluations(steps, 1000, 50, 99) >= {step for step in steps if step < 25}
    assert max(beside_evaluations(log_spaced(117, 15), 117, 5, 0)) == 117


def test_a_short_training_has_few_evaluations_for_snapshots_alone(digits):
    notes = Notes()
    fit(model_for(digits), digits, TrainConfig(steps=40, batch_size=32), notes)
    assert [record["step"] for record in notes.records if record["step"] % 2] == []


def test_as_many_snapshots_as_fit_unless_a_number_is_given(monkeypatch):
    small = torch.nn.Linear(10, 10)
    size = 4 * (100 + 10)
    for room, count in ((24, 24), (99, 24), (7, 7), (4, 4), (3, 0)):
        monkeypatch.setattr("vae_core.training.loop.SNAPSHOT_BYTES", room * size + 1)
        assert affordable(small) == count


class EverySave(Notes):
    """All states that a file would have held, one after another."""

    def __init__(self):
        super().__init__()
        self.saves = []

    def evaluated(self, state, record):
        super().evaluated(state, record)
        self.saves.append(copy.deepcopy((state.tensors(), state.numbers())))


def without_times(records):
    """Records without what the clock decides."""
    return [{k: v for k, v in record.items() if k not in ("seconds", "images_per_second")} for record in records]


@pytest.mark.parametrize("save", [-3, -2, -1])
def test_a_run_killed_around_its_early_stop_does_not_train_on(digits, save):
    """The last saves: one before the verdict, the verdict itself, the evaluation of the best weights."""
    config = TrainConfig(steps=600, batch_size=32, lr=0.03, patience=1, snapshots=0)
    whole, seen = model_for(digits), EverySave()
    fit(whole, digits, config, seen)
    assert seen.records[-1]["step"] < 600

    class Resumed(Notes):
        def begin(self, state, plan):
            state.restore(*copy.deepcopy(seen.saves[save]))

        def evaluated(self, state, record):
            super().evaluated(state, record)
            self.history = state.history

    resumed, notes = model_for(digits), Resumed()
    assert fit(resumed, digits, config, notes) == "done"
    assert without_times(notes.history) == without_times(seen.saves[-1][1]["history"])
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_request_that_comes_with_the_early_stop_is_too_late(digits, always_due, monkeypatch):
    scores = iter([-3.0, -4.0])
    monkeypatch.setattr("vae_core.training.loop.score", lambda found: next(scores))
    config = TrainConfig(steps=400, batch_size=32, patience=1, snapshots=0)
    assert fit(model_for(digits), digits, config, StopAt(20)) == "done"  # evaluations at steps 0 and 20


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_a_request_ends_the_run_at_its_step_with_a_save(digits, always_due, action):
    class At(Notes):
        def progress(self, state, total, images_per_second):
            return action if state.step == 7 else None

    notes = At()
    assert fit(model_for(digits), digits, TrainConfig(steps=60, batch_size=32, snapshots=0), notes) == action
    assert notes.records[-1]["step"] == 7


def test_a_validation_score_that_is_no_number_stops_the_run(digits, monkeypatch):
    """Unnoticed it would never be beaten, and JSON cannot hold it."""
    monkeypatch.setattr("vae_core.training.loop.score", lambda found: float("nan"))
    with pytest.raises(TrainingFailed, match="validation = nan"):
        fit(model_for(digits), digits, TrainConfig(steps=20, batch_size=32, patience=3))


def test_the_cosine_rate_is_that_of_the_formula(digits):
    """The record after step t holds the rate of step t − 1: ½(1 + cos π(t − 1)/T)."""
    notes = Notes()
    fit(model_for(digits), digits, TrainConfig(steps=40, batch_size=32, lr_schedule="cosine"), notes)
    found = {record["step"]: record["learning_rate"] for record in notes.records if record["step"]}
    assert len(found) >= 10
    assert found == pytest.approx({t: 0.5e-3 * (1 + math.cos(math.pi * (t - 1) / 40)) for t in found}, rel=1e-6)


def test_fit_puts_the_arithmetic_back(digits):
    before = torch.get_float32_matmul_precision()
    fit(model_for(digits), digits, TrainConfig(steps=2, batch_size=32, precision="bfloat16"))
    assert torch.get_float32_matmul_precision() == before


def test_the_time_left_follows_the_speed_of_the_last_seconds(digits, monkeypatch):
    now = 100.0
    monkeypatch.setattr("vae_core.training.loop.time.perf_counter", lambda: now)
    state = TrainingState.fresh(model_for(digits), TrainConfig())
    state.step, state.seconds = 50, 7.0  # resumed
    clock, step = Clock(state), 50

    def train(seconds, steps):
        nonlocal now, step
        for _ in range(seconds):
            now, step = now + 1, step + steps
            speed = clock.recent_images_per_second(step, batch_size=64)
        return speed

    assert train(3, 10) == pytest.approx(640)
    assert train(60, 2) == pytest.approx(128), "another program runs"
    with clock.stopped():
        now += 500  # an evaluation
    assert train(2, 2) == pytest.approx(128)
    assert train(60, 10) == pytest.approx(640)
    assert clock.images_per_second(step, 64) == pytest.approx((63 * 10 + 62 * 2) * 64 / 125)
