"""Pictures, films and numbers of runs as files: what each dimension moves, from the code of the first test image."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae_core.analysis import Latents, at_nearest, best_dimensions, decode, ends
from vae_core.config import BetascopeError
from vae_core.runs import Run
from vae_core.runs.files import write_bytes

from .. import library
from ..compare.numbers import table
from ..images.files import gif, png, png_address
from ..images.sheets import enlarge, sheet, to_pixels
from .contents import is_codebook

#: Images of a strip; dimensions of a film, and frames of one from end to end; frames a second.
COLUMNS, SWEPT, FRAMES, RATE = 11, 3, 48, 24
#: Of a picture, in pixels: one image, and the text beside a strip.
SIDE, TEXT = 64, 190


def write_png(run: Run, path: Path) -> list[Path]:
    """A strip for each dimension that carries something, the one with the highest rate first.

    Raises:
        BetascopeError: as `sweep`, or the file is not writable.
    """
    run, codes = opened(run)
    return written(path, png(sheet(torch.cat([sweep(run, codes, dim, COLUMNS) for dim in used(codes)]), COLUMNS, SIDE)))


def write_svg(run: Run, path: Path) -> list[Path]:
    """The same as a figure: each strip with its dimension, what it moves, its rate and the range of its values; text stays text.

    Raises:
        BetascopeError: as `write_png`.
    """
    run, codes = opened(run)
    labels, rates = best_dimensions(run, codes, codes.dims), codes.weight_per_dim()
    parts, top, width = [], 0, 0
    for dim in used(codes):
        pixels = sheet(sweep(run, codes, dim, COLUMNS), COLUMNS, SIDE)
        height, width = pixels.shape[0], pixels.shape[1]
        low, high = ends(codes, dim)
        label = labels.get(dim)
        title = f"z{dim}" + (f" · {label.text}" if label else "")
        detail = (
            f"{rates[dim]:.2f} {'nats' if codes.rate is not None else 'variance'} · {low:.1f} to {high:.1f}".replace(
                "-", "−"
            )
        )
        parts.append(
            f'<text x="0" y="{top + height / 2 - 4:.0f}" font-weight="600">{html.escape(title)}</text>'
            f'<text x="0" y="{top + height / 2 + 13:.0f}" font-size="11" fill="#667">{detail}</text>'
            f'<image x="{TEXT}" y="{top}" width="{width}" height="{height}" image-rendering="pixelated" href="{png_address(pixels)}"/>'
        )
        top += height + 6
    body = "\n".join(parts)
    size = f'width="{TEXT + width}" height="{top}" viewBox="0 0 {TEXT + width} {top}"'
    style = 'font-family="Helvetica, Arial, sans-serif" font-size="13"'
    name = html.escape(run.config.name)
    return written(
        path,
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}><title>{name}</title>\n{body}\n</svg>\n'.encode(),
    )


def write_gif(run: Run, path: Path) -> list[Path]:
    """A looping film of the dimensions that show most, one after the other, there and back.

    Raises:
        BetascopeError: as `write_png`.
    """
    run, codes = opened(run)
    return written(path, gif(film(run, codes, FRAMES // 2), milliseconds=80, back=False))


def write_mp4(run: Run, path: Path) -> list[Path]:
    """The same as H.264, with twice the frames.

    Raises:
        BetascopeError: as `write_png`.
    """
    run, codes = opened(run)
    return written(path, mp4(film(run, codes, FRAMES)))


def write_csv(runs: Sequence[Run], path: Path) -> list[Path]:
    """The table of the Compare page: a row for each run, on the whole test split.

    Raises:
        BetascopeError: an evaluation that is missing while the data is not at hand, or the file is not writable.
    """
    return written(path, str(table([at_nearest(run) for run in runs]).to_csv()).encode())


def opened(run: Run) -> tuple[Run, Latents]:
    """The run at a β in its range, and its codes.

    Raises:
        BetascopeError: a VQ-VAE, or codes that are not cached while the data is not at hand.
    """
    run = at_nearest(run)
    if is_codebook(run):
        raise BetascopeError(f"{run.id}: a code that is a grid of codebook entries has no dimensions to sweep.")
    return run, library.latents(run)


def used(codes: Latents) -> list[int]:
    """Dimensions that carry something, the most first; all of them where none does."""
    silent = set(codes.collapsed())
    return [dim for dim in codes.order() if dim not in silent] or codes.order()


def sweep(run: Run, codes: Latents, dim: int, count: int) -> Tensor:
    """`count` images from end to end of a dimension, all others as in the first test image's code: `(count, C, H, W)`."""
    moved = torch.from_numpy(np.repeat(codes.mu[:1], count, axis=0)).float()
    moved[:, dim] = torch.linspace(*ends(codes, dim), count)
    model = library.model_of(run)
    label = (0 if codes.labels is None else int(codes.labels[0])) if model.conditional else None
    return decode(model, moved, label)


def film(run: Run, codes: Latents, frames: int) -> Tensor:
    """Each of the dimensions that show most, there and back: `(n, C, H, W)`."""
    parts = [sweep(run, codes, dim, frames) for dim in best_dimensions(run, codes, SWEPT) or codes.order()[:SWEPT]]
    return torch.cat([torch.cat([part, part.flip(0)]) for part in parts])


def mp4(images: Tensor, side: int = 384) -> bytes:
    """A film of images `(n, C, H, W)` as H.264 in MP4, `RATE` frames a second, at least about `side` pixels wide."""
    import av  # only here: it loads all of ffmpeg

    frames = [enlarge(to_pixels(image), side) for image in images]
    height, width = (length + length % 2 for length in frames[0].shape[:2])  # yuv420p takes even sides
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=Fraction(RATE), options={"crf": "16", "preset": "medium"})
        stream.pix_fmt, stream.height, stream.width = "yuv420p", height, width  # what every player knows
        for pixels in frames:
            padded = np.pad(pixels, ((0, height - pixels.shape[0]), (0, width - pixels.shape[1]), (0, 0)), "edge")
            file.mux(stream.encode(av.VideoFrame.from_ndarray(padded, format="rgb24")))
        file.mux(stream.encode())
    return buffer.getvalue()


def written(path: Path, content: bytes) -> list[Path]:
    write_bytes(path, content)
    return [path]
