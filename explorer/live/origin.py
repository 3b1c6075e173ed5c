"""Where the routes live, and which pages may use them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from streamlit import config


def base() -> str:
    """The path below which everything is served: "" or "/prefix" (`server.baseUrlPath`)."""
    prefix = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{prefix}" if prefix else ""


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a page of this very server asks, or one of `server.corsAllowedOrigins`."""
    origin = headers.get("origin", "")
    return bool(origin) and (
        urlsplit(origin).netloc == headers.get("host") or origin in config.get_option("server.corsAllowedOrigins")
    )
