"""Routes for components, beside Streamlit's and on its port: decoded images, codes, maps, test images.

The protocol is in docs/live.md. Everything is read-only; a bad request is answered with one sentence and affects no other client.
"""

from __future__ import annotations

from starlette.routing import BaseRoute, Route, WebSocketRoute

from .decoder import decoder, encoder, runtime
from .follow import follow, lead
from .glossary import glossary
from .health import healthz
from .http import along, cache_file, draw, encode, images
from .metrics import metrics
from .modules import module
from .origin import base
from .repair import repair
from .show import file, show
from .socket import live
from .training import flow, training


def routes() -> list[BaseRoute]:
    """All routes, for `st.App`."""
    prefix = base()
    return [
        Route(f"{prefix}/healthz", healthz),
        Route(f"{prefix}/glossary", glossary),
        Route(f"{prefix}/metrics", metrics),
        WebSocketRoute(f"{prefix}/live/{{run:path}}", live),
        Route(f"{prefix}/live/{{run:path}}/images", images),
        Route(f"{prefix}/live/{{run:path}}/cache/{{name}}", cache_file),
        Route(f"{prefix}/live/{{run:path}}/encode", encode, methods=["POST"]),
        Route(f"{prefix}/live/{{run:path}}/draw", draw),
        Route(f"{prefix}/live/{{run:path}}/decoder", decoder),
        Route(f"{prefix}/live/{{run:path}}/encoder", encoder),
        Route(f"{prefix}/live/{{run:path}}/along", along),
        Route(f"{prefix}/live/{{run:path}}/training", training, methods=["GET", "POST"]),
        Route(f"{prefix}/live/{{run:path}}/flow", flow),
        WebSocketRoute(f"{prefix}/repair/{{run:path}}", repair),
        Route(f"{prefix}/runtime/{{version}}/{{name}}", runtime),
        Route(f"{prefix}/show/{{run:path}}/files/{{version}}/{{name}}", file),
        Route(f"{prefix}/show/{{run:path}}", show),
        WebSocketRoute(f"{prefix}/follow", follow),
        WebSocketRoute(f"{prefix}/lead", lead),
        Route(f"{prefix}/modules/{{version}}/{{name:path}}", module),
    ]
