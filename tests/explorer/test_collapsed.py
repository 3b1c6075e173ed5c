"""A code that has collapsed as a whole: every page opens, and says so rather than failing."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from explorer.home.pictures import strips_of
from explorer.measure.tabs import TABS as MEASURE
from vae_core.analysis import best_dimensions, latents_of
from vae_core.runs import GALLERY, Store

RUN = "gallery/digits-collapsed"
TABS = {
    "home": [""],
    "map": [""],
    "traverse": [""],
    "interpolate": [""],
    "compare": ["Images", "Traversals", "Numbers"],
    "measure": list(MEASURE),
    "diagnose": ["Checks", "Best and worst", "Anomalies", "Noise"],
    "generate": ["New images", "Around an image"],
    "apply": ["Repair", "Mix", "Compress", "Augment"],
}


@pytest.fixture
def shipped(store: Store) -> None:
    """Two runs of the gallery, in that of the app."""
    for name in ("digits-collapsed", "digits-annealed"):
        shutil.copytree(GALLERY / name, store.gallery_root / name)


@pytest.mark.parametrize(("page", "tab"), [(page, tab) for page, tabs in TABS.items() for tab in tabs])
def test_every_page_opens(shipped: None, app: Callable[..., AppTest], page: str, tab: str) -> None:
    at = app(page, run=RUN, compare=f"{RUN},gallery/digits-annealed", **({"tab": tab} if tab else {}))
    assert not at.exception
    assert not at.error, [error.value for error in at.error]


def test_a_card_shows_one_dimension_of_it(shipped: None, store: Store) -> None:
    run = store.open(RUN)
    codes = latents_of(run)
    assert codes.collapsed() == sorted(range(codes.dims))
    assert list(best_dimensions(run, codes)) == codes.order()[:1]
    found = strips_of(run)
    assert found is not None
    assert [strip.dim for strip in found] == codes.order()[:1]
