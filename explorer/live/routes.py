"""What components ask the server directly, beside Streamlit and on its port: decoded images, codes, maps, pictures.

The protocol is in docs/live.md. Everything is read-only; a bad request ends in one sentence and disturbs nobody else.
"""

from __future__ import annotations

from starlette.routing import BaseRoute, Route, WebSocketRoute

from .http import along, cache_file, draw, encode, images
from .modules import module
from .origin import base
from .socket import live


def routes() -> list[BaseRoute]:
    """All of them, for `st.App`."""
    here = base()
    return [
        WebSocketRoute(f"{here}/live/{{run:path}}", live),
        Route(f"{here}/live/{{run:path}}/images", images),
        Route(f"{here}/live/{{run:path}}/cache/{{name}}", cache_file),
        Route(f"{here}/live/{{run:path}}/encode", encode, methods=["POST"]),
        Route(f"{here}/live/{{run:path}}/draw", draw),
        Route(f"{here}/live/{{run:path}}/along", along),
        Route(f"{here}/modules/{{version}}/{{name:path}}", module),
    ]
