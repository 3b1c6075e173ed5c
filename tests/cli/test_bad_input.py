"""Bad input is one sentence on stderr and exit code 2, and leaves nothing behind."""

import errno
import json
import os
import shutil

import numpy as np
import pytest

from vae_core.__main__ import main

TRAIN = ["train", "--dataset", "digits", "--network", "mlp", "--hidden", "8", "--image-size", "8", "--epochs", "1"]
CASES = {
    "unknown data set": (["train", "--dataset", "cats"], ["'cats'", "sprites", "mnist"]),
    "no data set": (["train"], ["--dataset"]),
    "unknown family": ([*TRAIN, "--model", "gan"], ["'gan'", "beta_vae"]),
    "negative beta": ([*TRAIN, "--beta", "-1"], ["--beta", "-1", "at least 0"]),
    "beta not a number": ([*TRAIN, "--beta", "nan"], ["--beta", "nan"]),
    "beta for a plain VAE": ([*TRAIN, "--model", "vae", "--beta", "4"], ["--beta 4", "beta_vae"]),
    "no latent dimension": ([*TRAIN, "--latent-dim", "0"], ["--latent-dim", "0", "at least 1"]),
    "batch larger than the data": ([*TRAIN, "--batch-size", "5000"], ["5000", "1348"]),
    "more images than there are": ([*TRAIN, "--size", "5000"], ["5000", "1797"]),
    "wrong type": ([*TRAIN, "--epochs", "many"], ["--epochs", "many"]),
    "unknown option": ([*TRAIN, "--warp", "9"], ["--warp"]),
    "unknown command": (["fly"], ["fly"]),
    "unknown device": ([*TRAIN, "--device", "tpu"], ["'tpu'", "auto"]),
    "unknown network": ([*TRAIN, "--network", "gnn"], ["'gnn'", "mlp"]),
    "unknown run": (["evaluate", "nobody"], ["'nobody'"]),
    "a run outside the store": (["evaluate", "../../etc"], ["../../etc"]),
    "nothing to import": (["import", "nowhere.zip"], ["'nowhere.zip'", "There is nothing at"]),
    "an import of something else": (["import", "README.md"], ["'README.md'", "is of no known kind", "export --run"]),
    "an import of a device": (["import", "/dev/zero"], ["'/dev/zero'", "is of no known kind"]),
    "a data set's name that no system takes": (["train", "--dataset", "é" * 300 + ".csv"], ["is not a path"]),
    "a file that no system takes": (["export", "gallery/digits-2d", "--csv", "x" * 300], ["cannot be opened"]),
    "an option that is a page long": ([*TRAIN, "--epochs", "9" * 5000], ["--epochs", " … "]),
    "an option that clears the screen": ([*TRAIN, "--\x1b[2J"], ["\\x1b[2J"]),
    "unknown score": (["evaluate", "gallery/digits-2d", "--metrics", "migg"], ["'migg'", "all, fast"]),
    "scores without factors": (["metrics", "gallery/digits-2d"], ["digits has no ground-truth factors"]),
    "codes of nobody": (["metrics", "gallery/sprites-beta-1", "--of", "ica"], ["--of 'ica'", "pca"]),
    "features that nobody has": (
        ["metrics", "gallery/digits-2d", "--scores", "", "--features", "vgg"],
        ["'vgg'", "classifier"],
    ),
    "no jobs at all": (["sweep", "--dataset", "digits", "--betas", "1", "2", "--jobs", "0"], ["--jobs 0"]),
    "a class that is not there": ([*TRAIN, "--leave-out", "77"], ["--leave-out 77", "0 to 9"]),
    "β of a model without it as an input": (
        ["project", "gallery/digits-2d", "--at", "4"],
        ["--at 4", "no β as an input"],
    ),
    "β beyond those of the training": (
        ["project", "gallery/digits-every-beta", "--at", "400"],
        ["--at 400", "0.1 to 100"],
    ),
    "unknown split": (["evaluate", "gallery/digits-2d", "--split", "all"], ["'all'", "test"]),
    "sweep with beta": (["sweep", "--dataset", "digits", "--betas", "1", "--beta", "2"], ["--betas"]),
    "two seeds to pick from": (
        ["sweep", "--dataset", "digits", "--seeds", "0", "1", "--pick", "udr"],
        ["--pick", "--seeds 3"],
    ),
    "a pick of what is not trained": (
        ["sweep", "--dataset", "digits", "--seeds", "0", "1", "2", "--pick", "udr", "--queue"],
        ["--queue"],
    ),
    "a pick without seeds": (["pick", "gallery/digits-2d"], ["3 or more runs"]),
    "betas of a family without": (
        ["sweep", "--dataset", "digits", "--model", "vae", "--betas", "1", "2"],
        ["--beta", "--model"],
    ),
    "negative beta in a sweep": (["sweep", "--dataset", "digits", "--betas", "1", "-2"], ["-2"]),
    "resume of nothing": (["train", "--resume", "nobody"], ["'nobody'"]),
    "resume of the gallery": (["train", "--resume", "gallery/digits-2d"], ["complete"]),
    "a codebook larger than the data": (
        [*TRAIN, "--model", "vq_vae", "--size", "100", "--batch-size", "20", "--codebook", "512"],
        ["--codebook 512", "75 training images"],
    ),
    "a schedule longer than the run": (
        [*TRAIN, "--schedule", "linear", "--warmup-steps", "500"],
        ["--warmup-steps 500", "run of 10 steps"],
    ),
    "features of nobody": ([*TRAIN, "--perceptual-weight", "1"], ["--perceptual-weight 1", "--perceptual"]),
    "features of a run that is not there": (
        [*TRAIN, "--perceptual-weight", "1", "--perceptual", "nowhere"],
        ["nowhere", "no trained run"],
    ),
    "too few dimensions for the layers": (
        [*TRAIN, "--model", "ladder_vae", "--levels", "3", "--latent-dim", "6"],
        ["--levels 3", "--latent-dim 7"],
    ),
    "a range of β without width": (
        [*TRAIN, "--model", "multirate_vae", "--beta-low", "5", "--beta-high", "5"],
        ["--beta-low 5", "--beta-high 5"],
    ),
    "a map in space of what is flat": (
        ["project", "gallery/digits-beta-1", "--method", "tsne", "--dims", "3"],
        ["--dims 3", "pca or umap"],
    ),
    "a map like one of other images": (
        ["project", "gallery/digits-beta-1", "--like", "gallery/sprites-beta-1"],
        ["--like 'gallery/sprites-beta-1'", "other images"],
    ),
    "an executor that is none": (
        ["sweep", "--dataset", "digits", "--betas", "1", "2", "--executor", "magic"],
        ["'magic'", "together"],
    ),
    "two damages at once": (
        ["apply", "repair", "gallery/digits-2d", "--hide", "left", "--noise", "0.3"],
        ["--hide", "--noise", "--small"],
    ),
    "squares that do not fill the image": (
        ["apply", "repair", "gallery/digits-2d", "--small", "5"],
        ["5 pixels", "2, 4, 8"],
    ),
    "a repair of indices": (["apply", "repair", "gallery/digits-codebook", "--hide", "top"], ["VQ-VAE", "indices"]),
    "a compressed file that is not there": (
        ["apply", "expand", "gallery/digits-2d", "nowhere.bin", "out.npz"],
        ["nowhere.bin", "cannot be read"],
    ),
    "a compressed file that is none": (
        ["apply", "expand", "gallery/digits-2d", "README.md", "out.npz"],
        ["no file of compressed images"],
    ),
    "more images of a class than there are": (
        ["apply", "augment", "gallery/digits-2d", "--per-class", "5000"],
        ["--per-class 5000", "training images"],
    ),
    "no file to expand": (["apply", "expand", "gallery/digits-2d"], ["0 files", "takes 2"]),
    "no such precision": ([*TRAIN, "--precision", "float8"], ["'float8'", "products"]),
    "an .npy that is not there": (["train", "--dataset", "./nowhere.npy"], ["nowhere.npy"]),
    "a folder that is not there": (["train", "--dataset", "./nowhere"], ["nowhere"]),
}


@pytest.fixture
def refused(capsys, tmp_path):
    """Runs a command that must be refused; returns its sentence."""

    def call(words, store=tmp_path / "store"):
        try:
            code = main([*words, "--store", str(store)])
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        assert code == 2
        assert captured.out == ""
        assert "Traceback" not in captured.err
        (sentence,) = captured.err.strip().splitlines()
        return sentence

    return call


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_sentence(refused, tmp_path, case):
    words, expected = CASES[case]
    sentence = refused(words)
    assert all(part in sentence for part in expected), sentence
    left = [path for path in (tmp_path / "store").glob("*") if not path.name.startswith(".")]
    assert left == [], "nothing was trained, so nothing may be left"


def test_labels_that_are_not_there(refused, tmp_path):
    np.savez(tmp_path / "own.npz", images=np.zeros((40, 16, 16), np.uint8))
    message = refused(
        ["train", "--dataset", str(tmp_path / "own.npz"), "--model", "conditional_vae", "--batch-size", "8"]
    )
    assert "--model 'conditional_vae': needs labels" in message
    assert "own.npz has none" in message
    assert "beta_vae" in message


def test_a_data_folder_that_cannot_be_read(refused, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "file"))
    assert str(tmp_path / "file") in refused(["train", "--dataset", "mnist"])


def test_a_store_that_cannot_be_written(refused, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert "store" in refused(TRAIN, store=tmp_path / "file")


def test_a_run_folder_edited_by_hand(refused, run, tmp_path):
    shutil.copytree(run.path, tmp_path / "store" / "mine")
    path = tmp_path / "store" / "mine" / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"model": config["model"] | {"latent_dim": -3}}))
    sentence = refused(["evaluate", "mine"])
    assert "'mine' is broken" in sentence
    assert "-3" in sentence


def test_a_full_disk(tmp_path, capsys, monkeypatch):
    def full(number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("vae_core.runs.files.os.fsync", full)
    assert main([*TRAIN, "--store", str(tmp_path / "store")]) == 2
    captured = capsys.readouterr()
    assert "No space left" in captured.err
    assert "Traceback" not in captured.err
