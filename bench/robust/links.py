"""Addresses: what follows the question mark of a page's, as a session and as a page."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

from explorer.state import VIEW, Session
from vae_core.runs import Run, Store

from . import material
from .attempt import Place
from .folders import PAGES
from .folders import prepare as prepare_runs
from .mutate import NUMBERS, TEXTS, value
from .outcome import Outcome
from .pool import attack

#: Settings of pages → values that they have.
USUAL = {
    "reach": ("2", "3"), "row": ("0", "7"), "class": ("0", "3"), "beta": ("1", "4"), "method": ("pca", "umap", "tsne", "plane"),
    "colour": ("label", "kl", "z0", "error"), "points": ("100", "2000"), "of": ("codes", "pca"), "shape": ("line", "sphere"),
    "keys": ("1~2", "1~m2", "m0~m1"), "path": ("slerp", "linear"), "at": ("0.5", "1"), "image": ("1", "5"), "from": ("2",),
    "tab": ("scores", "0"), "task": ("hide", "noise", "small"), "noise": ("0.2",), "squares": ("4",), "draws": ("1",), "mix": ("1~2",),
}  # fmt: skip


def run(quick: bool, seed: int) -> Outcome:
    return attack("links", {"session": 1_500, "page": 20} if quick else {"session": 10_000, "page": 300}, seed)


def prepare(folder: Path) -> None:
    prepare_runs(folder)


def query(random: Random) -> dict[str, str]:
    """Parameters, most of them no longer what they were."""
    found = {"run": random.choice(("done", "done", "done", "table", "history", "paused", *TEXTS))}
    for name in random.sample(["z", "picks", "compare", *VIEW], random.randint(1, 6)):
        found[name] = text(random, name)
    # An address is UTF-8: half a pair of code units never comes out of it.
    return {name: text.encode("utf8", "replace").decode("utf8") for name, text in found.items()}


def text(random: Random, name: str) -> str:
    """One parameter's value."""
    if random.random() < 0.25 and name in USUAL:
        return random.choice(USUAL[name])
    if name in ("z", "picks", "keys", "move", "mix", "mask") and random.random() < 0.7:
        part = lambda: str(random.choice((*NUMBERS, 0.5, 1, 2, "m1", "a", "", random.choice(TEXTS))))
        return random.choice((",", "~", ";", ":", ".")).join(
            part() for _ in range(random.choice((1, 2, 3, 3, 3, 40, 600)))
        )
    if name == "compare":
        return ",".join(
            random.choice(("done", "table", "history", "", *TEXTS)) for _ in range(random.choice((1, 2, 5, 300)))
        )
    return str(random.choice((*TEXTS, *NUMBERS, value(random))))


def session(random: Random, place: Place) -> None:
    """Any query gives a session, and the same one again from its own address."""
    seen = Session.from_query(query(random))
    assert all(math.isfinite(one) for z in seen.z.values() for one in z), "a code that is no number"
    again = Session.from_query(seen.to_query())
    assert again.to_query() == seen.to_query(), "another address"


def page(random: Random, place: Place) -> None:
    """A page opened by such an address, over runs on images, a table and histories."""
    from .app import page_of

    root = place.scratch / "store"
    root.mkdir()
    for name in ("done", "table", "history"):
        material.copied(place.material, name, root / name)
    store = Store(root, gallery=place.scratch / "none")
    page_of(random.choice(PAGES), store, query(random))
    assert all(isinstance(found, Run) for found in store.runs()), "a run is lost"


CASES = {"session": session, "page": page}
