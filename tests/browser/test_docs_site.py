"""The documentation as a site: built without a warning, no link broken, no request to anywhere, searchable from a disk."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

import vae_core
from vae_core.cli import COMMANDS

from .looking import LIMIT

pytestmark = pytest.mark.slow  # 10 s of CPU, most of them for the build

ROOT = Path(__file__).parents[2]
TOOLS = ("mkdocs", "material", "mkdocstrings", "latex2mathml")
#: Where links of the documentation may lead.
HOSTS = {"anywidget.dev", "bamler-lab.github.io", "keepachangelog.com", "localhost", "semver.org"}
#: An address without a user, a port, a query or an escape; or of the app on the reader's own computer.
PLAIN = re.compile(r"https://[\w.-]+(/[\w./#~-]*)?|http://localhost:8501(/[\w./#-]*)?")
#: Attributes by which a browser fetches, beside `href` of a link that a person follows.
FETCHED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("video", "src")}


class Html(HTMLParser):
    """ids: of all elements. links, fetched: addresses that a person follows, and that the browser fetches by itself."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.fetched: set[str] = set()
        self.feed(path.read_text("utf8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id" and value:
                self.ids.add(value)
            elif (tag, name) == ("a", "href") and value:
                self.links.add(value)
            elif (tag, name) in FETCHED and value:
                self.fetched.add(value)


def refuse(message: str) -> None:
    """CI has to have what is missing; elsewhere the test is left out."""
    pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make docs` writes."""
    missing = [tool for tool in TOOLS if importlib.util.find_spec(tool) is None]
    if missing:
        refuse(f"{', '.join(missing)} not installed; `make docs` installs what builds the site")
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Html]:
    return {path: Html(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}


def test_every_link_leads_somewhere(site, pages):
    broken, outside = [], set()
    for path, page in pages.items():
        for address in page.links | page.fetched:
            if re.match(r"[a-z]+:", address):
                outside.add(address)
                continue
            target, anchor = urldefrag(unquote(address))
            place = (path.parent / target).resolve() if target else path
            found = place.is_file() and (not anchor or place not in pages or anchor in pages[place].ids)
            if not found:
                broken.append(f"{path.relative_to(site)}: {address}")
    assert not broken
    assert {address for address in outside if not PLAIN.fullmatch(address)} == set()
    assert {urlsplit(address).hostname for address in outside} <= HOSTS


def test_nothing_is_fetched_from_elsewhere(site, pages):
    assert {address for page in pages.values() for address in page.fetched if re.match(r"[a-z]+:|//", address)} <= set()
    for style in site.rglob("*.css"):
        assert re.findall(r"url\(\s*[\"']?(?:https?:)?//[^)]*|@import[^;]*", style.read_text("utf8")) == []


def test_the_reference_is_complete(pages, site):
    assert pages[site / "reference" / "options.html"].ids >= set(COMMANDS)
    assert pages[site / "reference" / "python.html"].ids >= {f"vae_core.{name}" for name in vae_core.__all__}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    found = browser.new_page(viewport={"width": 1440, "height": 900})
    yield found
    found.close()


def test_it_works_from_a_disk(site, page):
    problems: list[str] = []

    def record(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            problems.append(request.url)

    page.on("request", record)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    for name in ("index.html", "journeys/sweep.html", "reference/python.html", "concepts.html"):
        page.goto((site / name).as_uri())
    expect(page.locator("math").first).to_be_visible(timeout=1000 * LIMIT)
    assert page.evaluate("document.fonts.load('16px \"STIX Two Math\"').then((found) => found.length)")
    page.get_by_role("textbox", name="Search").fill("active units")
    found = page.locator(".md-search-result__link[href*='concepts.html'][href$='#active-units']")
    expect(found).to_be_visible(timeout=1000 * LIMIT)
    assert not problems
