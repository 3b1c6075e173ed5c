"""The training loop: data resident on the device, no DataLoader, readable top to bottom."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..cores import Threads
from ..datasets.base import Data, DataError, Split
from ..models import Model
from .augmentation import augmented, augments
from .batches import Batches
from .calibration import resolve_precision
from .config import TrainConfig, held_out_of
from .device import Arithmetic, choose_device, flushed_denormals, tune_process
from .distributed import ACTION_INTERVAL, ALONE, Group, check_shareable, local_device
from .measure import Measurement, measure
from .monitors import check_finite
from .preflight import preflight
from .state import TrainingState
from .steps import Plan, as_numbers, step_function

#: Evaluations during training use at most this many test images; the last one uses all.
CURVE_IMAGES = 2048
#: Snapshots of a run, the bytes that they may take, and fewer than which are not worth a look.
SNAPSHOTS, SNAPSHOT_BYTES, FEWEST_SNAPSHOTS = 24, 20 * 10**6, 4
#: The share of the training time that evaluations for snapshots alone may take; an evaluated image costs a third of a trained one.
SNAPSHOT_SHARE = 0.02


class Listener:
    """Callbacks of a training run, to show, save or interrupt it; these do nothing."""

    def begin(self, state: TrainingState, plan: Plan) -> None:
        """Called once before training; may restore an earlier state."""

    def progress(self, state: TrainingState, total: int, images_per_second: float) -> str | None:
        """Called a few times a second; returns a requested action: "pause" or "cancel" ends and saves the run.

        images_per_second: of the last seconds.
        """
        return None

    def started(self, execution: str) -> None:
        """Called before the first step; `execution` describes how steps run, e.g. "CUDA graph"; "" if in the usual way."""

    def evaluated(self, state: TrainingState, record: dict[str, Any]) -> None:
        """Called after each evaluation, with finite numbers; the time to save the state."""


@flushed_denormals()
def fit(model: Model, data: Data, config: TrainConfig, listener: Listener | None = None, group: Group = ALONE) -> str:
    """Train the model in place; returns "done", "pause" or "cancel".

    group: the processes that train this model together (distributed.py); only its leader evaluates and takes requested actions.

    Raises:
        ConfigError, DataError: model, data and settings do not fit together.
        TrainingFailed: the loss is not finite.
    """
    tune_process()
    torch.manual_seed(config.seed)
    plan = prepare(model, data, config, group)
    with plan.threads:
        return run_steps(model, plan, listener or Listener())


def run_steps(model: Model, plan: Plan, listener: Listener) -> str:
    """From the first step, or the one that the listener restored, to the last; returns what `fit` does."""
    config, group = plan.config, plan.group
    preflight(model, *plan.batches.at(0))
    state = TrainingState.fresh(model, config)
    listener.begin(state, plan)
    action, clock = None, Clock(state)
    model.train()
    if not group.leads:
        torch.manual_seed(config.seed + 7919 * group.rank + state.step)  # each process has its own noise
    if state.step == 0 and group.leads:
        evaluate(state, plan, listener, clock, {})
    take_step, execution = step_function(state, plan)
    listener.started(execution)

    while state.step < plan.total and action is None and not state.stops(config):
        state.set_learning_rate(config, plan.total)
        terms = take_step(state.step)
        if state.step % plan.check_every == 0:
            check_finite(as_numbers(terms), state.step)
        state.step += 1
        plan.threads.step()

        if plan.evaluates_at(state.step):
            terms = group.mean(terms)
            if group.leads:
                evaluate(state, plan, listener, clock, as_numbers(terms))
        if clock.due() if group.size == 1 else state.step % ACTION_INTERVAL == 0:
            action = group.broadcast(report_progress(state, plan, listener, clock) if group.leads else None)
        elif state.step == plan.total and group.leads:
            report_progress(state, plan, listener, clock)
    if state.step == plan.total or state.stops(config):
        action = None  # too late: training is already over
    if action is None:
        restore_best(state, plan, listener, clock)
    elif group.leads and state.history[-1]["step"] != state.step:
        evaluate(state, plan, listener, clock, {})
    return action or "done"


def restore_best(state: TrainingState, plan: Plan, listener: Listener, clock: Clock) -> None:
    """Restore and evaluate the best weights, if early stopping has saved them."""
    if state.best_weights:
        state.model.load_state_dict(state.best_weights)
        state.final = True
        evaluate(state, plan, listener, clock, {})


def report_progress(state: TrainingState, plan: Plan, listener: Listener, clock: Clock) -> str | None:
    """Report progress to the listener; returns the action it requests, if any."""
    return listener.progress(state, plan.total, clock.recent_images_per_second(state.step, plan.config.batch_size))


def prepare(model: Model, data: Data, config: TrainConfig, group: Group = ALONE) -> Plan:
    """Move model and data to the device and plan the steps."""
    check_shareable(model, config, group)
    device = choose_device(local_device(config.device, group))
    channels_last = model.config.network != "mlp"
    train, validation = training_splits(model, data, config)
    total = config.total_steps(len(train))
    with Threads(config.threads) as threads:
        config = config.replace(precision=group.broadcast(resolve_precision(config, model, total).precision))
    model.to(device)
    if channels_last:
        model.to(memory_format=torch.channels_last)
    batches = Batches(
        train,
        config.batch_size,
        config.seed,
        device,
        channels_last,
        group,
        labelled(train) if model.predicts_class or model.learns_factors else None,
        partial(augmented, config=config) if augments(config) else None,
    )
    # An evaluation each epoch, but at least 20 and at most 100 in a run.
    every = min(max(batches.per_epoch, total // 100), max(1, total // 20))
    if config.snapshots is None:
        further = int(SNAPSHOT_SHARE * 3 * total * config.batch_size / max(1, min(CURVE_IMAGES, len(data.test))))
        snapshot_steps = beside_evaluations(log_spaced(total, affordable(model)), total, every, further)
    else:
        snapshot_steps = log_spaced(total, config.snapshots)
    return Plan(
        config=config,
        batches=batches,
        validation=validation,
        test=data.test,
        total=total,
        every=every,
        arithmetic=Arithmetic.of(config.precision, device),
        check_every=1 if device.type == "cpu" else 50,
        snapshot_steps=snapshot_steps,
        threads=threads,
        group=group,
    )


def training_splits(model: Model, data: Data, config: TrainConfig) -> tuple[Split, Split | None]:
    """The images that weights are trained on, with the labels that the model may see, and those held out for decisions."""
    train, validation = hold_out(data.train) if config.holds_out else (data.train, None)
    if model.learns_factors and train.factors is not None:
        visible = model.visible_factors(train.factors)
    elif model.learns_factors and train.labels is not None:
        visible = model.visible_factors(train.labels[:, None])
    elif model.predicts_class and train.labels is not None:
        visible = model.visible_labels(train.labels)
    else:
        return train, validation
    # Held-out labels are not among those that the model may see.
    return replace(train, labels=visible), validation and replace(validation, labels=None)


def labelled(train: Split) -> Tensor | None:
    """Rows of the images whose labels, or factors, are not hidden; None if all are visible."""
    if train.labels is None:
        return None
    visible = (train.labels >= 0).view(len(train), -1).all(1)  # not a number is no such value
    return None if bool(visible.all()) else visible.nonzero().flatten()


def hold_out(train: Split) -> tuple[Split, Split]:
    """Training images without their last tenth (at most 5,000), and that tenth as the validation split."""
    n = held_out_of(len(train))
    if n == 0:
        raise DataError(f"{len(train)} training images are too few to hold some out; set patience to 0.")
    parts = [train.items, train.labels, train.factors]
    return (
        Split(*(None if part is None else part[:-n] for part in parts)),  # type: ignore[arg-type]
        Split(*(None if part is None else part[-n:] for part in parts)),  # type: ignore[arg-type]
    )


def evaluate(state: TrainingState, plan: Plan, listener: Listener, clock: Clock, terms: dict[str, float]) -> None:
    """Evaluate the model, record the numbers and call the listener."""
    with clock.stopped(), plan.threads.excluded():
        # Not counted by the clock: images per second are those of training only.
        images = None if state.step == plan.total or state.final else CURVE_IMAGES
        labels = plan.test.labels
        measurement = measure(state.model, plan.test.items[:images], None if labels is None else labels[:images])
        check_finite(terms | {"distortion": measurement.distortion, "rate": measurement.rate or 0.0}, state.step)
        validation = None
        if plan.validation is not None and not state.final:
            validation = score(measure(state.model, plan.validation.items, plan.validation.labels))
            check_finite({"validation": validation}, state.step)
            state.record_validation(validation, plan.config)
        state.seconds = clock.seconds()
        record = {
            "step": state.step,
            "epoch": round(state.step / plan.batches.per_epoch, 3),
            **measurement.to_dict(),
            "beta": state.model.weight(state.step),
            "learning_rate": state.learning_rate,
            "images_per_second": round(clock.images_per_second(state.step, plan.config.batch_size), 1),
            "seconds": round(state.seconds, 3),
            "threads": plan.threads.used(),
            "validation": validation,
            "train": {name: round(value, 4) for name, value in terms.items()},
        }
        state.history = [earlier for earlier in state.history if earlier["step"] < state.step] + [record]
        listener.evaluated(state, record)


def score(measurement: Measurement) -> float:
    """What early stopping maximises: the ELBO, or −distortion where there is no rate."""
    return -measurement.distortion if measurement.elbo is None else measurement.elbo


def affordable(model: Model) -> int:
    """How many snapshots are saved unless a number is given: 24, or as many as fit into 20 MB; none where fewer than 4 do."""
    size = sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())
    count = min(SNAPSHOTS, SNAPSHOT_BYTES // max(1, size))
    return count if count >= FEWEST_SNAPSHOTS else 0


def beside_evaluations(steps: Collection[int], total: int, every: int, further: int) -> frozenset[int]:
    """These steps, moved to where there is an evaluation anyway: at 0, every `every` steps, and at the end. Of the steps before the first of them at
    most `further` stay, since each costs an evaluation of its own.
    """
    early = sorted(step for step in steps if 0 < step < every / 2)
    moved = {min(total, every * round(step / every)) for step in steps if every / 2 <= step < total}
    stay = early[:: -(-len(early) // further)] if early and further else []
    return frozenset(moved | set(stay) | ({0, total} & set(steps)))


def log_spaced(total: int, count: int) -> frozenset[int]:
    """`count` steps: 0, before any training, then evenly spaced on a log scale from 0.1% of the run to its end. Short runs have fewer."""
    if count == 0:
        return frozenset()
    if count == 1:
        return frozenset([total])
    return frozenset([0, *(round(step) for step in np.geomspace(total, max(1.0, total / 1000), count - 1))])


class Clock:
    """Seconds of training, including those before a resumption and excluding evaluations."""

    #: Seconds that the recent speed is of: long enough for an even number, and what other programs cost is soon in it, and soon over.
    RECENT = 20.0

    def __init__(self, state: TrainingState) -> None:
        self.start = self.last_report = time.perf_counter()
        self.paused_at: float | None = None
        self.before, self.first_step = state.seconds, state.step
        #: Seconds and step of the latest reports.
        self.reports = deque([(state.seconds, state.step)])

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
        """Since the start, or the resumption."""
        return self._speed((self.before, self.first_step), step, batch_size)

    def recent_images_per_second(self, step: int, batch_size: int) -> float:
        """Of the last `RECENT` seconds; to be called at each report."""
        now = self.seconds()
        self.reports.append((now, step))
        while len(self.reports) > 2 and now - self.reports[1][0] >= self.RECENT:
            self.reports.popleft()
        return self._speed(self.reports[0], step, batch_size)

    def _speed(self, since: tuple[float, int], step: int, batch_size: int) -> float:
        """since: seconds and step."""
        then, first = since
        return (step - first) * batch_size / max(1e-9, self.seconds() - then)

    def due(self) -> bool:
        """True a few times a second."""
        now = time.perf_counter()
        if now - self.last_report < 0.25:
            return False
        self.last_report = now
        return True
