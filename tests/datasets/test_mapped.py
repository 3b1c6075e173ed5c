"""An .npy stays on the disk: a set larger than the memory trains."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_core.datasets import DataConfig, DataError, load

ROOT = Path(__file__).parents[2]


def saved(path, array):
    np.save(path, array)
    return str(path)


@pytest.mark.parametrize("shape", [(40, 8, 8), (40, 8, 8, 3), (40, 3, 8, 8)])
def test_it_is_the_file_in_its_order(tmp_path, shape):
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    data = load(saved(tmp_path / "a.npy", array))
    assert data.shape == ((1, 8, 8) if len(shape) == 3 else (3, 8, 8))
    assert (data.n_train, len(data.test)) == (36, 4)
    wanted = array[:, None] if len(shape) == 3 else array.transpose(0, 3, 1, 2) if shape[-1] == 3 else array
    assert np.array_equal(data.images.numpy(), wanted)
    assert load(DataConfig(str(tmp_path / "a.npy"), size=20)).n_train == 18
    assert load(str(tmp_path / "a.npy"), "test").fingerprint == data.fingerprint


def test_labels_lie_beside_it(tmp_path):
    path = saved(tmp_path / "a.npy", np.zeros((30, 8, 8), np.uint8))
    np.save(tmp_path / "a-labels.npy", np.arange(30) % 3)
    data = load(path)
    assert data.class_names == ("0", "1", "2")
    assert torch.equal(data.test.labels, torch.tensor([0, 1, 2]))
    np.save(tmp_path / "a-labels.npy", np.arange(29))
    with pytest.raises(DataError, match="30 labels"):
        load(path)


@pytest.mark.parametrize(
    ("array", "settings", "says"),
    [
        (np.zeros((20, 8, 8), np.float32), {}, "must be uint8"),
        (np.zeros((20, 8, 9), np.uint8), {}, "squares"),
        (np.zeros((20, 200, 200), np.uint8), {}, "squares"),
        (np.zeros((20, 8), np.uint8), {}, "shape"),
        (np.zeros((5, 8, 8), np.uint8), {}, "at least 10"),
        (np.zeros((20, 8, 8), np.uint8), {"image_size": 16}, "--image-size 16"),
        (np.zeros((20, 8, 8), np.uint8), {"size": 21}, "--size 21"),
    ],
)
def test_what_does_not_fit_is_one_sentence(tmp_path, array, settings, says):
    path = saved(tmp_path / "a.npy", array)
    with pytest.raises(DataError, match=says):
        load(DataConfig(path, **settings))


def test_a_broken_file_is_one_sentence(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY nothing of the kind")
    with pytest.raises(DataError, match="cannot be read"):
        load(str(tmp_path / "a.npy"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="sparse files and limits are those of Linux")
def test_a_set_larger_than_the_memory_allowed_trains(tmp_path):
    """Six gigabytes of image file, of which the disk holds nothing, where a process may have two and a half."""
    np.lib.format.open_memmap(tmp_path / "big.npy", mode="w+", dtype=np.uint8, shape=(6_000_000, 32, 32)).flush()
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_DATA, (2_600_000_000, 2_600_000_000))
import vae_core
run = vae_core.train({str(tmp_path / "big.npy")!r}, "beta_vae", store=vae_core.Store({str(tmp_path / "store")!r}),
    network="mlp", hidden=(16,), latent_dim=2, steps=10, batch_size=16, snapshots=0)
print(run.status()["state"])
try:
    bytearray(3_000_000_000)
except MemoryError:
    print("the limit holds")
"""
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert found.stdout.split("\n")[:2] == ["done", "the limit holds"], found.stderr[-2000:]
