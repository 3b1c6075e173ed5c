"""Widgets show what the session has, whatever the browser has shown before."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from explorer.shell.controls import linked
    from explorer.showing import showing

    state = st.session_state
    state.setdefault("run", "b")
    showing(
        st.selectbox,
        "Run",
        ["a", "b", "c"],
        key="picker",
        value=state["run"],
        changed=lambda run: state.update(run=run),
    )
    showing(
        st.text_input,
        "Name",
        key="name",
        value=state.get("name", "x"),
        changed=lambda text: state.update(name=text.strip()),
    )
    linked(st.segmented_control, "Path", ["linear", "slerp"], "path", "path")


def page() -> AppTest:
    return AppTest.from_function(_page, default_timeout=60)


def test_a_choice_leaves_the_widget_as_it_is() -> None:
    at = page().run()
    assert at.selectbox("picker").value == "b"
    for run in "ca":
        at.selectbox("picker").select(run).run()
        assert at.session_state["run"] == at.selectbox("picker").value == run


def test_another_value_makes_another_widget_that_begins_with_it() -> None:
    """No report of what the browser showed before, however late, can undo it: that is of another widget."""
    at = page().run()
    before = at.selectbox[0].proto.id
    at.session_state["run"] = "c"
    at.run()
    after = at.selectbox[0].proto
    assert after.id != before
    assert (after.options[after.default], after.set_value) == ("c", False)
    at.run()
    assert at.selectbox[0].proto.id == after.id


def test_a_value_is_shown_as_it_was_understood() -> None:
    at = page().run()
    at.text_input("name").set_value("  mine ").run()
    assert at.text_input[0].value == "mine"


def test_a_default_reaches_browsers_that_draw_the_widget_late() -> None:
    """Each run sends it, not the first one alone."""
    at = page().run()
    for _ in range(2):
        at.run()
        found = at.selectbox[0].proto
        assert found.options[found.default] == "b"


def test_a_link_with_a_choice_that_is_none_opens_with_the_default() -> None:
    at = page()
    at.query_params["path"] = "slerp"
    assert at.run().segmented_control[0].value == "slerp"
    at = page()
    at.query_params["path"] = "sideways"
    assert at.run().segmented_control[0].value == "linear"
    assert "path" not in at.session_state["session"].view
    at.segmented_control[0].set_value("slerp").run()
    assert at.session_state["session"].view["path"] == "slerp"
    at.segmented_control[0].set_value(None).run()
    assert at.segmented_control[0].value == "linear"
