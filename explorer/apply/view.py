"""What is mixed, as the link holds it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vae_core.analysis import Latents

TEXT = re.compile(r"(\d{1,9})~(\d{1,9})~(\d(?:\.\d+)?)~(all|[\d.]*)")


@dataclass(frozen=True)
class Mix:
    """a, b: test images; share: of the way to b, 0 to 1; taken: the dimensions that come from b, None for all."""

    a: int
    b: int
    share: float = 1.0
    taken: list[int] | None = None

    def to_text(self) -> str:
        """As in "3~8~0.5~1.4"."""
        dims = "all" if self.taken is None else ".".join(map(str, self.taken))
        return f"{self.a}~{self.b}~{self.share:g}~{dims}"

    @classmethod
    def from_text(cls, text: str, codes: Latents, picked: Sequence[int] = ()) -> Mix:
        """The inverse; a text that does not fit gives the first two picked images, else two of different classes."""
        if match := TEXT.fullmatch(text):
            a, b, share, dims = match.groups()
            taken = None if dims == "all" else [int(part) for part in dims.split(".") if part]
            found = cls.from_values({"a": int(a), "b": int(b), "share": float(share), "taken": taken}, codes)
            if found is not None:
                return found
        rows = [row for row in picked if row < len(codes)][:2]
        a = rows[0] if rows else 0
        others = np.arange(len(codes)) != a if codes.labels is None else codes.labels != codes.labels[a]
        b = rows[1] if len(rows) > 1 else int(np.argmax(others))
        return cls(a, b, share=0.5)

    @classmethod
    def from_values(cls, values: object, codes: Latents) -> Mix | None:
        """What the browser reports, unchecked; None if it does not fit."""
        if not isinstance(values, dict):
            return None
        rows, share, taken = [values.get("a"), values.get("b")], values.get("share"), values.get("taken")
        if not all(isinstance(row, int) and 0 <= row < len(codes) for row in rows):
            return None
        if not isinstance(share, int | float) or not math.isfinite(share) or not 0 <= share <= 1:
            return None
        if taken is not None and not (
            isinstance(taken, list) and all(isinstance(dim, int) and 0 <= dim < codes.dims for dim in taken)
        ):
            return None
        return cls(int(values["a"]), int(values["b"]), float(share), taken)
