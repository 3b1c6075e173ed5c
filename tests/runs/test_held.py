"""What is left of processes that were killed, and of two that want the same."""

import fcntl
import os
import shutil
import time

import pytest

import vae_core
from tests.conftest import QUICK
from tests.runs.test_execute import LONGER
from vae_core.analysis.cache import cached_numbers
from vae_core.cli.train import summary
from vae_core.jobs import configure, train_run
from vae_core.runs import BrokenRun, RunError, resume, submit, work
from vae_core.runs.files import write_bytes
from vae_core.runs.held import AGE, held, hold, remove_left_over


@pytest.fixture
def copy(run, store):
    """A finished run that may be damaged."""
    shutil.copytree(run.path, store.root / "copy")
    return store.open("copy")


def old(path):
    os.utime(path, (0, time.time() - 2 * AGE))
    return path


def left(folder, name):
    """A temporary file of a process that was killed two minutes ago."""
    (folder / name).write_bytes(b"half")
    return old(folder / name)


def test_only_what_is_old_and_held_by_nobody_is_left_over(tmp_path):
    young, dead, alive = (tmp_path / f".{name}.tmp" for name in ("young", "dead", "alive"))
    for path in (young, dead, alive):
        path.write_bytes(b"half")
    folder, dead_folder = tmp_path / ".new-1", tmp_path / ".new-2"
    for path in (folder, dead_folder):
        (path / "below").mkdir(parents=True)
    for path in (dead, alive, folder, dead_folder):
        old(path)
    with open(alive, "ab") as file, held(folder):
        hold(file.fileno())
        remove_left_over(tmp_path.iterdir())
    assert {path.name for path in tmp_path.iterdir()} == {young.name, alive.name, folder.name}


def test_the_next_write_of_a_file_removes_what_is_left_of_the_last(tmp_path):
    left(tmp_path, ".a.json.1-2.tmp")
    other = left(tmp_path, ".b.json.1-2.tmp")
    write_bytes(tmp_path / "a.json", b"{}")
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", other.name}


def test_a_store_is_cleaned_of_half_runs_and_temporary_files(copy, store):
    (copy.path / "resume").mkdir()  # of a process that was killed when the run was done
    left(copy.path / "cache", ".map-1.safetensors.1-2.tmp")
    for name in (".new-1", ".gone-1", "uploads/.new-2"):
        (store.root / name / "cache").mkdir(parents=True)
        old(store.root / name)
    store.clean()
    assert {path.name for path in store.root.iterdir()} == {"copy", "uploads"}
    assert not list((store.root / "uploads").iterdir())
    assert not (copy.path / "resume").exists()
    assert not list(copy.path.rglob(".*.tmp"))


def test_a_deletion_that_is_killed_leaves_no_half_run(copy, store, monkeypatch):
    monkeypatch.setattr("vae_core.runs.store.shutil.rmtree", lambda path: pytest.fail("killed"))
    with pytest.raises(pytest.fail.Exception):
        store.delete("copy")
    monkeypatch.undo()
    assert store.runs() == []
    for path in store.root.iterdir():
        old(path)
    store.clean()
    assert list(store.root.iterdir()) == []


def test_a_run_that_a_worker_has_claimed_is_not_deleted(copy, store, impatient):
    with copy.lock_file(".claim"), pytest.raises(RunError, match="is training"):
        store.delete("copy")
    store.delete("copy")
    with pytest.raises(RunError, match="There is no run"):
        store.delete("copy")


def test_a_deleted_run_stays_deleted(copy, store):
    """A map or a training that ends later does not make its folder again."""
    copy.weights_hash()
    computed = []
    shutil.copytree(copy.path, store.root / "other")
    other = store.open("other")

    def compute():
        store.delete("other")
        computed.append(True)
        return {"a": 1}

    assert cached_numbers(other, "thing", {}, compute) == {"a": 1}
    for write in (
        lambda: other.set_status(state="done"),
        lambda: other.lock,
        lambda: other.notes().write(other.path),
        lambda: write_bytes(other.path / "snapshots" / "1.safetensors", b"", other.path),
    ):
        with pytest.raises(RunError):
            write()
    assert computed
    assert [run.id for run in store.runs()] == ["copy"]
    assert not [run for run in store.runs() if isinstance(run, BrokenRun)]


def test_a_run_that_is_deleted_when_it_was_trained_has_no_summary(copy):
    (copy.path / "metrics.jsonl").unlink()
    with pytest.raises(RunError, match="was deleted"):
        summary(copy, "done", 1.0)


def test_the_resume_state_stays_until_the_status_says_done(store, monkeypatch):
    run = store.create(configure("digits", **QUICK))
    honest = vae_core.Run.set_status

    def set_status(self, **changes):
        if changes.get("state") == "done":
            assert (run.path / "resume" / "state.safetensors").exists()
        honest(self, **changes)

    monkeypatch.setattr(vae_core.Run, "set_status", set_status)
    assert train_run(run) == "done"
    assert not (run.path / "resume").exists()


def test_who_waited_for_a_run_that_is_complete_does_not_train_it_again(copy):
    weights = copy.weights_path.read_bytes()
    with pytest.raises(RunError, match="is complete"):
        train_run(copy)
    assert copy.weights_path.read_bytes() == weights


def test_of_two_resumes_one_wins(store, monkeypatch, always_due, impatient):
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: None)
    run = submit(store, configure("digits", **LONGER))
    assert train_run(run, lambda step, total, status: "pause") == "paused"
    with run.lock, pytest.raises(RunError, match="is running"):
        resume(store, run)
    assert run.status()["state"] == "paused"
    resume(store, run)
    with pytest.raises(RunError, match="is queued"):
        resume(store, run)


def test_a_dead_run_is_dead_for_two_who_look_at_once(copy):
    copy.set_status(state="running")
    with copy.lock:
        assert copy.is_alive()
    with open(copy.path / ".lock") as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # as another who looks
        assert not copy.is_alive()


def test_a_clock_that_is_set_back_does_not_stop_the_progress(store, monkeypatch, always_due):
    run = store.create(configure("digits", **LONGER))
    ticks = iter(range(10**9, 0, -3600))
    steps = []
    monkeypatch.setattr("vae_core.runs.run.time.time", lambda: float(next(ticks)))
    monkeypatch.setattr("vae_core.runs.recorder.time.monotonic", iter(range(10**6)).__next__)

    def on_progress(step, total, status):
        steps.append(run.status().get("step") == step)

    assert train_run(run, on_progress) == "done"
    assert all(steps)


def test_a_worker_ends_where_not_even_a_status_can_be_written(store, monkeypatch):
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: None)
    runs = [submit(store, configure("digits", name=name, **QUICK)) for name in ("one", "two")]

    def full(self, **changes):
        raise RunError("No space left on device.")

    monkeypatch.setattr(vae_core.Run, "set_status", full)
    tried = []

    def train(run):
        tried.append(run.id)
        train_run(run)

    work(store, "cpu", train)
    assert tried == [run.id for run in runs]
