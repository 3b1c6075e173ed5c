"""The app's pages in this process, as Streamlit's own tests run them."""

from __future__ import annotations

import contextlib
import io
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.jobs import commands
from explorer.jobs import maps as map_jobs
from vae_core.config import BetascopeError
from vae_core.runs import Store

from . import material

FRAME = str(Path(__file__).parents[2] / "explorer" / "shell" / "frame.py")


class Heard(logging.Handler):
    """What the app logged of pages that failed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.errors.append(record.exc_info[1])


class Shown(BetascopeError):
    """A sentence in a red box."""


def page_of(name: str, store: Store, query: dict[str, Any]) -> None:
    """Draw one page over a store.

    Raises:
        Shown: the page says what is wrong. Any other: what it hid behind "Something went wrong".
    """
    still(store)
    heard, logger = Heard(), logging.getLogger("betascope")
    logger.addHandler(heard)
    try:
        app = AppTest.from_file(FRAME, default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        with contextlib.redirect_stderr(io.StringIO()):
            app.run()
            if name != "home":
                app.switch_page(f"../../pages/{name}.py").run()
    finally:
        logger.removeHandler(heard)
    if heard.errors:
        raise heard.errors[0].__cause__ or heard.errors[0].__context__ or heard.errors[0]
    assert not app.exception, app.exception[0].value
    for error in app.error:
        raise Shown(error.value)


def still(store: Store) -> None:
    """The app over this store, without processes beside it."""
    material.load_once()
    library.store = lambda: store
    quiet = map_jobs.MapService()
    for name, value in (("_start", None), ("_send", None), ("_alive", True)):
        setattr(quiet, name, lambda *_, value=value: value)
    map_jobs.MAP_SERVICE = quiet
    commands._start = lambda run, command: commands.Job(SimpleNamespace(poll=lambda: None), Path(), 0.0, "")  # type: ignore[arg-type]
    material.without_workers()
    st.cache_data.clear()
    st.cache_resource.clear()
