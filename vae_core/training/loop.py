"""The one training loop: data resident on the device, no DataLoader, readable top to bottom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from ..datasets.base import DataError, ImageData, Split
from ..models import Model
from .batches import Batches
from .calibration import settle
from .config import TrainConfig, held_out_of
from .device import Arithmetic, choose_device, flushed_denormals, tune_process
from .distributed import ALONE, EVERY, Group, check_shareable, own_device
from .measure import Measurement, measure
from .monitors import check_finite
from .preflight import preflight
from .state import TrainingState
from .steps import Plan, as_numbers, stepper

#: Curves are drawn from at most this many test images; the last evaluation takes them all.
CURVE_IMAGES = 2048


class Listener:
    """Whoever wants to follow a run: shows, saves, interrupts. This one does nothing."""

    def begin(self, state: TrainingState, plan: Plan) -> None:
        """Called once before the first step; may restore an earlier state."""

    def progress(self, state: TrainingState, total: int, images_per_second: float) -> str | None:
        """Called a few times a second; "pause" or "cancel" ends the run at this step, saved."""
        return None

    def noted(self, how: str) -> None:
        """Called before the first step with how steps are taken, where that is worth a word."""

    def evaluated(self, state: TrainingState, record: dict[str, Any]) -> None:
        """Called after each evaluation, with finite numbers: the moment to save."""


@flushed_denormals()
def fit(
    model: Model, data: ImageData, config: TrainConfig, listener: Listener | None = None, group: Group = ALONE
) -> str:
    """Train the model in place; returns "done", "pause" or "cancel".

    group: the processes that train this model together (distributed.py); its leader alone evaluates and is asked for wishes.

    Raises:
        ConfigError, DataError: model, data and settings do not fit together.
        TrainingFailed: the loss is no longer a number.
    """
    listener = listener or Listener()
    tune_process()
    torch.manual_seed(config.seed)
    plan = prepare(model, data, config, group)
    config = plan.config
    preflight(model, *plan.batches.at(0))
    state = TrainingState.fresh(model, config)
    listener.begin(state, plan)
    action, clock = None, Clock(state)
    model.train()
    if not group.leads:
        torch.manual_seed(config.seed + 7919 * group.rank + state.step)  # noise of its own
    if state.step == 0 and group.leads:
        evaluate(state, plan, listener, clock, {})
    take_step, how = stepper(state, plan)
    listener.noted(how)

    while state.step < plan.total and action is None and not state.stops(config):
        state.set_learning_rate(config, plan.total)
        terms = take_step(state.step)
        if state.step % plan.check_every == 0:
            check_finite(as_numbers(terms), state.step)
        state.step += 1

        if state.step % plan.every == 0 or state.step == plan.total or state.step in plan.snapshot_steps:
            terms = group.mean(terms)
            if group.leads:
                evaluate(state, plan, listener, clock, as_numbers(terms))
        if clock.due() if group.size == 1 else state.step % EVERY == 0:
            action = group.agree(ask(state, plan, listener, clock) if group.leads else None)
        elif state.step == plan.total and group.leads:
            ask(state, plan, listener, clock)
    if state.step == plan.total or state.stops(config):
        action = None  # it came too late to stop anything
    if action is None and state.best_weights:
        model.load_state_dict(state.best_weights)
        state.final = True
        evaluate(state, plan, listener, clock, {})
    elif action is not None and group.leads and state.history[-1]["step"] != state.step:
        evaluate(state, plan, listener, clock, {})
    return action or "done"


def ask(state: TrainingState, plan: Plan, listener: Listener, clock: Clock) -> str | None:
    """Tell the listener how far it is; returns its wish."""
    return listener.progress(state, plan.total, clock.images_per_second(state.step, plan.config.batch_size))


def prepare(model: Model, data: ImageData, config: TrainConfig, group: Group = ALONE) -> Plan:
    """Move model and data to the device and lay out the steps."""
    check_shareable(model, config, group)
    device = choose_device(own_device(config.device, group))
    channels_last = model.config.network != "mlp"
    train, validation = hold_out(data.train) if config.holds_out else (data.train, None)
    total = config.total_steps(len(train))
    config = config.replace(precision=group.agree(settle(config, model, total).precision))
    model.to(device)
    if channels_last:
        model.to(memory_format=torch.channels_last)
    batches = Batches(train, config.batch_size, config.seed, device, channels_last, group)
    return Plan(
        config=config,
        batches=batches,
        validation=validation,
        test=data.test,
        total=total,
        # An evaluation each epoch, yet between 20 and 100 of them in any run.
        every=min(max(batches.per_epoch, total // 100), max(1, total // 20)),
        arithmetic=Arithmetic.of(config.precision, device),
        check_every=1 if device.type == "cpu" else 50,
        snapshot_steps=log_spaced(total, config.snapshots),
        group=group,
    )


def hold_out(train: Split) -> tuple[Split, Split]:
    """The last tenth of the training images, at most 5,000, decides; the test split is never asked."""
    n = held_out_of(len(train))
    if n == 0:
        raise DataError(f"{len(train)} training images are too few to hold some out; set patience to 0.")
    parts = [train.images, train.labels, train.factors]
    return (
        Split(*(None if part is None else part[:-n] for part in parts)),  # type: ignore[arg-type]
        Split(*(None if part is None else part[-n:] for part in parts)),  # type: ignore[arg-type]
    )


def evaluate(state: TrainingState, plan: Plan, listener: Listener, clock: Clock, terms: dict[str, float]) -> None:
    """Measure, record, tell the listener."""
    with clock.stopped():
        # The clock stands still: images per second are those of training alone.
        images = None if state.step == plan.total or state.final else CURVE_IMAGES
        labels = plan.test.labels
        found = measure(state.model, plan.test.images[:images], None if labels is None else labels[:images])
        check_finite(terms | {"distortion": found.distortion, "rate": found.rate or 0.0}, state.step)
        validation = None
        if plan.validation is not None and not state.final:
            validation = score(measure(state.model, plan.validation.images, plan.validation.labels))
            check_finite({"validation": validation}, state.step)
            state.judge(validation, plan.config)
        state.seconds = clock.seconds()
        record = {
            "step": state.step,
            "epoch": round(state.step / plan.batches.per_epoch, 3),
            **found.to_dict(),
            "beta": state.model.weight(state.step),
            "learning_rate": state.learning_rate,
            "images_per_second": round(clock.images_per_second(state.step, plan.config.batch_size), 1),
            "seconds": round(state.seconds, 3),
            "validation": validation,
            "train": {name: round(value, 4) for name, value in terms.items()},
        }
        state.history = [old for old in state.history if old["step"] < state.step] + [record]
        listener.evaluated(state, record)


def score(found: Measurement) -> float:
    """What early stopping maximises: the ELBO, or −distortion where there is no rate."""
    return -found.distortion if found.elbo is None else found.elbo


def log_spaced(total: int, count: int) -> frozenset[int]:
    """`count` steps from about 1% of the run to its end, evenly spaced on a log scale."""
    if count == 0:
        return frozenset()
    return frozenset(max(1, round(total ** (0.5 + 0.5 * (i + 1) / count))) for i in range(count))


class Clock:
    """Seconds of training, earlier sessions of the run included and evaluations left out."""

    def __init__(self, state: TrainingState) -> None:
        self.start = self.tick = time.perf_counter()
        self.paused_at: float | None = None
        self.before, self.first_step = state.seconds, state.step

    def seconds(self) -> float:
        now = self.paused_at or time.perf_counter()
        return self.before + now - self.start

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.paused_at = time.perf_counter()
        try:
            yield
        finally:
            self.start += time.perf_counter() - self.paused_at
            self.paused_at = None

    def images_per_second(self, step: int, batch_size: int) -> float:
        return (step - self.first_step) * batch_size / max(1e-9, self.seconds() - self.before)

    def due(self) -> bool:
        """True a few times a second."""
        now = time.perf_counter()
        if now - self.tick < 0.25:
            return False
        self.tick = now
        return True
