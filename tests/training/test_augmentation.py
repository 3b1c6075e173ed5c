"""Random changes of training images: each as large as its setting says, each image its own, repeatable."""

from __future__ import annotations

import pytest
import torch

from vae_core.training import TrainConfig, fit
from vae_core.training.augmentation import SETTINGS, augmented, augments
from vae_core.training.batches import Batches
from vae_core.training.loop import Listener

CPU = torch.device("cpu")
FULL = dict(augment_shift=0.1, augment_rotate=20.0, augment_scale=0.2, augment_flip=True, augment_brightness=0.2, augment_noise=0.1)  # fmt: skip


def spot(count: int, row: int, column: int, side: int = 33) -> torch.Tensor:
    """Images with one bright square of 3×3 pixels around (row, column)."""
    images = torch.zeros(count, 1, side, side)
    images[:, :, row - 1 : row + 2, column - 1 : column + 2] = 1
    return images


def centres(images: torch.Tensor) -> torch.Tensor:
    """Centre of mass of each image, (row, column) from the middle in pixels."""
    side = images.shape[-1]
    mass = images.sum((1, 2, 3))
    places = torch.arange(side) - (side - 1) / 2
    rows = (images.sum((1, 3)) * places).sum(1) / mass
    columns = (images.sum((1, 2)) * places).sum(1) / mass
    return torch.stack([rows, columns], 1)


def test_nothing_is_changed_by_default():
    x = torch.rand(4, 3, 8, 8)
    assert not augments(TrainConfig())
    assert torch.equal(augmented(x, 0, TrainConfig()), x)


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_changes_images_and_stays_in_range(name):
    config = TrainConfig(**{name: FULL[name]})
    x = torch.rand(16, 3, 12, 12)
    y = augmented(x, 1, config)
    assert augments(config)
    assert not torch.equal(x, y)
    assert y.min() >= 0
    assert y.max() <= 1


def test_shifts_reach_as_far_as_requested():
    moved = centres(augmented(spot(400, 16, 16), 0, TrainConfig(augment_shift=0.2)))
    assert 0.9 * 6.6 < moved.abs().max() <= 6.6 + 0.1
    assert moved.mean(0).abs().max() < 0.6


def test_rotations_reach_as_far_as_requested():
    y, x = centres(augmented(spot(400, 16, 28), 0, TrainConfig(augment_rotate=30.0))).T
    angles = torch.rad2deg(torch.atan2(y, x))
    assert 27 < angles.abs().max() < 30.5
    assert torch.hypot(x, y).sub(12).abs().max() < 0.5


def test_scales_reach_as_far_both_ways():
    _, x = centres(augmented(spot(400, 16, 26), 0, TrainConfig(augment_scale=0.25))).T
    assert 10 * 1.25 * 0.97 < x.max() < 10 * 1.25 + 0.3
    assert 10 / 1.25 - 0.3 < x.min() < 10 / 1.25 * 1.03


def test_half_are_mirrored():
    _, x = centres(augmented(spot(400, 16, 26), 0, TrainConfig(augment_flip=True))).T
    assert x.abs().sub(10).abs().max() < 1e-3
    assert 150 < (x < 0).sum() < 250


def test_each_image_has_its_own_and_the_seed_repeats_it():
    x = spot(1, 16, 20).expand(8, -1, -1, -1)
    config = TrainConfig(**FULL)
    once, again, other = (augmented(x, seed, config) for seed in (3, 3, 4))
    assert torch.equal(once, again)
    assert not torch.equal(once, other)
    assert not torch.equal(once[0], once[1])


def test_a_batch_is_a_function_of_its_step(digits):
    def at(step: int, seed: int = 0) -> torch.Tensor:
        config = TrainConfig(**FULL)
        batches = Batches(digits.train, 16, seed, CPU, True, augment=lambda x, s: augmented(x, s, config))
        assert not batches.recordable
        return batches.at(step)[0]

    assert torch.equal(at(5), at(5))
    assert not torch.equal(at(5), at(6))
    assert at(5).is_contiguous(memory_format=torch.channels_last)


def test_training_sees_changed_images_and_evaluation_does_not(digits):
    from vae_core.models import MODELS, create

    class Seen(Listener):
        def evaluated(self, state, record):
            numbers.append(record["distortion"])

    numbers: list[float] = []
    for config in (TrainConfig(steps=3, lr=1e-9, threads=1), TrainConfig(steps=3, lr=1e-9, threads=1, **FULL)):
        fit(
            create("vae", MODELS["vae"].Config(shape=digits.shape, network="mlp", hidden=(16,))), digits, config, Seen()
        )
    half = len(numbers) // 2
    assert numbers[:half] == pytest.approx(numbers[half:], rel=1e-3)
