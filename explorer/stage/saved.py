"""Tours with a name: those of the store (`tours/NAME/tour.json`, with its owner beside it), and those that ship with the gallery."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from vae_core.runs.files import read_bytes, write_bytes
from vae_core.runs.store import folders

from .. import library
from ..access.modes import require
from ..access.owners import claim
from .tours import PACKED, Tour, TourError, from_bytes, from_text, to_bytes

FILE = "tour.json"
SHIPPED = "gallery/"
#: The tour that opens from Home.
FIRST = "gallery/beta-in-ten-minutes"
#: In a store, at most.
MOST = 500


def own_tours() -> dict[str, Path]:
    """Name → folder of the tours in the store."""
    return {path.name: path for path in folders(library.store().root / "tours") if (path / FILE).is_file()}


def shipped_tours() -> dict[str, Path]:
    """Name → file of the tours that ship with the gallery."""
    return {f"{SHIPPED}{path.stem}": path for path in sorted(library.store().gallery_root.glob("*.json"))}


def tour_of(text: str) -> Tour:
    """The tour that an address names, or that lies in it.

    Raises:
        TourError: there is none of this name, or it cannot be read.
    """
    if text.startswith(PACKED):
        return from_text(text)
    own, shipped = own_tours(), shipped_tours()
    if text not in own and text not in shipped:
        raise TourError(f"There is no tour {text[:80]!r} here; choose another one on the page Tour.")
    path = own[text] / FILE if text in own else shipped[text]
    return from_bytes(read_bytes(path), f"The tour {text!r}")


def save(tour: Tour) -> str:
    """Save a tour under a name made of its title, in place of one's own of the same name; returns the name.

    Raises:
        Denied: saving is off here, or the tour of this name is somebody else's.
        TourError: the title has no letters or digits, or the store is full of tours.
        RunError: the store is not writable.
    """
    require("tour")
    name = re.sub(r"[\W_]+", "-", tour.title.lower()).strip("-")[:60]
    if not name:
        raise TourError("Give the tour a title with letters or digits first.")
    folder, own = library.store().root / "tours" / name, own_tours()
    if name in own:
        require("tour", folder)
    elif len(own) >= MOST:
        raise TourError(f"The store has {MOST} tours: delete one first.")
    write_bytes(folder / FILE, to_bytes(tour))
    claim(folder)
    return name


def delete(name: str) -> None:
    """Delete a tour of the store; one that is gone already is no error.

    Raises:
        Denied: deleting is off here, or the tour is somebody else's.
    """
    if folder := own_tours().get(name):
        require("tour", folder)
        shutil.rmtree(folder)
