"""Processes in the background: they give way, and one worker is ready before it is needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import vae_core
from tests.conftest import QUICK
from tests.waiting import soon
from vae_core.config import ConfigError
from vae_core.jobs import configure
from vae_core.runs import launch, submit
from vae_core.runs.claims import waiting
from vae_core.runs.launch import Standby, start_worker
from vae_core.runs.machine import background

#: What Linux says of the session's niceness, where it shares cores among sessions first.
AUTOGROUP = Path("/proc/self/autogroup")
#: Stands for a worker: says how it was started, waits if it should, then says that it works.
WORKER = """
import sys
print(*sys.argv[1:], file=open(sys.argv[1], "a"), flush=True)
if "--wait" not in sys.argv or sys.stdin.readline():
    print("works", file=open(sys.argv[1], "a"), flush=True)
"""


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Workers are stand-ins that write into this file."""
    note = tmp_path / "note.txt"
    started: list[subprocess.Popen[Any]] = []

    def stand_in(command: list[str], **settings: Any) -> subprocess.Popen[Any]:
        process = subprocess.Popen([sys.executable, "-c", WORKER, str(note), *command[3:]], **settings)
        started.append(process)
        return process

    monkeypatch.setattr(launch, "background", stand_in)
    monkeypatch.setattr(launch, "RENEW", 0.0)
    yield note
    for process in started:
        if process.stdin and not process.stdin.closed:
            process.stdin.close()
        process.wait(60)


def lines(note: Path) -> list[str]:
    return note.read_text().splitlines() if note.exists() else []


def test_a_worker_that_waits_is_taken_and_replaced(store: vae_core.Store, note: Path) -> None:
    standby = Standby()
    assert not standby.begin(store, "cpu")
    standby.prepare(store, "auto")
    standby.prepare(store, "auto")
    soon(lambda: lines(note))
    (line,) = lines(note)
    assert line.endswith(f"work --store {store.root.resolve()} --device cpu --wait")
    assert not standby.begin(vae_core.Store(store.root / "other"), "cpu")
    assert not standby.begin(store, "cuda:0")
    assert standby.begin(store, "cpu")
    soon(lambda: "works" in lines(note))
    soon(lambda: len(lines(note)) == 3)  # the next one waits
    assert lines(note).count("works") == 1


def test_a_dead_one_is_not_relied_on(store: vae_core.Store, note: Path) -> None:
    standby = Standby()
    standby.prepare(store, "cpu")
    assert standby.worker
    standby.worker.kill()
    dead = standby.worker
    dead.wait()
    assert not standby.begin(store, "cpu")
    soon(lambda: standby.worker not in (None, dead))  # before the stand-ins are gone: it would start a real one


def test_without_one_a_worker_is_started(store: vae_core.Store, note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "STANDBY", Standby())
    start_worker(store, "auto")
    soon(lambda: "works" in lines(note))
    assert lines(note)[0].endswith("--device cpu"), "it does not wait"


@pytest.mark.slow
@pytest.mark.parametrize(("line", "state"), [("\n", "done"), ("", "queued")])
def test_a_real_one_waits_and_trains_or_ends_with_its_parent(
    store: vae_core.Store, line: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(configure("digits", **QUICK), state="queued")
    worker = background(
        [sys.executable, "-m", "vae_core", "work", "--store", str(store.root), "--device", "cpu", "--wait"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    output, _ = worker.communicate(line, timeout=300)
    assert worker.returncode == 0, output
    assert run.status()["state"] == state


@pytest.mark.skipif(sys.platform == "win32", reason="niceness is Unix's")
@pytest.mark.parametrize(("given", "amount"), [("", "10"), ("3", "3"), ("0", "0")])
def test_a_process_in_the_background_is_niced_and_has_its_own_session(
    monkeypatch: pytest.MonkeyPatch, given: str, amount: str
) -> None:
    monkeypatch.setenv("VAE_NICENESS", given)
    code = "import os; print(os.getsid(0) == os.getpid(), os.nice(0))"
    process = background([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    output, _ = process.communicate(timeout=60)
    assert output.split() == ["True", amount]


@pytest.mark.parametrize("given", ["20", "-1", "ten", "1.5", "٣"])
def test_a_niceness_that_is_none(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("VAE_NICENESS", given)
    with pytest.raises(ConfigError, match=f"VAE_NICENESS is '{given}'; a whole number from 0 to 19 is accepted."):
        background([sys.executable, "-c", ""])


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system does not group sessions")
def test_sessions_of_workers_are_niced(store: vae_core.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAE_NICENESS", "7")
    code = "import sys; sys.stdin.read(); print(open('/proc/self/autogroup').read())"
    processes: list[subprocess.Popen[str]] = []

    def stand_in(command: list[str], **settings: Any) -> subprocess.Popen[str]:
        ends = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        processes.append(background([sys.executable, "-c", code], **settings | ends))
        return processes[-1]

    monkeypatch.setattr(launch, "background", stand_in)
    for _ in range(3):  # at once
        launch._launch(store, "cpu")
    groups = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [group[-1] for group in groups] == ["7", "7", "7"]
    assert len({group[0] for group in groups}) == 3, "one for each"


def test_an_app_that_trains_nothing_leaves_its_queue_to_others(
    store: vae_core.Store, note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAE_WORKERS", "0")
    run = submit(store, configure("digits", **QUICK))
    elsewhere = store.create(replace(run.config, train=replace(run.config.train, device="cuda:99")), state="queued")
    standby = Standby()
    standby.prepare(store, "auto")
    assert standby.worker is None
    assert waiting(store, "cpu") == [run]
    assert elsewhere.status()["state"] == "queued", "another machine may have this device"
    assert not lines(note)
