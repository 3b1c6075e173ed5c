"""Pixels → files: PNG, PNG inside an address, GIF."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from .sheets import enlarge, to_pixels


def png(pixels: NDArray[np.uint8]) -> bytes:
    """The image as a lossless file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=4)
    return file.getvalue()


def png_address(pixels: NDArray[np.uint8]) -> str:
    """The image inside its own address: `st.image` shows it at once and lossless, however soon the next one follows.

    Given pixels, `st.image` makes a JPEG file that is gone when a newer one takes its place before the browser asks.
    """
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()


def gif(images: Tensor, side: int = 256, milliseconds: int = 90) -> bytes:
    """A film of images `(n, C, H, W)`, there and back, looping."""
    frames = [Image.fromarray(enlarge(to_pixels(image), side)) for image in images]
    frames += frames[-2:0:-1]
    buffer = io.BytesIO()
    frames[0].save(buffer, format="GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return buffer.getvalue()
