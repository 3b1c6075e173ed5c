"""Routes for the addresses of pages, ahead of Streamlit's own."""

from __future__ import annotations

from functools import cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from ..live.modules import modules_of
from ..live.origin import base
from ..navigation import ENTRIES
from .chunks import STATIC, chunks

#: Components of the frame around every page.
ON_ALL_PAGES = ("stage", "link", "decoding")
#: Without it the browser looks for the server below the page's own address first ("/map/_stcore/health"): two 404s.
SERVER = "window.__streamlit = { BACKEND_BASE_URL: new URL('.', location.href).href };"
#: A stage is dark, paper is light: Streamlit has no call to change its theme, but follows what the browser prefers, which is said here.
STAGE = """{
  const ask = window.matchMedia.bind(window), root = document.documentElement;
  const asked = { "1": "", print: "print" }[new URLSearchParams(location.search).get("stage")];
  if (asked !== undefined) root.setAttribute("data-stage", asked);
  const answers = { "": "all", print: "not all" };
  window.matchMedia = (query) => ask((query === "(prefers-color-scheme: dark)" && answers[root.getAttribute("data-stage")]) || query);
}"""


def routes() -> list[Route]:
    """One for each page, which answers with Streamlit's HTML; the name of the first one redirects to "/"."""
    prefix = base()
    others = [Route(f"{prefix}/{name}", page if index else to_first) for index, name in enumerate(ENTRIES)]
    return [Route(f"{prefix}/", page), *others]


def page(request: Request) -> HTMLResponse:
    """Streamlit's HTML with our first lines, and the modules that the page will import, so that they come while Streamlit starts."""
    name = request.url.path.rpartition("/")[2] or next(iter(ENTRIES))
    return HTMLResponse(html_of(name), headers={"Cache-Control": "no-cache"})


@cache
def html_of(name: str) -> str:
    """The HTML of a page of `ENTRIES`; its modules are the last in its head, as Streamlit's own are needed before."""
    own = modules_of(filter(None, [ENTRIES[name].component, *ON_ALL_PAGES]))
    links = [f'<link rel="modulepreload" href="./{address}" />' for address in (*chunks(), *own)]
    return html().replace("</head>", "".join(links) + "</head>", 1)


@cache
def html() -> str:
    """Streamlit's HTML with the address of the server set, and what stage mode needs before the first paint; the same for every page."""
    return (STATIC / "index.html").read_text("utf8").replace("<head>", f"<head><script>{SERVER}{STAGE}</script>", 1)


def to_first(request: Request) -> RedirectResponse:
    """Redirect "/home" to "/": Streamlit would open a "page not found" dialog there."""
    return RedirectResponse(f"{base()}/?{request.url.query}".rstrip("?"))
