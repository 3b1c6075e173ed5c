"""Compression of images by a model, beside JPEG, WebP and PNG: bytes of real files, and what comes back of them."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ...config import Config, ConfigError, setting
from ...models import Model
from ...runs import Run
from ...training.batches import as_bytes
from ..cache import cache_path, cached_numbers
from ..codes.latents import encode_images, latents_of
from ..images.traversal import decode
from .container import Compressed, CompressedError, Grid, from_bytes, overhead, to_bytes
from .repair import decibels

#: Steps of the curve, in posterior deviations.
STEPS = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
QUALITIES = (1, 5, 10, 20, 35, 50, 75, 90)
#: Grey levels of each channel that PNG is tried with.
LEVELS = (2, 4, 8, 16, 256)
#: Factors by which images are shrunk before JPEG and WebP, and enlarged after.
SHRINKS = (1, 2, 4)
#: Images in a row of a sheet.
COLUMNS = 32
#: Images whose own files are measured.
ALONE = 32


@dataclass(frozen=True)
class CompressConfig(Config):
    """How many test images go into one file, and how coarse the grid of their codes is."""

    images: int = setting(512, "Test images", low=1, high=100_000)
    step: float = setting(1.0, "Side of a cell of the grid, in posterior deviations", low=0.01, high=100.0)


def compress(run: Run, images: Tensor, labels: Tensor | None, step: float) -> bytes:
    """uint8 images `(N, C, H, W)`, with their classes for a conditional model → a file that `expand` decodes.

    Raises:
        ConfigError: a model whose codes are indices. RunError: no weights.
    """
    model = _continuous(run.model())
    y = labels if model.conditional else None
    grid = Grid.of(latents_of(run), step)
    k = grid.cells(encode_images(model, images, labels)["mu"].numpy())
    classes = model.config.classes if model.conditional else 0
    return to_bytes(
        Compressed(run.weights_hash(), run.requested_beta, grid, k, None if y is None else y.numpy(), classes)
    )


def expand(run: Run, content: bytes) -> tuple[Tensor, Compressed]:
    """A file → images `(N, C, H, W)` uint8, and what was in it.

    Raises:
        CompressedError: a damaged file, or one of another model.
    """
    found = from_bytes(content)
    model = _continuous(run.at_beta(found.beta).model() if run.config.model.betas else run.model())
    if found.weights != run.weights_hash() or found.k.shape[1] != model.config.code_width:
        raise CompressedError(f"The file was compressed with another model than {run.id!r}: only the same weights decode it.")  # fmt: skip
    labels = None if found.labels is None else torch.from_numpy(found.labels)
    codes = torch.from_numpy(found.grid.codes(found.k))
    parts = [
        as_bytes(decode(model, codes[start : start + 500], None if labels is None else labels[start : start + 500]))
        for start in range(0, len(codes), 500)
    ]
    return torch.cat(parts), found


def compression_table(run: Run, config: CompressConfig, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:  # fmt: skip
    """Rate–distortion of the model and of JPEG, WebP and PNG on the first test images; cached.

    curves: name → points `[bytes per image, PSNR in dB of the mean squared error, setting]`; all images are one file, so that
    headers hardly count. alone: rows `[name, bytes of one image's own file, PSNR]`. header: bytes of the model's header. bits_back:
    bits per image that bits-back coding would take at the model's distortion: its rate over ln 2; None without a rate.

    Raises:
        ConfigError: a model whose codes are indices. DataError, RunError: no data or weights.
    """
    return cached_numbers(run, "compress", asdict(config), lambda: _table(run, config, progress))


def is_cached(run: Run, config: CompressConfig) -> bool:
    """Whether `compression_table` has its numbers already."""
    return cache_path(run, "compress", asdict(config)).exists()


def _table(run: Run, config: CompressConfig, progress: Callable[[int, int], None] | None) -> dict[str, Any]:
    model = _continuous(run.model())
    test = run.data("test").test
    images = test.images[: config.images]
    labels = None if test.labels is None else test.labels[: config.images]
    curves: dict[str, list[list[Any]]] = {"Model": []}
    for step in sorted({*STEPS, config.step}):
        content = compress(run, images, labels, step)
        curves["Model"].append([len(content) / len(images), psnr(images, expand(run, content)[0]), f"step {step:g} σ"])
        if progress:
            progress(len(curves["Model"]), 2 * len(STEPS))
    curves |= {"JPEG": envelope(sheets(images, "JPEG")), "WebP": envelope(sheets(images, "WEBP")), "PNG": pngs(images)}
    one = lambda row: slice(row, row + 1)
    alone = images[:ALONE]
    ours = [compress(run, alone[one(row)], None if labels is None else labels[one(row)], config.step) for row in range(len(alone))]  # fmt: skip
    decoded = torch.cat([expand(run, content)[0] for content in ours])
    rows = [["Model", float(np.mean([len(content) for content in ours])), psnr(alone, decoded)]]
    for name, kind, options in (
        ("JPEG, quality 10", "JPEG", {"quality": 10}),
        ("WebP, quality 10", "WEBP", {"quality": 10}),
        ("PNG, lossless", "PNG", {"optimize": True}),
    ):
        files = [_saved(to_picture(image), kind, **options) for image in alone]
        back = torch.stack([_opened(file, alone.shape[1]) for file in files])
        rows.append([name, float(np.mean([len(file) for file in files])), psnr(alone, back)])
    rate = latents_of(run).rate
    return {
        "curves": curves, "alone": rows, "header": overhead(model.config.code_width), "pixels": int(images[0, 0].numel()),
        "channels": int(images.shape[1]), "dims": model.config.code_width,
        "bits_back": None if rate is None else float(rate.sum(1).mean()) / math.log(2),
        "count": len(images),
    }  # fmt: skip


def psnr(images: Tensor, others: Tensor) -> float:
    """PSNR in dB of the mean squared error over all images, uint8 twice."""
    error = float(((images.float() - others.float()) / 255).square().mean())
    return float(decibels(np.array(error)))


def sheets(images: Tensor, kind: str) -> list[list[Any]]:
    """Points of one sheet of all images at each quality and size, see `compression_table`."""
    points = []
    for shrink in [shrink for shrink in SHRINKS if images.shape[-1] // shrink >= 7]:
        side = (images.shape[-1] // shrink,) * 2
        smaller = images if shrink == 1 else resized(images, side)
        for quality in QUALITIES:
            content = _saved(to_picture(tiled(smaller)), kind, quality=quality)
            back = untiled(_opened(content, images.shape[1]), len(images), side[0])
            back = back if shrink == 1 else resized(back, tuple(images.shape[-2:]))
            size = "" if shrink == 1 else f", at 1/{shrink} of the size"
            points.append([len(content) / len(images), psnr(images, back), f"quality {quality}{size}"])
    return points


def envelope(points: list[list[Any]]) -> list[list[Any]]:
    """The points that no smaller file exceeds, from the smallest on."""
    kept: list[list[Any]] = []
    for point in sorted(points, key=lambda point: (point[0], -point[1])):
        if not kept or point[1] > kept[-1][1]:
            kept.append(point)
    return kept


def pngs(images: Tensor) -> list[list[Any]]:
    """Points of one PNG sheet, with each number of levels for each channel."""
    points = []
    for levels in LEVELS:
        fewer = (images.float() / 255 * (levels - 1)).round() / (levels - 1)
        coarse = as_bytes(fewer)
        content = _saved(to_picture(tiled(coarse)), "PNG", optimize=True)
        points.append([len(content) / len(images), psnr(images, coarse), f"{levels} levels"])
    return points


def tiled(images: Tensor) -> Tensor:
    """Images `(N, C, H, W)` → one `(C, rows · H, 32 · W)`, black where there are none."""
    rows = -(-len(images) // COLUMNS)
    full = torch.cat([images, images.new_zeros(rows * COLUMNS - len(images), *images.shape[1:])])
    return full.unflatten(0, (rows, COLUMNS)).permute(2, 0, 3, 1, 4).flatten(3).flatten(1, 2)


def untiled(sheet: Tensor, count: int, side: int) -> Tensor:
    """The inverse of `tiled`."""
    parts = sheet.unflatten(1, (-1, side)).unflatten(3, (COLUMNS, side))
    return parts.permute(1, 3, 0, 2, 4).flatten(0, 1)[:count]


def resized(images: Tensor, side: tuple[int, ...]) -> Tensor:
    """Bicubic, smoothed when it shrinks; uint8."""
    floats = images.float() / 255
    return as_bytes(torch.nn.functional.interpolate(floats, side, mode="bicubic", antialias=True).clamp(0, 1))


def to_picture(image: Tensor) -> Image.Image:
    """uint8 `(C, H, W)` → a picture of Pillow's."""
    pixels = image.permute(1, 2, 0).numpy()
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _opened(content: bytes, channels: int) -> Tensor:
    """uint8 `(C, H, W)`."""
    picture = Image.open(io.BytesIO(content)).convert("L" if channels == 1 else "RGB")
    return torch.from_numpy(np.array(picture)).view(picture.height, picture.width, channels).permute(2, 0, 1)


def _continuous(model: Model) -> Model:
    if not model.continuous:
        raise ConfigError(f"{model.title}: its codes are indices already; a grid has no meaning for them.")
    return model
