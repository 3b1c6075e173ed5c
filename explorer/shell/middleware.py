"""What every request passes before a route: headers, its line in the log, sign-in, then modes and limits."""

from __future__ import annotations

import sys

from starlette.middleware import Middleware

from vae_core.config import ConfigError

from ..access.gate import Gate
from ..access.guard import Guard
from ..access.headers import SecurityHeaders, frame_ancestors
from ..live.origin import base
from ..navigation import ENTRIES
from ..watching.middleware import watching
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
        *watching(),
        Middleware(Gate, base=base(), pages=list(ENTRIES)),
        Middleware(Guard, base=base()),
    ]
