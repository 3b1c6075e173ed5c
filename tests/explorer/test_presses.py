"""A press outlives a run of the script that is ended early, and no longer."""

from streamlit.testing.v1 import AppTest

from .conftest import texts


def _page() -> None:
    import streamlit as st

    from explorer.presses import forget, pressed

    if st.session_state.pop("report", False):  # of a component, which ends this run of the script
        st.rerun()
    if not st.session_state.get("hidden"):
        if st.button("Plain", key="plain"):
            st.markdown("plain")
        if pressed("Pressed", key="pressed.one"):
            st.markdown("pressed")
        if pressed("Other", key="pressed.two"):
            st.markdown("other")
    forget()


def page() -> AppTest:
    return AppTest.from_function(_page, default_timeout=60).run()


def test_a_press_is_there_once() -> None:
    at = page()
    assert texts(at.markdown) == ""
    at.button("pressed.one").click().run()
    assert texts(at.markdown) == "pressed"
    at.run()
    assert texts(at.markdown) == ""


def test_a_press_outlives_a_run_that_a_report_ends() -> None:
    at = page()
    for key, text in (("plain", ""), ("pressed.one", "pressed"), ("pressed.two", "other")):
        at.session_state["report"] = True
        at.button(key).click().run()
        assert texts(at.markdown) == text


def test_a_press_is_forgotten_where_the_button_is_gone() -> None:
    at = page()
    at.session_state["hidden"] = True
    at.button("pressed.one").click().run()
    at.session_state["hidden"] = False
    at.run()
    assert texts(at.markdown) == ""
