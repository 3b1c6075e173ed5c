"""A file of compressed images: codes on a grid, entropy-coded; the model that decodes them is not in it.

    code   k_d = round((mu_d − m_d) / Δ_d),  Δ_d = step · σ_d
    bits   −log₂ of a Gaussian N(m_d, s_d²) over the cell of k_d, by a range coder (Martin 1979)

σ_d is the mean posterior deviation of dimension d, so that an error of half a step costs about the same in each; a uniform grid
with entropy coding is within 0.25 bits for each dimension of the best quantiser (Gish & Pierce 1968). m_d and s_d are the mean and
deviation of the run's codes; they and Δ_d are in the header.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...config import BetascopeError
from ..codes.latents import Latents

MAGIC = b"VAEC\x01"
#: After the magic: hash of the weights, β in view (0: none), images, dimensions, classes (0: no labels), least and largest k.
HEADER = struct.Struct("<8sfIHHii")
#: Images and numbers in one file, at most; the largest |k|.
MOST_IMAGES, MOST_NUMBERS, LARGEST = 1_000_000, 20_000_000, 2**20
#: Without a posterior deviation: its substitute, as a share of the codes' deviation.
SUBSTITUTE = 0.1


class CompressedError(BetascopeError):
    """A file that is none of ours, is damaged, or belongs to another model."""


@dataclass(frozen=True)
class Grid:
    """mean, deviation, step `(D,)` float32: of the codes' Gaussians, and the side of a cell."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    step: NDArray[np.float32]

    @classmethod
    def of(cls, codes: Latents, step: float) -> Grid:
        """The grid of a run's codes, with a step in posterior deviations."""
        mean, deviation = codes.mu.mean(0), np.maximum(codes.mu.std(0), 1e-4)
        sigma = SUBSTITUTE * deviation if codes.sigma is None else codes.sigma.mean(0)
        return cls(*(np.asarray(part, np.float32) for part in (mean, deviation, np.maximum(step * sigma, 1e-6))))

    def cells(self, mu: NDArray[np.float32]) -> NDArray[np.int32]:
        """Codes `(N, D)` → k."""
        return np.clip(np.rint((mu - self.mean) / self.step), -LARGEST, LARGEST).astype(np.int32)

    def codes(self, k: NDArray[np.int32]) -> NDArray[np.float32]:
        """k `(N, D)` → the middles of their cells."""
        return (self.mean + k * self.step).astype(np.float32)


@dataclass(frozen=True)
class Compressed:
    """What a file holds. weights: 16 hex digits; beta: in view, or None; labels `(N,)` of a conditional model, or None."""

    weights: str
    beta: float | None
    grid: Grid
    k: NDArray[np.int32]
    labels: NDArray[np.int64] | None
    classes: int


def to_bytes(found: Compressed) -> bytes:
    """The file: magic, header, grid, coded labels and cells, and a CRC-32 of it all."""
    from constriction import stream

    low, high = _ends(found.k)
    n, dims = found.k.shape
    head = HEADER.pack(
        bytes.fromhex(found.weights), found.beta or 0.0, n, dims, 0 if found.labels is None else found.classes, low, high
    )  # fmt: skip
    grid = np.concatenate([found.grid.mean, found.grid.deviation, found.grid.step]).astype("<f4").tobytes()
    encoder = stream.queue.RangeEncoder()
    if found.labels is not None and found.classes > 1:
        encoder.encode(found.labels.astype(np.int32), stream.model.Uniform(found.classes))
    spread = np.tile((found.grid.deviation / found.grid.step).astype(np.float64), n)
    encoder.encode(found.k.ravel(), stream.model.QuantizedGaussian(low, high), np.zeros(n * dims), spread)
    content = MAGIC + head + grid + encoder.get_compressed().astype("<u4").tobytes()
    return content + struct.pack("<I", zlib.crc32(content))


def from_bytes(content: bytes) -> Compressed:
    """
    Raises:
        CompressedError: a file of another kind, a damaged one, or one with impossible numbers."""
    from constriction import stream

    start = len(MAGIC) + HEADER.size
    if not content.startswith(MAGIC):
        raise CompressedError("This is no file of compressed images of this project.")
    if len(content) < start + 4 or struct.unpack("<I", content[-4:]) != (zlib.crc32(content[:-4]),):
        raise CompressedError("The file of compressed images is damaged or incomplete.")
    weights, beta, n, dims, classes, low, high = HEADER.unpack_from(content, len(MAGIC))
    fits = 1 <= n <= MOST_IMAGES and dims >= 1 and n * dims <= MOST_NUMBERS and -LARGEST <= low < high <= LARGEST
    grid = content[start : start + 12 * dims]
    words = content[start + 12 * dims : -4]
    if not fits or len(grid) < 12 * dims or len(words) % 4:
        raise CompressedError("The file of compressed images has impossible numbers in its header.")
    mean, deviation, step = np.frombuffer(grid, "<f4").reshape(3, dims)
    sound = (
        np.isfinite([mean, deviation, step]).all() and (deviation > 0).all() and (step > 0).all() and np.isfinite(beta)
    )
    if not sound or not (deviation / step > 0).all() or not np.isfinite(deviation / step).all():
        raise CompressedError("The file of compressed images has impossible numbers in its grid.")
    try:
        decoder = stream.queue.RangeDecoder(np.frombuffer(words, "<u4").astype(np.uint32))
        labels = np.asarray(decoder.decode(stream.model.Uniform(classes), n), np.int64) if classes > 1 else None
        spread = np.tile((deviation / step).astype(np.float64), n)
        k = np.asarray(decoder.decode(stream.model.QuantizedGaussian(low, high), np.zeros(n * dims), spread), np.int32)
    except (ValueError, AssertionError) as error:
        raise CompressedError("The file of compressed images is damaged: its codes cannot be decoded.") from error
    if classes == 1:
        labels = np.zeros(n, np.int64)
    return Compressed(weights.hex(), beta or None, Grid(mean, deviation, step), k.reshape(n, dims), labels, classes)


def overhead(dims: int) -> int:
    """Bytes of a file that do not depend on the number of images."""
    return len(MAGIC) + HEADER.size + 12 * dims + 4


def _ends(k: NDArray[np.int32]) -> tuple[int, int]:
    """The least and the largest k, not equal."""
    low, high = int(k.min()), int(k.max())
    return low, max(high, low + 1)
