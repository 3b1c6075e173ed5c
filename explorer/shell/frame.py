"""The frame of every page: navigation, run picker, device, training in progress, and errors as sentences."""

import streamlit as st

from explorer.access.modes import why_off
from explorer.navigation import ENTRIES, pages, stay
from explorer.presses import forget
from explorer.runs.abilities import lacking
from explorer.runs.selection import current_run, notice
from explorer.shell import sidebar
from explorer.shell.errors import explain_error
from explorer.shell.present import present
from explorer.shell.sign_in import sign_in, sign_out
from explorer.shell.style import apply_style
from explorer.shell.take_away import take_away
from explorer.stage.bar import stage
from explorer.stage.playing import follow
from explorer.state import show_in_address

st.set_page_config(page_title="Betascope", page_icon=sidebar.ICON, layout="wide")
apply_style()
sign_in()
st.logo(sidebar.LOGO, icon_image=sidebar.ICON, size="large")
by_name = pages()
page = st.navigation(list(by_name.values()), expanded=True)
name = next(name for name, listed in by_name.items() if listed == page)
stay(name)
why_not = why_off(ENTRIES[name].action)
run = None
try:
    follow(name)
    if ENTRIES[name].one_run:
        run = current_run()
        sidebar.run_picker(run)
        if run and run.config.model.has_decoder:
            take_away(run)
            present(run, name)
        why_not = why_not or (lacking(run, ENTRIES[name].needs) if run else "")
        if why := notice():
            st.error(f"{why} Another run is shown instead; pick one in the sidebar.", icon=":material/error:")
    stage(name, run.config.name if run else "")
    show_in_address()  # before the page, too: a link to a page has no query, and a reload may come while the page is drawn
    sidebar.link()
    sidebar.status()
    sign_out()
    if why_not:
        st.title(ENTRIES[name].title)
        st.info(why_not, icon=":material/block:")
    else:
        page.run()
except Exception as error:
    explain_error(error)
forget()
show_in_address()
