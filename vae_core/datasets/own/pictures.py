"""The bytes of one image file → a square of pixels; any mode and shape that Pillow reads.

EXIF orientation is applied; 16 bits become 8; CMYK and palettes become RGB; transparency is laid over a colour; of an
animation the first frame counts. Large JPEGs are decoded at a fraction of their size, at least twice the one needed.
"""

from __future__ import annotations

import contextlib
import io
import threading
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageOps

from ..base import DataError
from .eight_bits import GREY, SIXTEEN, as_mode, eight_bits
from .limits import LIMITS
from .listing import FORMATS

#: Images of more pixels are decoded one at a time: each takes up to ten bytes a pixel meanwhile.
_LARGE, _ALONE = 4_000_000, threading.Lock()
_ORIENTATION, _SIDEWAYS = 0x0112, (5, 6, 7, 8)


class Unreadable(DataError):
    """An image file that cannot be decoded; `reason` is what follows its name."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} is not a readable image ({reason}); remove it, or skip unreadable files.")
        self.name, self.reason = name, reason


@dataclass(frozen=True)
class Form:
    """How a picture becomes a square: `side` pixels, cropped or padded, 1 or 3 channels, what lies behind transparency."""

    side: int
    channels: int
    fit: str = "crop"
    background: str = "#000000"


@dataclass(frozen=True)
class Picture:
    """pixels: `(C, S, S)` uint8. size: width and height as the file shows them. mode: Pillow's."""

    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    mode: str


def header_of(content: bytes, name: str) -> tuple[tuple[int, int], bool]:
    """Width and height, turned as EXIF says, and whether the file is grey: from its header alone.

    Raises:
        Unreadable: no image.
    """
    with _opened(content, name) as picture:
        return _upright(picture), picture.mode in (*GREY, *SIXTEEN, "F")


def decode(content: bytes, name: str, form: Form) -> Picture:
    """
    Raises:
        Unreadable: no image of a known format, truncated or damaged, or with too many pixels.
    """
    with _opened(content, name) as picture:
        size, mode = _upright(picture), picture.mode
        large = picture.width * picture.height > _LARGE
        try:
            scale = 2 * form.side / max(1, (min if form.fit == "crop" else max)(picture.size))
            picture.draft(None, (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
            with _ALONE if large else contextlib.nullcontext(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # damaged EXIF, which does not concern the pixels
                ImageOps.exif_transpose(picture, in_place=True)
                square = _square(eight_bits(picture, form.background), form)
        except Exception as error:  # on damaged files, decoders raise nearly any type
            raise Unreadable(name, _reason(error)) from error
    pixels = np.asarray(square)
    planes = pixels[None] if form.channels == 1 else pixels.transpose(2, 0, 1)
    return Picture(np.ascontiguousarray(planes), size, mode)


def _opened(content: bytes, name: str) -> Image.Image:
    if not content:
        raise Unreadable(name, "the file is empty")
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Exception as error:
        raise Unreadable(name, _reason(error)) from error
    try:
        LIMITS.check_pixels(name, *picture.size)
    except DataError as error:
        raise Unreadable(name, str(error).removeprefix(f"{name} ")[:-1]) from error
    return picture


def _upright(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    try:
        sideways = picture.getexif().get(_ORIENTATION) in _SIDEWAYS
    except Exception:  # damaged EXIF: shown as stored
        sideways = False
    return (height, width) if sideways else (width, height)


def _square(picture: Image.Image, form: Form) -> Image.Image:
    picture = as_mode(picture, "L" if form.channels == 1 else "RGB")
    width, height = picture.size
    target = (form.side, form.side)
    if form.fit == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        box = (left, top, left + side, top + side)
        if side == form.side:
            return picture.crop(box)
        return picture.resize(target, Image.Resampling.BICUBIC, box)
    scale = form.side / max(width, height)
    inner = picture.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BICUBIC)
    colour = ImageColor.getcolor(form.background, picture.mode)
    canvas = Image.new(picture.mode, target, colour)
    canvas.paste(inner, ((form.side - inner.width) // 2, (form.side - inner.height) // 2))
    return canvas


def _reason(error: Exception) -> str:
    text = str(error).split("\n")[0].strip().rstrip(".")
    if "cannot identify image file" in text or not text:
        return "no image format that is known"
    return text[:120]
