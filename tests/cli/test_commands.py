import json
import subprocess
import sys

import numpy as np
import pytest

import vae_core
import vae_core.jobs
from vae_core.__main__ import main
from vae_core.datasets import sources
from vae_core.metrics.disentanglement import SCORES
from vae_core.models import families

TINY = [
    "--network",
    "mlp",
    "--hidden",
    "32",
    "--latent-dim",
    "4",
    "--epochs",
    "2",
    "--image-size",
    "8",
    "--snapshots",
    "0",
]


@pytest.fixture
def command(capsys, tmp_path):
    """Runs a command on a store of its own; its last line on stdout as JSON, with nothing else there."""

    def call(*words, store=tmp_path / "store"):
        assert main([*map(str, words), "--store", str(store), "--json"]) == 0
        captured = capsys.readouterr()
        (line,) = captured.out.splitlines()
        assert captured.err
        return json.loads(line)

    return call


def test_datasets_and_models_list_the_registries(command):
    assert [row["name"] for row in command("datasets")["datasets"]] == list(sources())
    rows = command("models")["models"]
    assert [row["name"] for row in rows] == list(families())
    assert "beta" in next(row for row in rows if row["name"] == "beta_vae")["settings"]


def test_train_reports_what_the_contract_names(command):
    row = command("train", "--dataset", "digits", "--model", "beta_vae", "--beta", "4", *TINY)
    assert set(row) == {"run", "path", "status", "epochs", "elbo", "distortion", "rate", "active_units", "images_per_second", "seconds"}  # fmt: skip
    assert row["status"] == "done"
    assert row["epochs"] == 2
    assert row["elbo"] == pytest.approx(-(row["distortion"] + row["rate"]))
    assert row["images_per_second"] > 0
    listed = command("runs")["runs"]
    assert listed[0]["run"] == row["run"]
    assert listed[0]["elbo"] == row["elbo"]


def test_the_cost_is_said_and_nothing_is_trained(command, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one = command("train", "--dataset", "digits", *TINY, "--cost")
    assert (one["runs"], command("runs")["runs"][0]["run"].split("/")[0]) == (1, "gallery")
    words = ("--dataset", "digits", "--betas", "1", "2", "--seeds", *map(str, range(50)))
    many = command("sweep", *words, *TINY, "--cost")
    assert many["runs"] == 100
    assert many["seconds"] > one["seconds"] > 0
    assert (tmp_path / "betascope" / "steps.json").exists()


def test_an_autoencoder_has_null_where_it_has_no_number(command):
    row = command("train", "--dataset", "digits", "--model", "autoencoder", *TINY)
    assert (row["elbo"], row["rate"]) == (None, None)
    assert row["distortion"] > 0


@pytest.mark.slow
def test_a_sweep_is_a_run_per_beta_and_seed(command):
    rows = command("sweep", "--dataset", "digits", "--betas", "1", "8", "--seeds", "0", "1", *TINY)["runs"]
    assert len(rows) == 4
    rates = [row["rate"] for row in rows]
    assert max(rates[2:]) < min(rates[:2]), "a larger β must lower the rate"
    assert rates[0] != rates[1]


def test_a_run_that_somebody_deletes_is_left_out_of_a_sweep(command, monkeypatch):
    train_alone = vae_core.jobs.train_group

    def train(runs, action):
        if runs[0].config.train.seed == 1:
            vae_core.Store(runs[0].path.parent).delete(runs[0].id)
        else:
            train_alone(runs, action)

    monkeypatch.setattr("vae_core.cli.sweep.train_group", train)
    words = ("--dataset", "digits", "--model", "vae", "--seeds", "0", "1", "2", "3", *TINY)
    swept = command("sweep", *words, "--executor", "together", "--pick", "udr")
    assert [row["status"] for row in swept["runs"]] == ["done", "deleted", "done", "done"]
    assert swept["picks"][0]["seeds"] == [0, 2, 3]


@pytest.mark.slow
def test_the_most_reproducible_seed_is_picked(command):
    words = ("--dataset", "digits", "--model", "vae", "--seeds", "0", "1", "2", *TINY)
    swept = command("sweep", *words, "--pick", "udr", "--jobs", "1")
    (found,) = swept["picks"]
    assert found["seeds"] == [0, 1, 2]
    assert found["runs"] == [row["run"] for row in swept["runs"]]
    rows = [[value for value in row if value is not None] for row in found["agreement"]]
    assert found["udr"] == pytest.approx([sum(row) / 2 for row in rows], abs=1e-5)
    assert found["udr"][found["runs"].index(found["picked"])] == max(found["udr"])
    assert command("pick", *reversed(found["runs"]))["picks"] == [found]


def test_evaluate_and_project(command, run):
    root = run.path.parent
    table = command("evaluate", run.id, "--iwae", "5", store=root)
    assert table["elbo"] == pytest.approx(-(table["distortion"] + table["rate"]))
    assert sum(table["rate_per_dim"]) == pytest.approx(table["rate"])
    assert table["iwae"] >= table["elbo"]
    assert {"active_units", "mse", "mae", "ssim"} <= set(table)
    assert command("evaluate", run.id, "--split", "train", store=root)["images"] == 1348
    assert command("project", run.id, "--method", "pca", store=root)["points"] == 449


@pytest.mark.slow
def test_measures_are_listed_and_checked(command):
    assert [row["name"] for row in command("metrics")["metrics"]] == list(SCORES)
    found = command("metrics", "--self-check")
    assert found["wrong"] == 0
    assert len(found["checks"]) > 45


def test_a_run_with_factors_is_measured(command):
    trained = command("train", "--dataset", "sprites", "--size", "600", "--model", "vae", *TINY)
    table = command("evaluate", trained["run"], "--metrics", "mig,modularity")
    assert 0 <= table["mig"] <= 1
    assert table["elbo"] < 0
    again = command("metrics", trained["run"], "--scores", "mig")
    assert again["mig"] == table["mig"]
    assert "gaussian_tc" in again
    low, high = table["intervals"]["mig"]
    assert low <= table["mig"] <= high
    beside = command("metrics", trained["run"], "--scores", "mig", "--of", "factors")
    assert beside["mig"] > 0.5
    assert "gaussian_tc" not in beside, "the run's own codes have it, the baseline's do not"


def test_samples_are_judged(command, monkeypatch):
    monkeypatch.setattr("vae_core.analysis.scores.generation.STEPS", 30)
    trained = command("train", "--dataset", "digits", "--model", "vae", *TINY)
    found = command("metrics", trained["run"], "--scores", "", "--features", "classifier")
    assert found["fid"] > 0
    assert found["features"] == "a small classifier of the labels of digits"


def test_a_map_of_a_run_that_is_conditioned_on_beta(command):
    trained = command("train", "--dataset", "digits", "--model", "multirate_vae", *TINY)
    assert command("project", trained["run"], "--method", "pca", "--at", "4")["points"] == 449


def test_queue_and_request(command, monkeypatch):
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: None)
    (queued,) = command("train", "--dataset", "digits", "--queue", *TINY)["runs"]
    assert queued["status"] == "queued"
    assert command("request", queued["run"], "cancel")["action"] == "cancel"
    assert command("runs")["runs"][0]["state"] == "cancelled"


def test_work_trains_what_is_queued(command, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("vae_core.runs.queue.start_worker", lambda store, device: None)
    command("train", "--dataset", "digits", "--queue", *TINY)
    assert main(["work", "--device", "cpu", "--store", str(tmp_path / "store")]) == 0
    capsys.readouterr()
    assert command("runs")["runs"][0]["state"] == "done"


def test_help_waits_for_nothing_heavy():
    """Neither the list of commands nor `import vae_core` loads torch; the first use of anything does."""
    words = "import sys, vae_core, vae_core.__main__, vae_core.cli; vae_core.cli.parser(['--help']); print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
    assert set(vae_core.__all__) == {name for names in vae_core.EXPORTS.values() for name in names}
    assert all(getattr(vae_core, name) is not None for name in vae_core.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = vae_core.nothing


def test_a_run_goes_out_and_comes_in(command, run, tmp_path):
    packed = tmp_path / "run.zip"
    assert command("export", run.id, "--run", packed, "--with-caches", store=run.path.parent)["files"] == [str(packed)]
    row = command("import", packed)
    assert (row["run"], row["known"]) == (run.id, False)
    assert vae_core.Run.open(tmp_path / "store" / run.id).evaluation() == run.evaluation()
    assert command("import", packed)["known"] is True


def test_a_model_is_applied(command, run, tmp_path):
    store = run.path.parent
    table = command("apply", "repair", run.id, "--small", 2, "--images", 8, "--starts", 2, "--steps", 5, store=store)
    assert {row["title"] for row in table["methods"]} >= {"Bicubic", "Nearest training image"}
    file, back = tmp_path / "some.bin", tmp_path / "back.npz"
    made = command("apply", "compress", run.id, file, "--images", 20, "--step", 2, store=store)
    assert made["bytes"] == file.stat().st_size
    assert command("apply", "expand", run.id, file, back, store=store)["images"] == 20
    with np.load(back) as arrays:
        assert arrays["images"].shape == (20, 8, 8, 1)
