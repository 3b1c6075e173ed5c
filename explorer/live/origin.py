"""The path below which routes are served, and the origins that may use them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from streamlit import config


def base() -> str:
    """The path below which everything is served: "" or "/prefix" (`server.baseUrlPath`)."""
    prefix = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{prefix}" if prefix else ""


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of this server, or from one of `server.corsAllowedOrigins`."""
    origin = headers.get("origin", "")
    return bool(origin) and (
        urlsplit(origin).netloc == headers.get("host") or origin in config.get_option("server.corsAllowedOrigins")
    )
