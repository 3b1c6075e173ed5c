"""What every set owes, over the embedded entries of the registry; and the public ones as far as they are here."""

import os
import re
from urllib.error import URLError

import numpy as np
import pytest
import torch

from tests.loading import loaded_by
from vae_core.datasets import DATASETS, DataConfig, DataError, load
from vae_core.datasets.public import is_here
from vae_core.datasets.public_sets import PUBLIC_SETS

EMBEDDED = [name for name, source in DATASETS.items() if not source.download]


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_set_is_one_uint8_tensor_with_a_split(name):
    data, source = load(DataConfig(name, size=100)), DATASETS[name]
    assert data.images.dtype == torch.uint8
    assert data.shape == source.shape
    assert len(data.images) == 100 == len(data.train) + len(data.test)
    assert len(data.class_names) == source.classes
    assert 0 <= data.labels.min() <= data.labels.max() < source.classes
    assert data.factor_names == source.factors
    if data.factors is not None:
        assert (data.factors < torch.tensor(data.factor_sizes)).all()
        assert (data.factors >= 0).all()


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_test_split_alone_is_the_same(name):
    whole, part = load(DataConfig(name, size=120, seed=3)), load(DataConfig(name, size=120, seed=3), split="test")
    assert torch.equal(whole.test.images, part.test.images)
    assert whole.fingerprint == part.fingerprint
    assert part.train_size == whole.n_train
    assert load(DataConfig(name, size=120, seed=4)).fingerprint != whole.fingerprint


@pytest.mark.parametrize("side", [8, 32, 128])
@pytest.mark.parametrize("name", EMBEDDED)
def test_any_set_comes_in_any_size(name, side):
    assert load(DataConfig(name, size=20, image_size=side)).images.shape[-2:] == (side, side)


@pytest.mark.parametrize("name", EMBEDDED)
def test_more_images_than_there_are_is_reported(name):
    with pytest.raises(DataError, match="at most"):
        load(DataConfig(name, size=10_000_000))


def test_an_unknown_name_is_reported_with_the_known_ones():
    with pytest.raises(DataError, match=r"'cats'.*sprites.*celeba"):
        load("cats")


def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    bunch = load_digits()
    data = load(DataConfig("digits", image_size=8))
    expected = {
        (tuple(np.rint(image.ravel() * 255 / 16).astype(int)), label)
        for image, label in zip(bunch.images, bunch.target, strict=True)
    }
    found = {
        (tuple(image.ravel().tolist()), label)
        for image, label in zip(data.images.numpy(), data.labels.tolist(), strict=True)
    }
    assert found == expected


@pytest.mark.skipif("VAE_DATA_DIR" not in os.environ, reason="VAE_DATA_DIR does not name a folder with MNIST")
def test_mnist_keeps_its_published_split():
    data = load("mnist")
    assert len(data.train) == 60_000
    assert len(data.test) == 10_000
    assert data.labels[:5].tolist() == [5, 0, 4, 1, 9]
    few = load(DataConfig("mnist", size=700))
    assert len(few.test) == 100


@pytest.fixture
def offline(monkeypatch):
    def refuse(*args, **kwargs):
        raise URLError(OSError(-2, "Name or service not known"))

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr("torchvision.datasets.utils.urllib.request.urlopen", refuse)


@pytest.mark.parametrize("name", [name for name, source in DATASETS.items() if source.download])
def test_missing_and_offline_is_one_sentence(name, tmp_path, monkeypatch, offline):
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError) as raised:
        load(name)
    message = str(raised.value)
    assert name in message
    assert "VAE_DATA_DIR" in message
    assert not re.search("urlopen|Errno", message)
    assert "\n" not in message


def test_a_set_is_known_to_be_here_by_a_file_that_torchvision_needs(tmp_path, monkeypatch):
    from torchvision import datasets

    idx = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST", "kmnist": "KMNIST"}
    files = {
        name: f"{kind}/raw/{getattr(datasets, kind).resources[3][0].removesuffix('.gz')}" for name, kind in idx.items()
    }
    files["emnist"] = "EMNIST/raw/emnist-balanced-test-labels-idx1-ubyte"
    files["cifar10"] = f"{datasets.CIFAR10.base_folder}/{datasets.CIFAR10.test_list[0][0]}"
    files["svhn"] = datasets.SVHN.split_list["test"][1]
    files["celeba"] = f"{datasets.CelebA.base_folder}/{datasets.CelebA.file_list[1][2]}"
    assert files == {name: published.file for name, published in PUBLIC_SETS.items()}
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path))
    for name, file in files.items():
        assert not is_here(name)
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
        assert is_here(name)
    assert is_here("sprites")
    assert is_here("my/folder")


def test_a_data_folder_that_is_a_file_is_reported(tmp_path, monkeypatch, offline):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(DataError, match="file"):
        load("mnist")


def test_digits_load_without_scikit_learn():
    assert loaded_by("from vae_core.datasets import load; load('digits')", ("sklearn", "scipy")) == "[]"


def written(folder, stem, values):
    """`values` uint8 as a file of MNIST's format."""
    header = bytes([0, 0, 8, values.ndim]) + b"".join(side.to_bytes(4, "big") for side in values.shape)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / stem).write_bytes(header + values.tobytes())


@pytest.mark.parametrize(("name", "folder", "stem"), [("mnist", "MNIST", "t10k"), ("fashion_mnist", "FashionMNIST", "t10k"), ("kmnist", "KMNIST", "t10k"), ("emnist", "EMNIST", "emnist-balanced-test")])  # fmt: skip
def test_files_of_mnists_format_are_read_as_torchvision_reads_them(name, folder, stem, tmp_path, monkeypatch, offline):
    from torchvision import datasets

    random = np.random.default_rng(0)
    published = PUBLIC_SETS[name]
    raw = tmp_path / folder / "raw"
    for part in (stem, stem.replace("t10k", "train").replace("-test", "-train")):  # torchvision wants both splits there
        written(raw, f"{part}-images-idx3-ubyte", random.integers(0, 256, (published.n_test, 28, 28), dtype=np.uint8))
        written(raw, f"{part}-labels-idx1-ubyte", random.integers(0, 10, published.n_test, dtype=np.uint8))
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path))
    data = load(name, split="test")
    split = {"split": "balanced"} if name == "emnist" else {}
    theirs = getattr(datasets, folder)(tmp_path, train=False, **split)
    images = theirs.data.transpose(1, 2) if name == "emnist" else theirs.data
    assert torch.equal(data.images[:, 0], images)
    assert data.labels.tolist() == theirs.targets.tolist()


@pytest.mark.parametrize(
    "content", [b"", b"\0\0\7\1\0\0\0\1\0", b"\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2\1\2\3", b"\0\0\10\3\0"]
)
def test_a_damaged_file_of_mnists_format_is_one_sentence(content, tmp_path, monkeypatch, offline):
    raw = tmp_path / "MNIST" / "raw"
    written(raw, "t10k-labels-idx1-ubyte", np.zeros(10_000, np.uint8))
    for stem in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"):
        (raw / stem).write_bytes(content)
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match=r"mnist in .* cannot be read .*delete its folder"):
        load("mnist", split="test")


@pytest.mark.skipif("VAE_DATA_DIR" not in os.environ, reason="VAE_DATA_DIR does not name a folder with MNIST")
def test_mnist_loads_without_torchvision():
    assert loaded_by("from vae_core.datasets import load; load('mnist', 'test')", ("torchvision",)) == "[]"
