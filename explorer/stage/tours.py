"""Tours: views of the app in an order, each with a caption. A tour is one JSON object, which also fits into a link."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from vae_core.config import BetascopeError
from vae_core.runs.files import parse_json

from ..navigation import ENTRIES
from ..state import AROUND, VIEW

FORMAT = 1
MOST_VIEWS = 60
#: Characters, at most.
LONGEST = {"title": 100, "caption": 1000, "link": 4000}
#: Bytes of a file, at most.
LARGEST = 1 << 20
#: What a tour that lies in the address begins with; names of saved ones never do.
PACKED = "~"


class TourError(BetascopeError):
    """A tour that cannot be read, or that does not fit."""


@dataclass(frozen=True)
class View:
    """link: "traverse?run=gallery/sprites&z=0,1", from the app's first page. caption: what is said about it, "" for nothing."""

    link: str
    caption: str = ""

    @property
    def page(self) -> str:
        """Its name, as in `navigation`."""
        return urlsplit(self.link).path or "home"

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.link).query))


@dataclass(frozen=True)
class Tour:
    """Views in the order in which they are shown."""

    title: str = "My tour"
    views: tuple[View, ...] = ()

    def with_view(self, view: View) -> Tour:
        """
        Raises:
            TourError: it is full, or the view is not valid.
        """
        return checked(replace(self, views=(*self.views, view)))

    def moved(self, index: int, step: int) -> Tour:
        """The same with one view further down by `step`, further up where that is negative; at an end it stays."""
        views = list(self.views)
        view = views.pop(index)
        views.insert(max(0, index + step), view)
        return replace(self, views=tuple(views))

    def without(self, index: int) -> Tour:
        return replace(self, views=self.views[:index] + self.views[index + 1 :])

    def captioned(self, index: int, caption: str) -> Tour:
        """
        Raises:
            TourError: the caption is too long.
        """
        views = list(self.views)
        views[index] = replace(views[index], caption=caption)
        return checked(replace(self, views=tuple(views)))


def link_of(page: str, query: dict[str, str]) -> str:
    """The link to a view, without what is around it: stage mode, the tour itself, marks."""
    kept = {name: text for name, text in query.items() if name not in AROUND}
    path = "" if page == "home" else page
    return f"{path}?{urlencode(kept, safe='/,~:')}" if kept else path


def checked(tour: Tour) -> Tour:
    """The tour.

    Raises:
        TourError: too many views, a text that is too long, or a view of no page.
    """
    if len(tour.views) > MOST_VIEWS:
        raise TourError(f"The tour has {len(tour.views)} views; at most {MOST_VIEWS} are shown.")
    _short("The title", "title", tour.title)
    for number, view in enumerate(tour.views, 1):
        _short(f"The caption of view {number}", "caption", view.caption)
        _short(f"The link of view {number}", "link", view.link)
        if view.page not in ENTRIES:
            raise TourError(
                f"View {number} leads to {view.page[:40]!r}, which is no page of Betascope; pages are {', '.join(ENTRIES)}."
            )
    return tour


def _short(what: str, name: str, text: str) -> None:
    if len(text) > LONGEST[name]:
        raise TourError(f"{what} has {len(text):,} characters; at most {LONGEST[name]:,} are taken.")


def to_bytes(tour: Tour) -> bytes:
    """The JSON file of a tour."""
    views = [{"link": view.link, "caption": view.caption} for view in tour.views]
    text = json.dumps({"format": FORMAT, "title": tour.title, "views": views}, indent=1, ensure_ascii=False)
    return f"{text}\n".encode()


def from_bytes(content: bytes, title: str) -> Tour:
    """The inverse of `to_bytes`. Links may be whole addresses, as the button "Copy link" gives them.

    title: what the file is, as the start of a sentence.

    Raises:
        TourError: not JSON, not a tour, of a later format, or as `checked`.
    """
    try:
        found = parse_json(content, title, LARGEST)
    except BetascopeError as error:
        raise TourError(str(error)) from error
    if found.get("format") != FORMAT:
        raise TourError(
            f"{title} has the format {found.get('format')!r}; this Betascope reads tours of format {FORMAT}."
        )
    views = found.get("views")
    if not isinstance(found.get("title"), str) or not isinstance(views, list):
        raise TourError(f"{title} is no tour: it needs a text `title` and a list `views`.")
    return checked(Tour(found["title"], tuple(_view(number, view, title) for number, view in enumerate(views, 1))))


def _view(number: int, view: Any, title: str) -> View:
    if (
        not isinstance(view, dict)
        or not isinstance(view.get("link"), str)
        or not isinstance(view.get("caption", ""), str)
    ):
        raise TourError(f"View {number} of {title} needs a text `link`, and its `caption` is a text.")
    try:
        parts = urlsplit(view["link"])
    except ValueError as error:
        raise TourError(f"The link of view {number} cannot be read ({error}).") from error
    page = parts.path.rpartition("/")[2] or "home"
    return View(link_of(page, dict(parse_qsl(parts.query))), view.get("caption", ""))


def to_text(tour: Tour) -> str:
    """A tour as a text for the address.

    Raises:
        TourError: it is too long for a link.
    """
    packed = PACKED + base64.urlsafe_b64encode(zlib.compress(to_bytes(tour), 9)).decode().rstrip("=")
    if len(packed) > VIEW["tour"]:
        raise TourError(
            f"The tour takes {len(packed):,} characters, and a link at most {VIEW['tour']:,}: shorten captions or links."
        )
    return packed


def from_text(text: str) -> Tour:
    """The inverse of `to_text`.

    Raises:
        TourError: not the text of a tour, or one that was cut.
    """
    try:
        packed = base64.urlsafe_b64decode(text.removeprefix(PACKED) + "=" * (-len(text.removeprefix(PACKED)) % 4))
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(packed, LARGEST)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise TourError(
            "The tour in the link cannot be read: it was cut or changed. Copy the whole link again."
        ) from error
    return from_bytes(content, "The tour in the link")
