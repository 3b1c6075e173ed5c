"""Any mode of Pillow → L or RGB, in the memory that an image of tens of millions of pixels leaves."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

GREY = ("1", "L", "LA", "La")
SIXTEEN = ("I;16", "I;16L", "I;16B", "I;16N", "I")
#: Pixels that are laid over a colour at a time.
BAND = 1 << 21


def eight_bits(picture: Image.Image, background: str) -> Image.Image:
    """Mode L or RGB; what is transparent lies over the colour `background`.

    Raises:
        ValueError: values that no eight bits can stand for.
    """
    picture.load()
    if picture.mode in SIXTEEN:
        return _from_sixteen(np.asarray(picture))
    if picture.mode == "F":
        return _from_floats(np.array(picture))
    if picture.has_transparency_data:
        return _laid_over(picture, background)
    return as_mode(picture, "L" if picture.mode in GREY else "RGB")


def as_mode(picture: Image.Image, mode: str) -> Image.Image:
    """The picture in a mode; itself where it has it."""
    return picture if picture.mode == mode else picture.convert(mode)


def _from_sixteen(values: NDArray) -> Image.Image:
    if values.min() < 0 or values.max() > 65535:
        raise ValueError(f"values from {values.min()} to {values.max()}, beyond 16 bits")
    return Image.fromarray(_rounded()[values])


@cache
def _rounded() -> NDArray[np.uint8]:
    """Each value of 16 bits in 8."""
    values = np.arange(65536)
    return (values // 257 + (values % 257 > 128)).astype(np.uint8)


def _from_floats(values: NDArray) -> Image.Image:
    if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1):
        raise ValueError("floats outside 0 to 1")
    values *= 255
    return Image.fromarray(np.round(values, out=values).astype(np.uint8))


def _laid_over(picture: Image.Image, background: str) -> Image.Image:
    colour, result = ImageColor.getrgb(background), Image.new("RGB", picture.size)
    rows = max(1, BAND // picture.width)
    for top in range(0, picture.height, rows):
        part = picture.crop((0, top, picture.width, min(picture.height, top + rows))).convert("RGBA")
        behind = Image.new("RGBA", part.size, colour)
        result.paste(Image.alpha_composite(behind, part).convert("RGB"), (0, top))
    return result
