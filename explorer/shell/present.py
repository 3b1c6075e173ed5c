"""The menu "Present": the address of the run's page for everyone in the hall, as a QR code, and leading them."""

from __future__ import annotations

import os
import socket
from urllib.parse import quote, urlsplit

import segno
import streamlit as st
from streamlit import config

from vae_core.runs import Run

from ..access.modes import allowed
from ..components import mount
from ..live.follow import TOKEN

#: Pages whose moves others can follow, by their names in `navigation`.
SHOWN = ("traverse", "map", "interpolate")
#: The server's address as others see it, for the QR code.
PUBLIC = "BETASCOPE_PUBLIC_URL"
LEADING = "present.leading"
EVERYWHERE = "0.0.0.0"  # nosec B104  # compared with, not listened on
LOCAL = ("localhost", "127.0.0.1", "::1")
ALONE = (
    "Only this computer reaches the app: start it with `make app HOST=0.0.0.0` (or `--server.address 0.0.0.0`) "
    "where others may reach it."
)


def present(run: Run | None, page: str) -> None:
    """The address and its QR code, and a switch: everyone on that page sees what is seen here."""
    if run is None or page not in SHOWN or run.config.data_kind != "images":
        return
    server = public_address(st.context.url or "")
    address = f"{server}/show/{quote(run.id)}"
    with st.sidebar:
        with st.popover("Present", icon=":material/co_present:"):
            if urlsplit(server).hostname in LOCAL:
                st.info(ALONE, icon=":material/lan:")
            else:
                picture = segno.make(address, error="m").svg_data_uri(scale=6, border=2, light="#fff")
                st.html(f'<img class="qr" src="{picture}" alt="QR code of {address}">')
            st.html(f'<a class="address" href="{address}" target="_blank">{address}</a>')
            st.caption("Sliders, map and paths, decoded by each phone or laptop itself.")
            if not allowed("lead"):
                return
            st.toggle(
                "Lead", st.session_state.get(LEADING, False), key="present.lead", on_change=_switched,
                help="Everyone on that page sees the run, page and code that you see here, unless they let go.",
            )  # fmt: skip
            st.link_button(
                "Lead from another device", f"{address}#lead={TOKEN}", icon=":material/tablet:", type="tertiary",
                help="Copy this link to a tablet: whoever has it can lead, until the server starts anew.",
            )  # fmt: skip
        props = {"run": run.id, "page": page, "address": "lead", "token": TOKEN}
        mount("lead", "frame.lead", props | {"on": st.session_state.get(LEADING, False)})


def _switched() -> None:
    st.session_state[LEADING] = st.session_state["present.lead"]


def public_address(url: str) -> str:
    """The server as others reach it: `BETASCOPE_PUBLIC_URL`, else the address in the browser.

    This machine's own stands in place of "localhost" where the server listens to others, too.

    url: of the page in the browser, one level below the app's.
    """
    if given := os.environ.get(PUBLIC):
        return given.rstrip("/")
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    if host in (*LOCAL, EVERYWHERE) and config.get_option("server.address") not in LOCAL:
        host = _own_address() or host
    return f"{parts.scheme or 'http'}://{host}{f':{parts.port}' if parts.port else ''}{parts.path.rpartition('/')[0]}"


def _own_address() -> str | None:
    """This machine's address in its network; None without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # chooses a network; nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            return None
