"""Pictures of every page, light and dark, into docs/screenshots: `make screenshots`.

`python -m tests.browser.screenshots --only compare home` takes some of `NAMES` again.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

import vae_core
from explorer import library
from explorer.learn.chapters import CHAPTERS
from explorer.map.groups import as_text, images_of
from explorer.take_away.page import write_page
from tests.browser.chromium import FLAGS, installed
from tests.browser.conftest import settle
from tests.browser.notebooks import notebook_of, run_all, running_jupyterlab
from tests.browser.serving import ROOT, running_app
from tests.oidc_provider import running_provider, secrets_for
from vae_core.analysis import latents_of
from vae_core.runs import Store

SWEEP = "run=gallery/sprites-beta-4&compare=gallery/sprites-beta-1,gallery/sprites-beta-4,gallery/sprites-beta-16"
VIEWS = {
    "home": "",
    "train": "train",
    "map": "map?run=gallery/sprites-beta-4",
    "map-digits": "map?run=gallery/mnist-beta-1",
    "traverse": "traverse?run=gallery/shapes3d",
    "interpolate": "interpolate?run=gallery/mnist-beta-1&keys=m3~m8~m0",
    "compare": "compare?compare=gallery/sprites-beta-1,gallery/sprites-beta-4,gallery/sprites-beta-16",
    "traversals": "compare?run=gallery/sprites-beta-4&compare=gallery/sprites-beta-1,gallery/sprites-beta-4,gallery/sprites-beta-16&tab=Traversals&move=6:1",
    "numbers": "compare?compare=gallery/sprites-beta-1,gallery/sprites-beta-4,gallery/sprites-beta-16&tab=Numbers",
    "every-beta": "traverse?run=gallery/digits-every-beta&beta=3.98",
    "curve": "compare?compare=gallery/digits-every-beta,gallery/digits-beta-1&beta=3.98",
    "words": "traverse?run=words-1",
    "measure": f"measure?{SWEEP}",
    "matrices": f"measure?{SWEEP}&tab=Matrices",
    "responses": f"measure?{SWEEP}&tab=Responses",
    "diagnose": "diagnose?run=gallery/sprites-beta-4",
    "anomalies": "diagnose?run=gallery/digits-beta-1&tab=Anomalies",
    "generate": "generate?run=gallery/mnist-beta-1",
    "apply": "apply?run=gallery/mnist-beta-1&image=3",
    "mix": "apply?run=gallery/shapes3d&tab=Mix&mix=0~1~1~2",
    "tour": "tour?tour=gallery/beta-in-ten-minutes",
    "training-time": "traverse?run=gallery/digits-annealed@{snapshot}&row=3",
    "differ": "map?run=gallery/mnist-beta-1&method=pca&a={fours}&b={nines}",
} | {f"learn-{number}": f"learn?chapter={number}" for number in range(1, len(CHAPTERS) + 1)}
#: Of them those that are also shown on a phone.
PHONE = ["home", "differ", *(name for name in VIEWS if name.startswith("learn-"))]
#: Higher than a window, so that what is below the fold is shown, too.
TALL = {"differ": 1500}
#: Views of the shipped tour in stage mode, dark whatever the system prefers: file → view, width, height.
STAGE = {
    "stage": ("traverse?run=gallery/sprites-beta-4&stage=1&tour=gallery/beta-in-ten-minutes&n=9", 1440, 900),
    "stage-map": ("map?run=gallery/mnist-2d&stage=1&tour=gallery/beta-in-ten-minutes&n=2", 1440, 900),
    "stage-narrow": (
        "traverse?run=gallery/digits-every-beta&beta=3.98&stage=1&tour=gallery/beta-in-ten-minutes&n=5",
        800,
        1100,
    ),
    "stage-phone": (
        "interpolate?run=gallery/mnist-beta-1&keys=m3~m8~m0&stage=1&tour=gallery/beta-in-ten-minutes&n=10",
        390,
        844,
    ),
}
SIZES = (("light", 1440, 900), ("dark", 1440, 900), ("narrow", 800, 1100), ("phone", 390, 844))


#: What `--only` takes: "elsewhere" are the page for phones, the HTML export and the notebook.
NAMES = [*VIEWS, *STAGE, "elsewhere", "sign-in"]


def scheme(suffix: str) -> Literal["light", "dark"]:
    return "dark" if suffix == "dark" else "light"


def furnish(store: Store) -> None:
    """What the gallery does not hold: a grid of words; and what Train shows, the preset "Digits in a minute"."""
    vae_core.train(
        "digits", "vq_vae", store=store, name="words", network="conv", epochs=60, lr_schedule="cosine", snapshots=0
    )
    vae_core.train(
        "digits", "beta_vae", store=store, beta=1.0, network="mlp", epochs=100, lr_schedule="cosine", snapshots=0
    )


def in_links() -> dict[str, str]:
    """What addresses of `VIEWS` leave open: a snapshot early in a training, and two groups of images."""
    codes, moments = latents_of(library.find("gallery/mnist-beta-1")), library.find("gallery/digits-annealed").moments()
    digits = (as_text(np.flatnonzero(codes.labels == label).tolist()) for label in (4, 9))
    fours, nines = (f"{images_of(library.find('gallery/mnist-beta-1'))}-{digit}" for digit in digits)
    return {"snapshot": str(moments[len(moments) // 2][0]), "fours": fours, "nines": nines}


def take(page: Page, address: str, target: Path, suffix: str, only: Collection[str]) -> None:
    size, links = page.viewport_size, in_links()
    assert size is not None
    for name in [name for name in (PHONE if suffix == "phone" else VIEWS) if name in only]:
        page.set_viewport_size({"width": size["width"], "height": TALL.get(name, size["height"])})
        page.goto(f"{address}/{VIEWS[name].format(**links)}")
        settle(page)
        page.wait_for_timeout(4000)
        if name == "learn-1":
            draw_a_seven(page)
        page.screenshot(path=target / f"{name}-{suffix}.png")
        print(target / f"{name}-{suffix}.png", flush=True)


def draw_a_seven(page: Page) -> None:
    """On the pad of the first chapter."""
    page.get_by_role("button", name="Clear", exact=True).click()
    pad = page.locator("canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    places = [(0.3, 0.25), (0.7, 0.25), (0.55, 0.5), (0.42, 0.8)]
    for index, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=12)
        if not index:
            page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(1500)


def take_stage(browser: Browser, address: str, target: Path, only: Collection[str]) -> None:
    """Stage mode, and its overlay of keys."""
    for name, (view, width, height) in [item for item in STAGE.items() if item[0] in only]:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(f"{address}/{view}")
        settle(page)
        page.wait_for_timeout(4000)
        page.screenshot(path=target / f"{name}.png")
        print(target / f"{name}.png", flush=True)
        if name == "stage":
            page.keyboard.press("?")
            page.wait_for_timeout(500)
            page.screenshot(path=target / "stage-keys.png")
        page.close()


def take_elsewhere(browser: Browser, address: str, target: Path) -> None:
    """What is not in the app: a phone in a hall, a file, a notebook."""
    show = f"{address}/show/gallery/sprites"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "models.html"
        write_page([library.find("gallery/sprites"), library.find("gallery/sprites-beta-4")], file)
        (folder / "one.ipynb").write_text(
            json.dumps(
                notebook_of('from explorer.notebook import traverse\nsliders = traverse("gallery/sprites")\nsliders')
            )
        )
        with running_jupyterlab(folder, library.store().root) as lab:
            for title, where, width, height, colours in (
                ("show-light", show, 390, 844, "light"),
                ("show-dark", show, 390, 844, "dark"),
                ("html-light", file.as_uri(), 1440, 900, "light"),
                ("html-dark", file.as_uri(), 1440, 900, "dark"),
                ("notebook-light", f"{lab}/lab/tree/one.ipynb", 1440, 900, "light"),
            ):
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
                page.goto(where)
                if "ipynb" in where:
                    run_all(page)
                    page.get_by_role("button", name="No", exact=True).click()  # news of Jupyter
                page.wait_for_selector(".traversal[data-ready]", timeout=120_000)
                page.wait_for_timeout(3000)
                page.screenshot(path=target / f"{title}.png")
                print(target / f"{title}.png", flush=True)
                page.close()


def take_sign_in(browser: Browser, store: Path, target: Path) -> None:
    """The page before sign-in, and the sidebar after."""
    with tempfile.TemporaryDirectory() as name, running_provider() as provider:
        file = Path(name) / "secrets.toml"
        file.write_text(secrets_for(provider, secrets.token_hex(32)))
        with running_app(store, Path(name) / "log.txt", "--secrets.files", str(file)) as app:
            for suffix, width, height in SIZES[:3]:
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme(suffix))
                page.goto(app.address)
                page.get_by_role("button", name="Sign in with Campus").wait_for()
                page.wait_for_timeout(2000)
                page.screenshot(path=target / f"sign-in-{suffix}.png")
                print(target / f"sign-in-{suffix}.png", flush=True)
                page.close()


def main() -> int:
    target = ROOT / "docs" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", nargs="?", type=Path, help="runs that are there already, as `furnish` trains them")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME")
    options = parser.parse_args()
    only, store = options.only, options.store or Path(tempfile.mkdtemp())
    if options.store is None and {"train", "words"} & set(only):
        furnish(Store(store))
    with running_app(store, Path(tempfile.mkdtemp()) / "log.txt") as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        for suffix, width, height in SIZES:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme(suffix))
            take(context.new_page(), app.address, target, suffix, only)
            context.close()
        take_stage(browser, app.address, target, only)
        if "elsewhere" in only:
            take_elsewhere(browser, app.address, target)
        if "sign-in" in only:
            take_sign_in(browser, store, target)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
