"""What every page stands in: navigation, the run picker, device, training in progress, and errors as sentences."""

import streamlit as st

from explorer import sidebar
from explorer.navigation import ENTRIES, pages
from explorer.state import show_in_address
from explorer.style import apply_style
from explorer.widgets import current_run, explain_error, notice

st.set_page_config(page_title="Betascope", page_icon=sidebar.ICON, layout="wide")
st.logo(sidebar.LOGO, icon_image=sidebar.ICON, size="large")
apply_style()
known = pages()
page = st.navigation(list(known.values()), expanded=True)
name = next(name for name, known_page in known.items() if known_page == page)
try:
    if ENTRIES[name].one_run:
        sidebar.run_picker(current_run())
        if why := notice():
            st.error(f"{why} Another run is shown instead; pick one in the sidebar.", icon=":material/error:")
    sidebar.link()
    sidebar.status()
    page.run()
except Exception as error:
    explain_error(error)
show_in_address()
