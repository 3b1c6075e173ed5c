"""Shapes3D: a coloured object in a coloured room over the six factors of 3D Shapes, drawn on demand.

Design: 3D Shapes (Burgess & Kim 2018, https://github.com/deepmind/3d-shapes): floor, wall and object hue (10
each), 8 scales, 4 shapes and 15 orientations from −30° to 30° = 480,000 RGB images of 64×64, numbered in the
published order. The images are rendered here, not copies of the published pixels. A hue only multiplies
the light of its surface, so an image is a product of colours and of the light of each of the three surfaces in each pixel. The
light of the 480 geometries was ray-cast once, by `cast`, and ships as a file: rays take five seconds, reading a tenth of one, and
every machine has the same pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..cores import Threads
from .base import DataConfig, ImageData
from .procedural import Drawing, FactorSpace

SPACE = FactorSpace(
    names=("floor_hue", "wall_hue", "object_hue", "scale", "shape", "orientation"),
    sizes=(10, 10, 10, 8, 4, 15),
)
SHAPES = ("cube", "cylinder", "sphere", "capsule")
SCALES = torch.linspace(0.75, 1.25, 8)
ORIENTATIONS = torch.linspace(-math.pi / 6, math.pi / 6, 15)
SIDE = 64
DEFAULT_SIZE = 20_000
#: `cast` of every scale, as "lights", made by `write_lights`.
LIGHTS = Path(__file__).with_name("shapes3d_lights.npz")

_RAYS = 2 * SIDE  # two rays a pixel in each direction
_WALL = 5.2  # half the width of the room
_EYE = torch.tensor([0.0, 3.1, 6.4])
_LOOK_AT = torch.tensor([0.0, 0.85, 0.0])
_FIELD = 0.47  # tangent of half the field of view
_LIGHT = torch.nn.functional.normalize(torch.tensor([-0.5, 0.85, 0.55]), dim=0)
_MARCH_STEPS = 26  # of sphere tracing


def _distance(points: Tensor, shape: int, scale: float) -> Tensor:
    """Signed distance from points `(n, 3)` to the object, which stands in the middle of the floor. `(n,)`."""
    x, y, z = points.unbind(-1)
    flat = torch.hypot(x, z)
    if shape == 0:
        half = 0.82 * scale
        beyond = torch.stack([x.abs(), (y - half).abs(), z.abs()], -1) - half
        return beyond.clamp(min=0).norm(dim=-1) + beyond.amax(-1).clamp(max=0)
    if shape == 1:
        beyond = torch.stack([flat - 0.8 * scale, (y - 0.9 * scale).abs() - 0.9 * scale], -1)
        return beyond.clamp(min=0).norm(dim=-1) + beyond.amax(-1).clamp(max=0)
    if shape == 2:
        return torch.hypot(flat, y - scale) - scale
    radius = 0.68 * scale
    along = y.clamp(radius, 2.1 * scale - radius)
    return torch.hypot(flat, y - along) - radius


def _camera(angle: float) -> tuple[Tensor, Tensor]:
    """Eye `(3,)` and unit directions `(rays, 3)` of a camera turned by `angle` around the room's centre."""
    sin, cos = math.sin(angle), math.cos(angle)
    turn = torch.tensor([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])
    eye = turn @ _EYE
    forward = torch.nn.functional.normalize(_LOOK_AT - eye, dim=0)
    right = torch.nn.functional.normalize(torch.linalg.cross(forward, torch.tensor([0.0, 1.0, 0.0])), dim=0)
    up = torch.linalg.cross(right, forward)
    across = ((torch.arange(_RAYS) + 0.5) / _RAYS * 2 - 1) * _FIELD
    down, over = torch.meshgrid(-across, across, indexing="ij")
    rays = forward + over[..., None] * right + down[..., None] * up
    return eye, torch.nn.functional.normalize(rays.flatten(0, 1), dim=1)


def _room(eye: Tensor, rays: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """Light from floor and walls along each ray, `(rays,)` each; zero where the other surface is seen."""
    # The room stands on its corner: two walls meet behind the object.
    turned = torch.tensor([[math.sqrt(0.5), math.sqrt(0.5)], [math.sqrt(0.5), -math.sqrt(0.5)]])
    start, ahead = eye[[0, 2]] @ turned, rays[:, [0, 2]] @ turned
    to_walls = (torch.where(ahead > 0, _WALL * 1.5, -_WALL * 1.5) - start) / ahead
    to_wall, which = to_walls.min(1)
    to_floor = torch.where(rays[:, 1] < 0, -eye[1] / rays[:, 1], torch.inf)
    is_floor = to_floor < to_wall
    spot = eye + rays * to_floor.clamp(max=100)[:, None]
    from_shadow = torch.hypot(spot[:, 0] - 0.45 * scale, spot[:, 2] + 0.5 * scale) / (1.35 * scale)
    floor = 0.95 * (1 - 0.5 * torch.exp(-(from_shadow**4)))
    height = (eye[1] + rays[:, 1] * to_wall).clamp(0, 8) / 8
    wall = torch.where(which == 0, 0.95, 0.78) * (0.9 + 0.1 * height)
    return floor * is_floor, wall * ~is_floor


def _object(cameras: Sequence[tuple[Tensor, Tensor]], shape: int, scale: float) -> Tensor:
    """Light from the object along each ray of each camera, −1 where it is not visible: `(cameras, rays)`."""
    eyes, chosen, travelled, near = [], [], [], []
    for eye, rays in cameras:
        middle = torch.tensor([0.0, scale, 0.0]) - eye
        along = rays @ middle
        near.append((middle - rays * along[:, None]).norm(dim=1) < 1.5 * scale)  # no other ray can hit the object
        chosen.append(rays[near[-1]])
        travelled.append(along[near[-1]] - 1.5 * scale)
        eyes.append(eye.expand_as(chosen[-1]))
    eye, ray, distance = (
        torch.cat(eyes),
        torch.cat(chosen),
        torch.cat(travelled),
    )  # all cameras at once: fewer, larger operations
    for _ in range(_MARCH_STEPS):
        distance += _distance(eye + ray * distance[:, None], shape, scale)
    points = eye + ray * distance[:, None]
    hit = _distance(points, shape, scale) < 0.01
    steps = 1e-3 * torch.eye(3)
    slopes = [_distance(points + step, shape, scale) - _distance(points - step, shape, scale) for step in steps]
    normals = torch.nn.functional.normalize(torch.stack(slopes, -1), dim=1)
    light = 0.42 + 0.58 * (normals @ _LIGHT).clamp(min=0)
    seen = torch.full((len(cameras), _RAYS * _RAYS), -1.0)
    seen[torch.stack(near)] = torch.where(hit, light, -1.0)
    return seen


def cast(scale: int) -> Tensor:
    """The light of floor, wall and object, for all objects of one scale: `(4 shapes, 15 orientations, 3, 64, 64)` float16.

    In [0, 1]; each pixel is the mean of its four rays.
    """
    size = SCALES[scale].item()
    cameras = [_camera(angle.item()) for angle in ORIENTATIONS]
    room = torch.stack([torch.stack(_room(*camera, size)) for camera in cameras])  # (15, floor and wall, rays)
    lights = torch.empty(len(SHAPES), len(cameras), 3, SIDE, SIDE, dtype=torch.float16)
    for shape, light in enumerate(lights):
        seen = _object(cameras, shape, size)[:, None]  # (15, 1, rays)
        layers = torch.cat([room * (seen < 0), seen.clamp(min=0)], 1)
        light[:] = torch.nn.functional.avg_pool2d(layers.unflatten(2, (_RAYS, _RAYS)), 2)
    return lights


def write_lights() -> None:
    """Ray-cast all geometries into the file that ships."""
    with Threads(1):  # many small operations: beside another program, two threads took 20 times as long
        lights = torch.stack([cast(scale) for scale in range(len(SCALES))])
    np.savez_compressed(LIGHTS, lights=lights.numpy())


@cache
def _lights() -> Tensor:
    """The light of all geometries: `(8 scales, 4 shapes, 15 orientations, 3 surfaces, 64, 64)` float16."""
    with np.load(LIGHTS) as file:
        return torch.from_numpy(file["lights"])


@cache
def _colours() -> Tensor:
    """The ten hues `(10, 3)` in [0, 1], evenly around the circle."""
    hue = torch.arange(10)[:, None] / 10 * 6
    ramp = ((hue + torch.tensor([0.0, 4.0, 2.0])) % 6 - 3).abs() - 1
    return 0.12 + 0.88 * ramp.clamp(0, 1)


def render(factors: Tensor) -> Tensor:
    """Factor values `(n, 6)` int64, 0 … size − 1 → images `(n, 3, 64, 64)` uint8.

    Raises:
        DataError: factors of another shape, or a value out of range.
    """
    SPACE.check(factors)
    light = _lights()[*factors[:, 3:].unbind(1)].float()  # (n, 3 surfaces, 64, 64)
    tints = _colours()[factors[:, :3]]  # (n, 3 surfaces, RGB)
    return torch.einsum("nmhw,nmc->nchw", light, tints).mul_(255).round_().clamp_(0, 255).byte()


DRAWING = Drawing(SPACE, render, "shape", SHAPES)


def load(config: DataConfig, split: str) -> ImageData:
    """Distinct random combinations, see `Drawing.load`."""
    return DRAWING.load(config, split, DEFAULT_SIZE)
