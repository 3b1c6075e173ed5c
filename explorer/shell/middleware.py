"""What every request passes before a route: headers, then sign-in, then modes and limits."""

from __future__ import annotations

import sys

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from vae_core.config import ConfigError

from ..access.gate import Gate
from ..access.guard import Guard
from ..access.headers import OTHERS, SecurityHeaders, frame_ancestors
from ..live.origin import base
from ..navigation import ENTRIES
from . import addresses


def middleware() -> list[Middleware]:
    """For `st.App`, the outermost first; ends the program where a setting is not accepted."""
    try:
        frame_ancestors()
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    return [
        Middleware(SecurityHeaders, html=addresses.html()),
        Middleware(Gate, base=base(), pages=list(ENTRIES)),
        Middleware(Guard, base=base()),
    ]


def explain_failure(request: Request, error: Exception) -> PlainTextResponse:
    """One sentence for an error in a route, which the server logs; it is answered outside of all middleware."""
    return PlainTextResponse("Something went wrong on the server; its log has the details.", 500, OTHERS)
