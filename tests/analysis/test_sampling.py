"""New images: what they are drawn from, what lies nearest to them, and the files they go into."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

import vae_core
from vae_core.analysis import around, decode, draw, latents_of, nearest, to_npz, to_zip
from vae_core.config import ConfigError
from vae_core.datasets import DataConfig, load


@pytest.fixture(scope="module")
def classes(shared_store: vae_core.Store) -> vae_core.Run:
    return vae_core.train("digits", "conditional_vae", store=shared_store, name="by-class", network="mlp", hidden=(16,), latent_dim=3, image_size=8, epochs=1, snapshots=0)  # fmt: skip


def test_a_temperature_scales_the_draw(run: vae_core.Run):
    model = run.model()
    one, cold = draw(model, 50, seed=3), draw(model, 50, 0.5, seed=3)
    assert torch.allclose(cold.z, 0.5 * one.z)
    assert torch.equal(one.images, decode(model, one.z))
    assert torch.equal(one.z, draw(model, 50, seed=3).z)
    assert not torch.equal(one.z, draw(model, 50, seed=4).z)
    mean = draw(model, 3, 0.0)
    assert torch.allclose(mean.images, decode(model, torch.zeros(3, mean.z.shape[1])))


def test_classes_are_those_requested(classes: vae_core.Run):
    model = classes.model()
    assert draw(model, 12).labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    sevens = draw(model, 5, label=7)
    assert sevens.labels.tolist() == [7] * 5
    assert torch.allclose(sevens.images, decode(model, sevens.z, 7))
    codes = latents_of(classes)
    near = around(model, codes, 4, 0.2, 6)
    assert near.labels.tolist() == [int(codes.labels[4])] * 6


def test_variations_lie_around_the_image(run: vae_core.Run):
    codes = latents_of(run)
    found = around(run.model(), codes, 7, 0.5, 2000)
    away = found.z - torch.from_numpy(codes.mu[7])
    assert away.mean(0).abs().max() < 0.05
    assert away.std(0).numpy() == pytest.approx(0.5, abs=0.05)
    assert torch.allclose(around(run.model(), codes, 7, 0.0, 2).z, torch.from_numpy(codes.mu[[7, 7]]))


@pytest.mark.parametrize(
    ("invalid", "sentence"),
    [
        (lambda model, codes: draw(model, 0), "0 samples: must be from 1"),
        (lambda model, codes: draw(model, 5, -1.0), "A temperature of -1"),
        (lambda model, codes: around(model, codes, 10**6, 0.1, 4), "Test image 1000000"),
        (lambda model, codes: around(model, codes, 0, 9.0, 4), "A spread of 9"),
    ],
)
def test_what_is_out_of_range_is_reported(run: vae_core.Run, invalid, sentence: str):
    with pytest.raises(ConfigError, match=sentence):
        invalid(run.model(), latents_of(run))


def test_a_learnt_prior_has_no_temperature(shared_store: vae_core.Store):
    run = vae_core.train("digits", "vampprior_vae", store=shared_store, name="vamp", network="mlp", hidden=(8,), latent_dim=2, image_size=8, epochs=1, snapshots=0)  # fmt: skip
    assert len(draw(run.model(), 4)) == 4
    with pytest.raises(ConfigError, match="it has no temperature"):
        draw(run.model(), 4, 0.7)


def test_the_nearest_image_is_the_nearest():
    training = torch.randint(0, 256, (5000, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    images = torch.rand(20, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    images[3] = training[4321].float() / 255
    seen: list[int] = []
    rows, away = nearest(images, training, lambda done, total: seen.append(done))
    apart = (images[:, None] - training[None].float() / 255).square().flatten(2).mean(2).sqrt()
    assert rows.tolist() == apart.argmin(1).tolist()
    assert away.numpy() == pytest.approx(apart.min(1).values.numpy(), abs=1e-3)
    assert rows[3] == 4321
    assert seen == [2000, 4000, 5000]


def test_files_hold_the_images(classes: vae_core.Run, tmp_path):
    found = draw(classes.model(), 30)
    pixels = (found.images[:, 0] * 255).round().byte().numpy()
    arrays = np.load(io.BytesIO(to_npz(found)))
    assert (arrays["images"][..., 0] == pixels).all()
    assert np.allclose(arrays["z"], found.z)
    assert arrays["labels"].tolist() == found.labels.tolist()
    (tmp_path / "made.npz").write_bytes(to_npz(found))
    assert len(load(DataConfig(str(tmp_path / "made.npz"))).images) == 30, "what was made can be trained on"
    with zipfile.ZipFile(io.BytesIO(to_zip(found))) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        assert len(names) == 30
        assert names[13] == "3/00013.png"
        assert (np.asarray(Image.open(archive.open(names[13]))) == pixels[13]).all()
        table = archive.read("codes.csv").decode().splitlines()
    assert table[0] == "image,z0,z1,z2"
    assert [float(part) for part in table[14].split(",")[1:]] == pytest.approx(found.z[13].tolist(), rel=1e-4)
