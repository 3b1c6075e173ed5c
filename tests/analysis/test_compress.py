"""Compression: what is in the file comes back, near the entropy, and no damaged file gets through."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
import torch

import vae_core
from tests.conftest import QUICK
from vae_core.analysis.apply.compress import (
    CompressConfig,
    compress,
    compression_table,
    envelope,
    expand,
    psnr,
    resized,
    tiled,
    untiled,
)
from vae_core.analysis.apply.container import Compressed, CompressedError, Grid, from_bytes, overhead, to_bytes
from vae_core.analysis.codes.latents import latents_of
from vae_core.analysis.images.traversal import decode
from vae_core.training.batches import as_bytes


def gaussian(n=5000, dims=3, labels=None, classes=0):
    random = np.random.default_rng(0)
    grid = Grid(*(np.float32(part) for part in ([0.5, -1, 0], [1, 2, 0.5], [0.3, 0.3, 0.3])))
    mu = (grid.mean + grid.deviation * random.normal(size=(n, dims))).astype(np.float32)
    return Compressed("00ff" * 4, None, grid, grid.cells(mu), labels, classes), mu


def test_codes_come_back_within_half_a_step():
    found, mu = gaussian()
    again = from_bytes(to_bytes(found))
    assert (again.k == found.k).all()
    assert (again.weights, again.labels, again.beta) == ("00ff" * 4, None, None)
    assert (np.abs(again.grid.codes(again.k) - mu) <= 0.15001).all()


def test_the_file_is_as_long_as_the_entropy_of_its_cells():
    found, _ = gaussian()
    bits = sum(0.5 * np.log2(2 * np.pi * np.e * (deviation / 0.3) ** 2) for deviation in (1, 2, 0.5))
    wanted = 5000 * bits / 8
    assert len(to_bytes(found)) - overhead(3) == pytest.approx(wanted, rel=0.01)


def test_labels_come_back_at_their_entropy():
    labels = np.random.default_rng(1).integers(10, size=5000)
    found, _ = gaussian(labels=labels, classes=10)
    content = to_bytes(replace(found, beta=0.5))
    again = from_bytes(content)
    assert (again.labels == labels).all()
    assert again.beta == 0.5
    assert len(content) - len(to_bytes(gaussian()[0])) == pytest.approx(5000 * np.log2(10) / 8, rel=0.01)


def test_a_constant_code_takes_no_bits():
    grid = Grid(*(np.float32([part]) for part in (0, 1e-4, 1)))
    content = to_bytes(Compressed("00" * 8, None, grid, np.zeros((1000, 1), np.int32), None, 0))
    assert len(content) - overhead(1) < 12
    assert (from_bytes(content).k == 0).all()


def with_crc(content: bytes) -> bytes:
    return content + struct.pack("<I", zlib.crc32(content))


def test_no_damaged_file_gets_through():
    content = to_bytes(gaussian(50)[0])
    for wrong in (b"", b"x", content[:10], content[:-1], content + b"\0", b"PK\x03\x04" + content, content[:40] + b"\xff" + content[41:]):  # fmt: skip
        with pytest.raises(CompressedError):
            from_bytes(wrong)
    body = bytearray(content[:-4])
    for place, number in ((17, struct.pack("<I", 2**32 - 1)), (17, struct.pack("<I", 0)), (21, struct.pack("<H", 65535)), (25, struct.pack("<ii", 5, -5)), (33, struct.pack("<f", float("nan"))), (33 + 12, struct.pack("<f", 0)), (33 + 24, struct.pack("<f", float("inf")))):  # fmt: skip
        hostile = body.copy()
        hostile[place : place + len(number)] = number
        with pytest.raises(CompressedError, match="impossible"):
            from_bytes(with_crc(bytes(hostile)))
    assert from_bytes(with_crc(bytes(body))).k.shape == (50, 3)


def test_images_come_back_as_the_model_decodes_their_rounded_codes(run, digits, autoencoder_run):
    images = digits.test.images[:40]
    content = compress(run, images, None, 0.01)
    back, found = expand(run, content)
    fine = as_bytes(decode(run.model(), run.model().embed(images.float() / 255)))
    assert (back.int() - fine.int()).abs().max() <= 2
    assert found.k.shape == (40, 4)
    assert len(compress(run, images, None, 4.0)) < len(compress(run, images, None, 1.0)) < len(content)
    with pytest.raises(CompressedError, match="another model"):
        expand(autoencoder_run, content)
    assert len(expand(autoencoder_run, compress(autoencoder_run, images, None, 1.0))[0]) == 40


@pytest.fixture(scope="module")
def conditional(shared_store):
    return vae_core.train("digits", "conditional_vae", store=shared_store, **QUICK)


def test_a_conditional_model_decodes_each_image_in_its_class(conditional, digits):
    images, labels = digits.test.images[:30], digits.test.labels[:30]
    back, found = expand(conditional, compress(conditional, images, labels, 0.01))
    assert (found.labels == labels.numpy()).all()
    model = conditional.model()
    fine = as_bytes(decode(model, model.embed(images.float() / 255, labels), labels))
    assert (back.int() - fine.int()).abs().max() <= 2


def test_the_table_is_cached_and_has_every_format(run):
    table = compression_table(run, CompressConfig(images=64))
    assert list(table["curves"]) == ["Model", "JPEG", "WebP", "PNG"]
    sizes = [point[0] for point in table["curves"]["Model"]]
    assert sizes == sorted(sizes, reverse=True)
    assert table["curves"]["PNG"][-1][1] > 100
    assert table["bits_back"] == pytest.approx(latents_of(run).rate.sum(1).mean() / np.log(2))
    assert compression_table(run, CompressConfig(images=64), progress=lambda *_: pytest.fail("again")) == table


def test_sheets_and_envelopes():
    images = torch.randint(0, 256, (37, 3, 8, 8), dtype=torch.uint8)
    assert torch.equal(untiled(tiled(images), 37, 8), images)
    assert psnr(images, images) > 100
    assert resized(images, (4, 4)).shape == (37, 3, 4, 4)
    assert envelope([[3, 10, ""], [1, 5, ""], [2, 4, ""], [4, 12, ""]]) == [[1, 5, ""], [3, 10, ""], [4, 12, ""]]
