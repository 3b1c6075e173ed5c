"""One model trained by two processes: the curve of one process with the joint batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import vae_core
from tests.browser.serving import free_port
from vae_core.config import ConfigError
from vae_core.models import MODELS, create
from vae_core.training import TrainConfig
from vae_core.training.distributed import Group, check_shareable, joined, local_device

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SETTINGS = ["--network", "mlp", "--hidden", "32", "--latent-dim", "4", "--steps", "60", "--batch-size", "64", "--image-size", "8", "--snapshots", "0"]  # fmt: skip


#: Commands one after the other in one process, since a start takes longer than a refusal: their answers as JSON.
IN_TURN = """
import io, json, os, sys
from contextlib import redirect_stderr, redirect_stdout
from vae_core.__main__ import main
answers = []
for port, words in json.loads(sys.argv[1]):
    os.environ["MASTER_PORT"] = port
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()) as errors:
        code = main(words)
    answers.append((output.getvalue(), errors.getvalue(), code))
print(json.dumps(answers))
"""


def together(store, *commands, processes=2):
    """`torchrun` by hand: the same commands with who is who in the environment; of each, the answers of all processes."""
    words = ["train", "--dataset", "digits", "--store", str(store.root), "--json"]
    plan = json.dumps([(str(free_port()), [*words, *command]) for command in commands])
    everyone = []
    for rank in range(processes):
        place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "OMP_NUM_THREADS": "1"}  # fmt: skip
        everyone.append(subprocess.Popen([sys.executable, "-c", IN_TURN, plan], cwd=ROOT, env=os.environ | place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))  # fmt: skip
    ended = [(*process.communicate(timeout=600), process.returncode) for process in everyone]
    assert [code for *_, code in ended] == [0] * processes, ended
    return list(zip(*(json.loads(output.splitlines()[-1]) for output, *_ in ended), strict=True))


def test_the_curve_is_that_of_one_process_with_the_joint_batch(store: vae_core.Store) -> None:
    (answers,) = together(store, ["--model", "autoencoder", *SETTINGS])
    assert [code for *_, code in answers] == [0, 0], answers
    (run,) = store.runs()
    assert run.status()["state"] == "done"
    assert "2 processes" in run.status()["device"]
    alone = vae_core.train("digits", "autoencoder", store=store, network="mlp", hidden=(32,), latent_dim=4, steps=60, batch_size=64, image_size=8, snapshots=0)  # fmt: skip
    ours, theirs = ([record["distortion"] for record in one.history()] for one in (run, alone))
    assert len(ours) == len(theirs) > 10
    assert ours == pytest.approx(theirs, rel=1e-4)
    losses, single = ([record["train"]["loss"] for record in one.history()[1:]] for one in (run, alone))
    assert losses == pytest.approx(single, rel=1e-3)


def test_a_variational_model_too_but_for_its_noise(store: vae_core.Store) -> None:
    (answers,) = together(store, ["--model", "beta_vae", "--beta", "2", *SETTINGS])
    assert [code for *_, code in answers] == [0, 0], answers
    summary = json.loads(answers[0][0].splitlines()[-1])
    alone = vae_core.train("digits", "beta_vae", beta=2.0, store=store, network="mlp", hidden=(32,), latent_dim=4, steps=60, batch_size=64, image_size=8, snapshots=0)  # fmt: skip
    assert summary["elbo"] == pytest.approx(alone.evaluation()["elbo"], rel=0.02)


def test_what_cannot_be_shared_is_one_sentence(store: vae_core.Store) -> None:
    indivisible = ["--model", "vae", *SETTINGS, "--batch-size", "63"]
    answers, unknown = together(store, indivisible, ["--resume", "nobody"])
    assert [code for *_, code in answers] == [2, 2]
    assert "--batch-size 63" in answers[0][1]
    assert "Traceback" not in answers[0][1]
    assert [code for *_, code in unknown] == [2, 2]
    assert "nobody" in unknown[0][1]
    assert unknown[1][1].splitlines()[-1] == "The first process did not start a run; its output has the reason."
    assert "Traceback" not in unknown[1][1]
    model = create("vae", MODELS["vae"].Config(shape=(1, 8, 8), network="mlp"))
    with pytest.raises(ConfigError, match="early stopping"):
        check_shareable(model, TrainConfig(patience=2), Group(0, 2))


def test_alone_nothing_is_different(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined() as group:
        assert group == Group()
    rows, terms = torch.arange(6), {"loss": torch.ones(())}
    assert group.leads
    assert torch.equal(group.part(rows), rows)
    assert group.mean(terms) is terms
    assert group.broadcast("pause") == "pause"
    assert local_device("auto", Group(1, 2)) == ("cuda:0" if torch.cuda.is_available() else "auto")
    assert torch.equal(Group(1, 2).part(rows), torch.tensor([3, 4, 5]))
