"""What every set owes, over the embedded entries of the registry; and the public ones as far as they are here."""

import os
import re
import subprocess
import sys
from urllib.error import URLError

import numpy as np
import pytest
import torch

from vae_core.datasets import DATASETS, DataConfig, DataError, load

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


def test_a_data_folder_that_is_a_file_is_reported(tmp_path, monkeypatch, offline):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(DataError, match="file"):
        load("mnist")


def test_digits_load_without_scikit_learn():
    code = (
        "import sys; from vae_core.datasets import load; load('digits'); print({'sklearn', 'scipy'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
