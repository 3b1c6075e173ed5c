from itertools import pairwise

import pytest
import torch
from scipy import ndimage

from tests.loading import loaded_by
from vae_core.datasets import DataError, shapes3d, sprites
from vae_core.datasets.procedural import FactorSpace


def sweep(module, held, name, values=None):
    """Images as one factor goes through its values and the rest is held."""
    column = module.SPACE.names.index(name)
    values = torch.arange(module.SPACE.sizes[column]) if values is None else values
    factors = torch.tensor(held).repeat(len(values), 1)
    factors[:, column] = values
    return module.render(factors)


DRAWN = sprites.render(sprites.SPACE.sample(600, seed=0))


def test_sprites_are_binary_single_and_never_cut_off():
    assert set(DRAWN.unique().tolist()) == {0, 255}
    for image in DRAWN[:, 0].numpy():
        _, count = ndimage.label(image)
        assert count == 1
    border = torch.cat([DRAWN[..., 0, :], DRAWN[..., -1, :], DRAWN[..., :, 0], DRAWN[..., :, -1]])
    assert border.max() == 0


def test_the_space_is_that_of_dsprites():
    assert sprites.SPACE.sizes == (3, 6, 40, 32, 32)
    assert sprites.SPACE.count == 737_280
    assert sprites.SPACE.factors(torch.tensor([1]))[0].tolist() == [0, 0, 0, 0, 1], "the last factor moves fastest"


@pytest.mark.parametrize(("name", "axis"), [("position_x", 1), ("position_y", 0)])
@pytest.mark.parametrize("shape", [0, 1, 2])
def test_the_centre_moves_evenly_with_position(name, axis, shape):
    images = sweep(sprites, [shape, 5, 7, 16, 16], name)[:, 0].numpy()
    centres = [ndimage.center_of_mass(image) for image in images]
    steps = [b[axis] - a[axis] for a, b in pairwise(centres)]
    across = [b[1 - axis] - a[1 - axis] for a, b in pairwise(centres)]
    assert steps == pytest.approx([1.0] * 31)
    assert across == pytest.approx([0.0] * 31)


@pytest.mark.parametrize("shape", [0, 1, 2])
def test_the_area_grows_with_the_square_of_the_scale(shape):
    areas = (sweep(sprites, [shape, 0, 3, 16, 16], "scale") > 0).sum((1, 2, 3)).double()
    expected = torch.linspace(0.5, 1, 6).double().square() * areas[-1]
    assert torch.allclose(areas, expected, rtol=0.07)


def test_shapes_turn_as_shapes_do():
    """A full turn comes back; an ellipse after half a turn; a heart does not; a square after a quarter, not after an eighth."""
    turns = {shape: sweep(sprites, [shape, 5, 0, 16, 16], "orientation").bool() for shape in range(3)}
    for images in turns.values():
        assert torch.equal(images[0], images[39])
    ellipse = turns[1]
    assert (ellipse[0] ^ ellipse[20]).sum() < 0.15 * ellipse[0].sum()
    heart = turns[2]
    assert (heart[0] ^ heart[20]).sum() > 0.15 * heart[0].sum()
    square = turns[0]
    assert (square[0] ^ square[10]).sum() < 0.15 * square[0].sum()
    assert (square[0] ^ square[5]).sum() > 0.15 * square[0].sum()


@pytest.mark.parametrize("module", [sprites, shapes3d])
def test_a_draw_is_distinct_and_repeats(module):
    one, two = module.SPACE.sample(500, seed=1), module.SPACE.sample(500, seed=1)
    assert torch.equal(one, two)
    assert len(one.unique(dim=0)) == 500
    assert torch.equal(module.render(one[:20]), module.render(one[:20]))


@pytest.mark.parametrize(("module", "bad"), [(sprites, [[0, 6, 0, 0, 0]]), (sprites, [[0, -1, 0, 0, 0]]), (shapes3d, [[0, 0, 0, 0, 4, 0]]), (sprites, [[0, 0]])])  # fmt: skip
def test_a_factor_out_of_range_is_reported(module, bad):
    with pytest.raises(DataError):
        module.render(torch.tensor(bad))


HELD = [1, 4, 7, 5, 0, 9]


@pytest.mark.parametrize(("name", "place"), [("floor_hue", (60, 32)), ("wall_hue", (3, 10)), ("object_hue", (34, 32))])
def test_a_hue_tints_its_own_material_alone(name, place):
    images = sweep(shapes3d, HELD, name).int()
    at = images[:, :, place[0], place[1]]
    assert len(at.unique(dim=0)) == 10
    for other in {(60, 32), (3, 10), (34, 32)} - {place}:
        assert len(images[:, :, other[0], other[1]].unique(dim=0)) == 1


def test_shape_scale_and_orientation_show():
    for name, least in (("shape", 100), ("scale", 40), ("orientation", 40)):
        images = sweep(shapes3d, HELD, name).int()
        changed = [((a - b).abs().amax(0) > 20).sum() for a, b in pairwise(images)]
        assert min(changed) > least, name
    sizes = (
        (sweep(shapes3d, HELD, "scale").int() - sweep(shapes3d, [1, 4, 2, 5, 0, 9], "scale").int()).abs().amax(1) > 20
    ).sum((1, 2))
    assert (sizes.diff() > 0).all(), "larger scales cover more"


@pytest.mark.parametrize("scale", [0, 5])
def test_the_light_that_ships_is_what_is_cast(scale: int) -> None:
    cast, shipped = shapes3d.cast(scale).float(), shapes3d._lights()[scale].float()
    assert shipped.shape == cast.shape
    assert (cast - shipped).abs().max() <= 2**-11  # a step of float16 below 1: processors may differ in the last bit


def test_factors_are_numbered_with_the_last_moving_fastest() -> None:
    space = FactorSpace(("a", "b"), (2, 3))
    assert space.factors(torch.arange(6)).tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    assert space.factors(torch.arange(6)).dtype == torch.int64


def test_drawing_loads_no_library_of_symbols() -> None:
    """torch.unravel_index would: a second in every process that draws."""
    code = "from vae_core.datasets import DataConfig, load; load(DataConfig('shapes3d', size=20))"
    assert loaded_by(code, ("sympy",)) == "[]"
