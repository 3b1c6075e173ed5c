"""Pixels → files: PNG, PNG and JPEG as a data URL, GIF."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from .sheets import enlarge, to_pixels


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels `(H, W, 3)` as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=4)
    return file.getvalue()


def png_address(pixels: NDArray[np.uint8]) -> str:
    """A PNG as a data URL.

    Given pixels, `st.image` serves a JPEG file, which is lossy and deleted when a newer image replaces it before the
    browser has fetched it.
    """
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()


def jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels `(H, W, 3)` as a JPEG file with all of its colours' resolution: a quarter of a PNG, for pictures that play."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90, subsampling=0)
    return file.getvalue()


def jpeg_address(content: bytes) -> str:
    """A JPEG file as a data URL."""
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()


def gif(images: Tensor, side: int = 256, milliseconds: int = 90, back: bool = True) -> bytes:
    """A looping GIF of images `(n, C, H, W)`, about `side` pixels wide; `back`: forwards and then backwards."""
    frames = [Image.fromarray(enlarge(to_pixels(image), side)) for image in images]
    frames += frames[-2:0:-1] if back else []
    buffer = io.BytesIO()
    frames[0].save(buffer, format="GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return buffer.getvalue()
