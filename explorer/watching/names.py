"""Names of routes: few, whatever is requested, since each one is a time series of its own in a metrics server."""

from __future__ import annotations

from starlette.types import Scope

from ..live.origin import base


def route_of(scope: Scope) -> str:
    """The route as it is declared, "/live/{run:path}"; "static" for Streamlit's files; "other" where there is none."""
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return "other"
    return path.removeprefix(base()).rstrip("/") or "static"


def group_of(scope: Scope) -> str:
    """The first part of the route: "live", "repair", "show"; "page" for the socket of a page, "streamlit" for its other routes."""
    first = route_of(scope).strip("/").partition("/")[0]
    if first != "_stcore":
        return first
    return "page" if scope["type"] == "websocket" else "streamlit"
