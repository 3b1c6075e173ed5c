"""Sign-in on the screen: a page of its own before, a name and "Sign out" in the sidebar after."""

from __future__ import annotations

import streamlit as st

from ..access import identity
from .sidebar import LOGO


def sign_in() -> None:
    """Where sign-in is set up and nobody has signed in: a page with a button for each provider, and nothing else."""
    if not identity.configured() or (identity.current_user() and not identity.problem()):
        return
    with st.container(key="sign-in", border=True, horizontal_alignment="center", gap="medium"):
        st.image(LOGO, width=220)
        st.markdown("See what a VAE has learned", text_alignment="center")
        if why := identity.problem():
            st.error(why, icon=":material/error:")
        else:
            for name, words in identity.providers().items():
                st.button(
                    words, key=f"sign-in.{name}", type="primary", width="stretch", on_click=st.login, args=(name,)
                )
    st.stop()


def sign_out() -> None:
    """Who is signed in, and how to leave; nothing where nobody signs in."""
    if identity.configured():
        with st.sidebar, st.container(gap=None):
            st.text(identity.display_name())
            st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=st.logout, key="frame.sign-out")
