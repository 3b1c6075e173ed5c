"""Keyframes of a path through latent space: test images, class means, and arithmetic on both.

Written as short texts, so that a link or a command can name them: `12` is test image 12, `m7` the mean code of
class 7, `3-m1+8` the code A − B + C (Mikolov et al. 2013; for images Radford et al. 2016, §6.3.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...config import ConfigError
from .latents import Latents

TERM = re.compile(r"(m?)(\d{1,9})")


@dataclass(frozen=True)
class Keyframe:
    """text: as written; title: as shown; z `(D,)`; row: the test image whose code it is, None for means and arithmetic."""

    text: str
    title: str
    z: NDArray[np.float32]
    row: int | None = None


def keyframe(text: str, codes: Latents) -> Keyframe:
    """The keyframe that `text` names.

    Raises:
        ConfigError: not of the form A or A-B+C, no such test image, or no such class.
    """
    # In a URL, an unescaped plus sign arrives as a space.
    plain = re.sub(r"\s*([-+])\s*", r"\1", text.strip().replace("−", "-")).replace(" ", "+")
    match = re.fullmatch(r"([^-+]+)(?:-([^-+]+)\+([^-+]+))?", plain)
    if match is None:
        raise ConfigError(f"Keyframe {text!r}: write a test image (12), a class mean (m7), or A-B+C of these (3-m1+8).")
    terms = [_term(part, codes) for part in match.groups() if part is not None]
    if len(terms) == 1:
        return terms[0]
    a, b, c = terms
    return Keyframe(f"{a.text}-{b.text}+{c.text}", f"{a.title} − {b.title} + {c.title}", a.z - b.z + c.z)


def rows_named(text: str) -> list[int]:
    """The rows of the test images that a keyframe's text names, whether or not they exist."""
    return [int(match[2]) for match in TERM.finditer(text) if not match[1]]


def _term(text: str, codes: Latents) -> Keyframe:
    match = TERM.fullmatch(text)
    if match is None:
        raise ConfigError(f"Keyframe part {text!r}: write a test image (12) or a class mean (m7).")
    number = int(match[2])
    if match[1]:
        return _class_mean(number, codes)
    if number >= len(codes):
        raise ConfigError(f"Keyframe part {text!r}: there are test images 0 to {len(codes) - 1}.")
    return Keyframe(str(number), f"image {number}", codes.mu[number], number)


def _class_mean(label: int, codes: Latents) -> Keyframe:
    members = None if codes.labels is None else codes.mu[codes.labels == label]
    if members is None or not len(members):
        raise ConfigError(f"Keyframe part 'm{label}': this data has no test images of a class {label}.")
    name = codes.class_names[label] if label < len(codes.class_names) else str(label)
    return Keyframe(f"m{label}", f"mean of {name}", members.mean(0, dtype=np.float64).astype(np.float32))
