"""How much a person's own data may be: one place, and one sentence for each refusal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ..base import DataError

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """files: images of a set. file_bytes, total_bytes: unpacked, of one file and of all. upload_bytes: as they come from the
    browser. pixels: of one image. ratio: unpacked to packed bytes of one archive member. depth: nested folders.
    """

    files: int = 1_000_000
    file_bytes: int = 64 * MIB
    total_bytes: int = 8192 * MIB
    upload_bytes: int = 1024 * MIB
    pixels: int = 40_000_000
    ratio: int = 200
    depth: int = 16

    def check_count(self, source: str, files: int) -> None:
        if files > self.files:
            raise DataError(f"{source} holds {files:,} images; at most {self.files:,} are read.")

    def check_depth(self, source: str, name: str, depth: int) -> None:
        if depth > self.depth:
            raise DataError(f"{name[:80]} in {source} lies {depth} folders deep; at most {self.depth} are read.")

    def check_file(self, source: str, name: str, size: int, packed: int | None = None) -> None:
        """Sizes in bytes; packed: of an archive member."""
        if size > self.file_bytes:
            raise DataError(f"{name} in {source} has {size / MIB:,.0f} MiB; at most {self.file_bytes // MIB} are read.")
        # A few hundred bytes of one colour pack well; only what fills the memory is refused.
        if packed is not None and size > MIB and size > self.ratio * max(1, packed):
            raise DataError(
                f"{name} in {source} unpacks to {size // max(1, packed):,} times its size; at most {self.ratio} times is read."
            )

    def check_total(self, source: str, size: int) -> None:
        if size > self.total_bytes:
            raise DataError(f"{source} unpacks to {size / MIB:,.0f} MiB; at most {self.total_bytes // MIB:,} are read.")

    def check_pixels(self, name: str, width: int, height: int) -> None:
        if width * height > self.pixels:
            raise DataError(
                f"{name} has {width:,} × {height:,} pixels; at most {self.pixels // 1_000_000} million are read."
            )

    def check_upload(self, size: int) -> None:
        if size > self.upload_bytes:
            raise DataError(
                f"These files have {size / MIB:,.0f} MiB; at most {self.upload_bytes // MIB:,} are taken from a browser. "
                "Give the path of a folder on the computer that runs Betascope."
            )

    @cached_property
    def for_uploads(self) -> Limits:
        """The stricter limits of what comes from a browser."""
        return replace(self, files=100_000, total_bytes=4 * self.upload_bytes)


LIMITS = Limits()
