"""Real runs that are killed, paused, cancelled, starved of disk, and taken up again."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import vae_core
from tests.conftest import ENDLESS, QUICK
from tests.waiting import soon
from vae_core.__main__ import main
from vae_core.jobs import configure, train_group, train_run
from vae_core.runs import RunError, request, resume, submit, work
from vae_core.runs.files import read_json, write_json
from vae_core.training import TrainingFailed

ROOT = Path(__file__).parents[2]
LONGER = QUICK | {"epochs": 4, "batch_size": 32}


# The command line in a process that is killed when it saves for the fifth time, on any machine at the same step.
KILLED = """
import os, signal, sys
from vae_core.__main__ import main
from vae_core.runs.recorder import Recorder
honest, saves = Recorder.{method}, []
def save(*arguments):
    saves.append(None)
    if len(saves) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    honest(*arguments)
Recorder.{method} = save
sys.exit(main())
"""


def command(*words, code=None):
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    line = [sys.executable, *(["-c", code] if code else ["-m", "vae_core"]), *map(str, words)]
    return subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "extra"),
    [
        ("evaluated", ("--network", "conv")),
        ("_write_history", ("--network", "mlp", "--patience", 40, "--lr-schedule", "plateau")),
    ],
)
def test_a_killed_run_resumes_to_the_very_same_weights(tmp_path, method, extra):
    """method: where it is killed, before anything of an evaluation is saved or when all but the history is."""
    settings = [
        "--dataset",
        "digits",
        "--image-size",
        16,
        "--beta",
        2,
        "--latent-dim",
        3,
        "--hidden",
        32,
        "--batch-size",
        16,
    ]
    settings += ["--epochs", 2, "--precision", "float32", "--snapshots", 0, "--name", "run", *extra]
    killed = command("train", *settings, "--store", tmp_path / "killed", code=KILLED.format(method=method))
    assert main([*map(str, ["train", *settings, "--store", tmp_path / "whole"])]) == 0
    _, errors = killed.communicate(timeout=300)
    assert killed.returncode == -signal.SIGKILL, errors
    assert vae_core.Store(tmp_path / "killed").open("run-1").status()["state"] == "paused"
    assert main(["train", "--resume", "run-1", "--store", str(tmp_path / "killed")]) == 0
    weights = [(tmp_path / name / "run-1" / "weights.safetensors").read_bytes() for name in ("whole", "killed")]
    assert weights[0] == weights[1]


def status_of(folder):
    return read_json(folder / "status.json") if (folder / "status.json").exists() else {}


@pytest.mark.slow
def test_ctrl_c_saves_says_so_and_can_be_resumed(tmp_path):
    process = command("train", "--dataset", "digits", "--image-size", 8, "--network", "mlp", "--epochs", ENDLESS["epochs"], "--precision", "float32", "--snapshots", 0, "--store", tmp_path, "--name", "run", "--json")  # fmt: skip
    soon(lambda: status_of(tmp_path / "run-1").get("step", 0) > 0)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert '"status": "cancelled"' in output.splitlines()[-1]
    run = vae_core.Store(tmp_path).open("run-1")
    assert run.status()["state"] == "cancelled"
    assert run.history()[-1]["step"] > 0
    run.model()


def test_cancel_and_resume_in_process(store, always_due):
    run = store.create(configure("digits", **LONGER))
    assert train_run(run, lambda step, total, status: "cancel" if step == 23 else None) == "cancelled"
    assert run.status()["state"] == "cancelled"
    assert run.history()[-1]["step"] == 23
    assert train_run(run) == "done"
    assert run.history()[-1]["step"] > 23
    assert not (run.path / "resume").exists()
    assert run.evaluation()["elbo"] < 0


def test_a_full_disk_fails_the_run_and_keeps_what_was_saved(store, monkeypatch):
    run = store.create(configure("digits", **LONGER))
    monkeypatch.setattr(
        "vae_core.training.loop.Clock.due", lambda self: False
    )  # else the clock decides what is written
    honest, writes = os.fsync, []

    def fsync(number):
        writes.append(number)
        if len(writes) in range(30, 33):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        honest(number)

    monkeypatch.setattr("vae_core.runs.files.os.fsync", fsync)
    with pytest.raises(RunError, match="No space left"):
        train_run(run)
    monkeypatch.undo()
    assert run.history()
    run.model()
    assert store.open(run.id).status()["state"] in ("failed", "paused")
    assert train_run(run) == "done"


def test_a_loss_that_is_no_number_fails_the_run_with_the_last_good_weights(store, monkeypatch):
    run = store.create(configure("digits", **LONGER))
    from vae_core.models import VAE

    honest = VAE.loss

    def loss(self, x, y, step):
        found = honest(self, x, y, step)
        return found if step < 60 else {name: value * float("nan") for name, value in found.items()}

    monkeypatch.setattr(VAE, "loss", loss)
    with pytest.raises(TrainingFailed):
        train_run(run)
    status = run.status()
    assert status["state"] == "failed"
    assert "no longer a number" in status["message"]
    assert all(parameter.isfinite().all() for parameter in run.model().parameters())


def test_the_queue_trains_oldest_first(store, monkeypatch):
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: None)
    monkeypatch.setattr("vae_core.runs.worker.slots", lambda device: 1)
    runs = [submit(store, configure("digits", name=name, **QUICK)) for name in ("one", "two", "three")]
    assert [run.status()["state"] for run in runs] == ["queued"] * 3
    request(runs[1], "cancel")
    assert runs[1].status()["state"] == "cancelled"
    order = []

    def train(run):
        order.append(run.id)
        states = [other.status()["state"] for other in runs]
        assert states.count("running") == 0
        work(store, "cpu", lambda other: pytest.fail("a second worker trained too"))
        if run.id.startswith("one"):
            run.set_status(state="failed", message="bad luck")
            raise RunError("bad luck")
        train_run(run)

    work(store, "cpu", train)
    assert order == [runs[0].id, runs[2].id]
    assert [run.status()["state"] for run in runs] == ["failed", "cancelled", "done"]


def test_a_second_worker_takes_the_next_run(store, monkeypatch):
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: None)
    monkeypatch.setattr("vae_core.runs.worker.slots", lambda device: 2)
    runs = [submit(store, configure("digits", name=name, **QUICK)) for name in ("one", "two", "three")]
    order = []

    def train(run):
        order.append(run.id)
        if run.id == runs[0].id:
            work(store, "cpu", train)  # a second worker: takes the others, the third finds no place
            work(store, "cpu", lambda other: pytest.fail("nothing is left to train"))
        run.set_status(state="done")

    work(store, "cpu", train)
    assert order == [run.id for run in runs]


def test_where_variants_pay_together_a_worker_takes_them_all(store, monkeypatch):
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: None)
    monkeypatch.setattr("vae_core.runs.worker.batches", lambda device: True)
    runs = [submit(store, configure("digits", "beta_vae", beta=beta, **QUICK)) for beta in (1.0, 2.0, 4.0)]
    other = submit(store, configure("digits", "vae", **QUICK))
    taken = []
    work(store, "cpu", None, lambda runs: (taken.append([run.id for run in runs]), train_group(runs)))
    assert taken == [[run.id for run in runs], [other.id]]
    assert {run.status()["state"] for run in [*runs, other]} == {"done"}


def test_many_runs_start_as_many_workers_as_there_is_room_for(store, monkeypatch):
    started = []
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: started.append(device))
    monkeypatch.setattr("vae_core.runs.queue.slots", lambda device: 2)
    for _ in range(5):
        submit(store, configure("digits", **QUICK))
    assert started == ["auto", "auto"]


def test_requests_reach_a_training_run_and_resume_queues_it_again(store, monkeypatch, always_due):
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: None)
    run = submit(store, configure("digits", **LONGER))

    def on_progress(step, total, status):
        if not (run.path / "request.json").exists():
            request(run, "pause")

    assert train_run(run, on_progress) == "paused"
    resume(store, run)
    assert run.status()["state"] == "queued"
    with pytest.raises(RunError, match="queued"):
        resume(store, run)
    work(store, "cpu", train_run)
    assert run.status()["state"] == "done"
    for act in (lambda: request(run, "cancel"), lambda: resume(store, run)):
        with pytest.raises(RunError, match="done"):
            act()


@pytest.mark.parametrize("key", ["action", "wish"])
def test_a_request_is_read_under_its_key_and_under_that_of_version_0_1_0(store, key):
    run = store.create(configure("digits", **ENDLESS))
    assert train_run(run, lambda *_: write_json(run.path / "request.json", {key: "pause"})) == "paused"
    assert not (run.path / "request.json").exists()


@pytest.mark.slow
def test_a_worker_outlives_whoever_started_it(store):
    code = (
        "import sys; from vae_core.jobs import configure; from vae_core.runs import Store, submit;"
        f"submit(Store({str(store.root)!r}), configure('digits', network='mlp', hidden=(16,), image_size=8, epochs=2))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    (run,) = store.runs()
    soon(lambda: run.status()["state"] in ("done", "failed"))
    assert run.status()["state"] == "done", run.status()["message"]


def test_the_precision_that_auto_came_to_is_named_and_kept(store, monkeypatch, always_due):
    found = iter(["products", "bfloat16"])
    monkeypatch.setattr("vae_core.training.loop.resolve_precision", lambda config, model, total: config if config.precision != "auto" else config.replace(precision=next(found)))  # fmt: skip
    run = store.create(configure("digits", **LONGER | {"precision": "auto"}))
    assert train_run(run, lambda step, total, status: "pause") == "paused"
    assert store.open(run.id).config.train.precision == "products"
    assert "products rounded" in run.status()["device"]
    resumed = store.open(run.id)
    assert train_run(resumed) == "done"
    assert store.open(run.id).config.train.precision == "products"


def test_only_one_process_trains_a_run(store, impatient):
    run = store.create(configure("digits", **QUICK))
    with run.lock, pytest.raises(RunError, match="another process"):
        train_run(run)
