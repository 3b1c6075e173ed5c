import zipfile

import numpy as np
import pytest
from PIL import Image

from vae_core.datasets import DataConfig, DataError, load

rng = np.random.default_rng(0)


def picture(path, shape):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(path)


@pytest.fixture
def folder(tmp_path):
    for index in range(12):
        picture(tmp_path / "mine" / ("cats" if index % 3 else "dogs") / f"{index}.png", (20, 30))
    return tmp_path / "mine"


def test_a_folder_with_classes(folder):
    data = load(str(folder))
    assert data.images.shape == (12, 1, 20, 20)
    assert data.class_names == ("cats", "dogs")
    assert sorted(data.labels.tolist()) == [0] * 8 + [1] * 4
    assert load(str(folder)).fingerprint == data.fingerprint


def test_a_zip_is_the_same_as_its_folder(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        for file in folder.rglob("*.png"):
            archive.write(file, file.relative_to(folder).as_posix())
    assert (load(str(tmp_path / "mine.zip")).images == load(str(folder)).images).all()


def test_one_coloured_image_makes_all_coloured_and_large_ones_small(tmp_path):
    for index in range(10):
        picture(tmp_path / f"{index}.jpg", (300, 200, 3) if index == 4 else (300, 200))
    data = load(f"{tmp_path}/")
    assert data.images.shape == (10, 3, 64, 64)
    assert data.labels is None


@pytest.mark.parametrize("layout", [(30, 16, 16), (30, 16, 16, 3), (30, 3, 16, 16), (30, 1, 16, 16)])
@pytest.mark.parametrize("floats", [False, True])
def test_arrays_of_any_layout(tmp_path, layout, floats):
    values = rng.random(layout)
    np.savez(tmp_path / "a.npz", images=values if floats else (values * 255).astype(np.uint8), labels=np.arange(30) % 3)
    data = load(DataConfig(str(tmp_path / "a.npz"), seed=5))
    assert data.images.shape == (30, 3 if 3 in layout else 1, 16, 16)
    assert sorted(data.labels.tolist()) == sorted(i % 3 for i in range(30))
    assert abs(data.images.float().mean().item() / 255 - values.mean()) < 0.01


def test_factors_come_along(tmp_path):
    np.savez(tmp_path / "a.npz", images=rng.random((20, 8, 8)), factors=np.stack([np.arange(20) % 2, np.arange(20)], 1), factor_names=["side", "age"])  # fmt: skip
    data = load(str(tmp_path / "a.npz"))
    assert data.factor_names == ("side", "age")
    assert data.factor_sizes == (2, 20)


BAD = {
    "no images": dict(pictures=rng.random((20, 8, 8))),
    "wrong shape": dict(images=rng.random((20, 8))),
    "five channels": dict(images=rng.random((20, 8, 8, 5))),
    "floats beyond one": dict(images=rng.random((20, 8, 8)) * 255),
    "not a number": dict(images=np.full((20, 8, 8), np.nan)),
    "integers": dict(images=np.zeros((20, 8, 8), np.int32)),
    "too few": dict(images=rng.random((3, 8, 8))),
    "labels do not fit": dict(images=rng.random((20, 8, 8)), labels=np.zeros(3)),
    "pickled": dict(images=np.array([{"a": 1}] * 20, dtype=object)),
}


@pytest.mark.parametrize("case", BAD)
def test_arrays_that_do_not_fit_are_reported(tmp_path, case):
    np.savez(tmp_path / "a.npz", **BAD[case])
    with pytest.raises(DataError) as raised:
        load(str(tmp_path / "a.npz"))
    assert "\n" not in str(raised.value)
    assert "a.npz" in str(raised.value)


@pytest.mark.parametrize("make", [
    lambda p: (p / "x").mkdir(),
    lambda p: ((p / "x").mkdir(), (p / "x" / "a.png").write_bytes(b"no image")),
    lambda p: (p / "x").write_bytes(b"no archive"),
    lambda p: None,
])  # fmt: skip
def test_a_path_without_images_is_reported(tmp_path, make):
    make(tmp_path)
    with pytest.raises(DataError, match="x"):
        load(f"{tmp_path}/x")
