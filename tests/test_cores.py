"""How many threads a loop takes: scripted readings of the machine in place of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

import vae_core
from tests.conftest import QUICK
from vae_core import cores as module
from vae_core.cores import LONGEST_PAUSE, TRIAL, WINDOW, Threads, Usage, cores, free_cores, quota, suggestion
from vae_core.jobs import configure, train_run
from vae_core.training import loop
from vae_core.training.state import TrainingState
from vae_core.training.steps import Plan

CALM, CONTESTED = 0.0, 300.0


def window(busy: float, idle: float = 0.0, lost: float = CALM) -> Usage:
    """A second in which this process had `busy` cores, `idle` were idle, and it lost one `lost` times."""
    return Usage(1.0, busy, idle, lost)


@pytest.mark.parametrize(
    ("number", "limit", "usage", "expected"),
    [
        (2, 2, window(2.0), 2),  # alone
        (2, 2, window(1.2, idle=0.8), 2),  # alone, and it waits for other things than cores
        (2, 2, window(1.0, lost=CONTESTED), 1),  # beside two busy loops
        (16, 16, window(15.1, lost=CONTESTED), 16),  # a tenth less is not worth a trial
        (16, 16, window(8.3, lost=CONTESTED), 8),
        (16, 16, window(0.9, lost=CONTESTED), 1),
        (1, 2, window(1.0), 1),  # nothing is idle
        (1, 2, window(1.0, idle=0.98), 2),
        (1, 2, window(0.6, lost=CONTESTED), 1),
        (4, 16, window(4.0, idle=7.6), 12),
        (1, 4, window(1.0, idle=math.nan), 4),  # unknown: only a trial can tell
    ],
)
def test_as_many_threads_are_tried_as_there_are_cores(number: int, limit: int, usage: Usage, expected: int) -> None:
    assert suggestion(number, limit, usage) == expected


class Machine:
    """A machine of four cores: `speed(threads)` steps a second, with the readings of its `usage(threads)`."""

    def __init__(self, speed: Callable[[int], float], usage: Callable[[int], Usage]) -> None:
        self.speed, self.usage, self.total, self.numbers = speed, usage, Usage(0.0, 0.0, 0.0, 0.0), list[int]()

    def now(self) -> Usage:
        return self.total

    def go_on(self, seconds: float) -> None:
        usage = self.usage(torch.get_num_threads())
        self.total = Usage(*(before + seconds * more for before, more in zip(self.total, usage, strict=True)))

    def run(self, threads: Threads, seconds: float) -> list[int]:
        """Steps for so long; the numbers of threads of the steps, without repetitions."""
        end, numbers = self.total.clock + seconds, list[int]()
        while self.total.clock < end:
            number = torch.get_num_threads()
            self.go_on(1 / self.speed(number))
            threads.step()
            numbers += [] if numbers[-1:] == [number] else [number]
        return numbers


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Machine], None]]:
    """Let `Threads` run on a machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)

    def use(machine: Machine) -> None:
        monkeypatch.setattr(module, "cores", lambda: 4)
        monkeypatch.setattr(Usage, "now", machine.now)
        monkeypatch.setattr(module.time, "perf_counter", lambda: machine.total.clock)

    yield use
    torch.set_num_threads(before)


def alone(number: int) -> Usage:
    return Usage(1.0, number, 4.0 - number, CALM)


def beside_three_others(number: int) -> Usage:
    return Usage(1.0, min(number, 1.0), 0.0, CONTESTED if number > 1 else CALM)


def test_alone_nothing_is_tried(on: Callable[[Machine], None]) -> None:
    machine = Machine(lambda number: 100.0 * number, alone)
    on(machine)
    with Threads() as threads:
        assert machine.run(threads, 60) == [4]
        assert threads.used() == (4, 4)


def test_beside_others_there_are_fewer_and_when_they_are_gone_all_again(on: Callable[[Machine], None]) -> None:
    machine = Machine(lambda number: 100.0 if number == 1 else 20.0, beside_three_others)
    on(machine)
    with Threads() as threads:
        assert machine.run(threads, 30) == [4, 1]
        assert threads.used() == (1, 4)
        machine.speed, machine.usage = lambda number: 100.0 * number, alone
        numbers = machine.run(threads, 2)
        assert (numbers[0], numbers[-1]) == (1, 4)
        assert torch.get_num_threads() == 4
        assert threads.used() == (1, 4)
    assert torch.get_num_threads() == 4


def test_what_does_not_pay_is_tried_ever_less(on: Callable[[Machine], None]) -> None:
    """Here fewer threads are slower although cores are lost."""
    machine = Machine(lambda number: 100.0 * number, lambda number: Usage(1.0, 2.4, 0.0, CONTESTED))
    on(machine)
    with Threads() as threads:
        machine.run(threads, 30)
        numbers = machine.run(threads, 10 * (WINDOW * LONGEST_PAUSE["fewer"] + TRIAL))
    assert 9 <= numbers.count(2) <= 11
    assert set(numbers) == {2, 4}


def test_more_threads_must_pay(on: Callable[[Machine], None]) -> None:
    """A small model is as fast with one: after the others are gone it stays there."""
    machine = Machine(lambda number: 100.0 if number == 1 else 20.0, beside_three_others)
    on(machine)
    with Threads() as threads:
        machine.run(threads, 2)
        machine.speed, machine.usage = lambda number: 100.0, alone
        numbers = machine.run(threads, 60)
        assert torch.get_num_threads() == 1
    assert numbers.count(4) < 8


def test_a_trial_of_fewer_that_failed_does_not_delay_more(on: Callable[[Machine], None]) -> None:
    machine = Machine(lambda number: 100.0 * number, lambda number: Usage(1.0, 2.4, 0.0, CONTESTED))
    on(machine)
    with Threads() as threads:
        machine.run(threads, 60)
        machine.speed, machine.usage = lambda number: 100.0 if number == 1 else 20.0, beside_three_others
        assert machine.run(threads, 4)[-1] == 1
        machine.speed, machine.usage = lambda number: 100.0 * number, alone
        assert machine.run(threads, 1)[-1] == 4


def test_a_fixed_number_stays(on: Callable[[Machine], None]) -> None:
    machine = Machine(lambda number: 100.0 if number == 1 else 20.0, beside_three_others)
    on(machine)
    with Threads(3) as threads:
        assert machine.run(threads, 10) == [3]
        assert threads.used() == (3, 3)
    assert torch.get_num_threads() == 4


def test_what_is_excluded_does_not_count(on: Callable[[Machine], None]) -> None:
    """Evaluations in which all cores are contested, between steps in which none is."""
    machine = Machine(lambda number: 100.0 * number, alone)
    on(machine)
    with Threads() as threads:
        for _ in range(50):
            assert machine.run(threads, 0.1) == [4]
            machine.usage = beside_three_others
            with threads.excluded():
                machine.go_on(1.0)
            machine.usage = alone


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {}, None),
        ("0::/\n", {"cpu.max": "max 100000"}, None),
        ("0::/\n", {"cpu.max": "150000 100000"}, 1.5),
        ("0::/a/b\n", {"a/cpu.max": "200000 100000", "a/b/cpu.max": "max 100000"}, 2.0),
        ("0::/a/b\n", {"a/cpu.max": "200000 100000", "a/b/cpu.max": "50000 100000"}, 0.5),
        ("4:memory:/x\n1:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ("1:cpu,cpuacct:/\n", {"cpu,cpuacct/cpu.cfs_quota_us": "300000", "cpu,cpuacct/cpu.cfs_period_us": "100000"}, 3),
        ("nonsense", {}, None),
    ],
)
def test_the_quota_of_a_container(tmp_path: Path, groups: str, files: dict[str, str], expected: float | None) -> None:
    (tmp_path / "cgroup").write_text(groups)
    for name, text in files.items():
        path = tmp_path / "fs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert quota(tmp_path / "cgroup", tmp_path / "fs") == expected


@pytest.mark.parametrize(("limit", "allowed", "expected"), [(None, 8, 8), (2.5, 8, 2), (0.5, 8, 1), (64.0, 8, 8)])
def test_cores_are_those_of_the_affinity_and_the_quota(
    monkeypatch: pytest.MonkeyPatch, limit: float | None, allowed: int, expected: int
) -> None:
    monkeypatch.setattr(module, "quota", lambda: limit)
    monkeypatch.setattr(module, "_allowed", lambda: set(range(allowed)))
    assert cores() == expected


def test_this_machine_can_be_read() -> None:
    assert quota(Path("/nowhere")) is None
    assert 1 <= free_cores() <= cores()
    start = Usage.now()
    sum(range(10**6))
    usage = Usage.now().since(start)
    assert usage.clock > 0
    assert usage.busy > 0
    assert usage.lost >= 0


def test_a_run_says_how_many_threads_it_had(store: vae_core.Store, on: Callable[[Machine], None]) -> None:
    run = store.create(configure("digits", threads=2, **QUICK))
    assert train_run(run) == "done"
    assert [record["threads"] for record in run.history()] == [[2, 2]] * len(run.history())
    assert run.status()["device"] == "CPU, 2 threads, float32"


def test_a_run_beside_others_says_so(
    store: vae_core.Store, on: Callable[[Machine], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(lambda number: 100.0 if number == 1 else 20.0, beside_three_others)
    step_function = loop.step_function

    def on_this_machine(state: TrainingState, plan: Plan) -> tuple[Callable[[int], dict[str, torch.Tensor]], str]:
        take_step, execution = step_function(state, plan)

        def step(number: int) -> dict[str, torch.Tensor]:
            machine.go_on(1 / machine.speed(torch.get_num_threads()))
            return take_step(number)

        return step, execution

    monkeypatch.setattr(loop, "step_function", on_this_machine)
    on(machine)
    run = store.create(configure("digits", "autoencoder", **QUICK | {"epochs": 20}))
    assert train_run(run) == "done"
    used = [record["threads"] for record in run.history()]
    assert used[0] == [4, 4]
    assert [1, 4] in used
    assert used[-1] == [1, 1]
    assert run.status()["device"] == "CPU, 1 to 4 threads, float32"
