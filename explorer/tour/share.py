"""Give the tour in the link to others: save it, copy a link, download it, print it."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.runs import Run, split_id

from .. import library
from ..access.modes import allowed
from ..components import mount
from ..shell.present import public_address
from ..shell.take_away import made
from ..stage.saved import save
from ..stage.tours import Tour, View, to_bytes, to_text
from ..state import session


def share(tour: Tour) -> None:
    """Buttons, and the link."""
    st.header("Share")
    with st.container(horizontal=True, vertical_alignment="center"):
        if allowed("tour"):
            st.button(
                "Save here",
                key="tour.save",
                icon=":material/save:",
                help="In the store of this app, for the list below",
                on_click=_save,
                args=(tour,),
            )
        st.download_button(
            "Download", to_bytes(tour), f"{tour.title}.json", "application/json", icon=":material/download:", key="tour.download", on_click="ignore",
            help="A small JSON file, for Open of another Betascope with the same runs",
        )  # fmt: skip
        if runs := runs_of(tour):
            st.download_button(
                "Page that works offline", lambda: made(runs[0], "html", runs[1:], to_bytes(tour)), f"{tour.title}.html", "text/html", icon=":material/html:",
                key="tour.page", on_click="ignore", help="The tour as one HTML file, for any browser: views of Traverse, Map, Interpolate and Compare move there, others are their captions",
            )  # fmt: skip
        mount("print", "tour.print", {"title": tour.title, "views": [_printed(view) for view in tour.views]})
    try:
        st.caption("This link plays the tour, in any browser that reaches this server:")
        st.code(f"{public_address(st.context.url or '')}/{first_view(tour)}", language=None, wrap_lines=False)
    except BetascopeError as error:
        st.info(str(error), icon=":material/link_off:")


def runs_of(tour: Tour) -> list[Run]:
    """The runs that its views show, each once, as far as they fit into a page of images."""
    named = [id for view in tour.views for id in (view.query.get("run", ""), *view.query.get("compare", "").split(","))]
    found = {
        run.id: run
        for run in library.openable_runs()
        if run.config.data_kind == "images" and run.config.model.has_decoder
    }
    return [found[id] for id in dict.fromkeys(split_id(one)[0] for one in named) if id in found]


def first_view(tour: Tour) -> str:
    """The address that plays a tour, from the app's first page.

    Raises:
        TourError: the tour is too long for a link.
    """
    view, text = tour.views[0], session().view.get("tour", "")
    text = text if text and not text.startswith("~") else to_text(tour)
    query = view.query | {"stage": "1", "tour": text, "n": "1"}
    return f"{view.link.partition('?')[0]}?{urlencode(query, safe='/,~:')}"


def _printed(view: View) -> dict[str, str]:
    path, _, query = view.link.partition("?")
    return {"address": f"./{path}?{query}&stage=print", "caption": view.caption}


def _save(tour: Tour) -> None:
    try:
        session().set_view("tour", save(tour))
        st.toast(f"Saved as {session().view['tour']}.", icon=":material/save:")
    except BetascopeError as error:
        st.toast(str(error), icon=":material/error:")
