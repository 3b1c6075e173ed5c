"""The real server's log, a page that fails in it, and what the doctor finds in a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.waiting import soon

from .conftest import profile
from .serving import ROOT, running_script

#: An app whose page fails in its script, and in the callback of its button.
APP = """
import sys
sys.path.insert(0, {root!r})
import streamlit as st
from explorer.shell.startup import explain_script_error
from explorer.watching.middleware import watching

app = st.App({page!r}, middleware=[*watching()], on_script_error=explain_script_error)
"""
PAGE = """
import streamlit as st
from explorer.shell.errors import explain_error

def fail():
    raise KeyError("of a click")

st.button("Fail", on_click=fail)
try:
    raise KeyError("of a page")
except KeyError as error:
    explain_error(error)
"""


def test_the_sentence_on_a_page_leads_to_the_trace_in_the_log(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BETASCOPE_LOG", "json")
    script, page, log = (tmp_path / name for name in ("app.py", "page.py", "log.txt"))
    script.write_text(APP.format(root=str(ROOT), page=str(page)))
    page.write_text(PAGE)
    context = profile(browser)
    with running_script(str(script), tmp_path / "store", log) as app:
        shown = context.new_page()
        shown.goto(app.address)
        alert = shown.get_by_role("alert")
        expect(alert).to_contain_text("the server's log has the details under ")
        number = alert.inner_text().rstrip(".").split()[-1]
        shown.get_by_role("button", name="Fail").click()
        soon(lambda: "of a click" in log.read_text())
        expect(alert.first).to_contain_text(number)
        with urllib.request.urlopen(f"{app.address}/_stcore/health") as answer:
            assert answer.headers["X-Request-ID"]
        context.close()
    text = log.read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    errors = [line for line in lines if line["level"] == "error"]
    assert {line["request_id"] for line in errors} == {number}
    assert {line["message"] for line in errors} == {"A page failed", "Uncaught app execution"}
    assert any("KeyError: 'of a page'" in line["exception"] for line in errors)
    assert any("KeyError: 'of a click'" in line["exception"] for line in errors)
    socket = next(line for line in lines if line.get("route") == "/_stcore/stream")
    assert (socket["request_id"], socket["status"]) == (number, 101)
    others = [line for line in text.splitlines() if line.strip() and not line.startswith("{")]
    assert not [line for line in others if "URL" not in line and "You can now view" not in line]  # for who started it
    assert not [line for line in lines if "127.0.0.1" in json.dumps(line)]


def test_the_doctor_starts_a_browser(browser: Browser) -> None:
    code = (
        "from vae_core.doctor.browser import abilities; finding = abilities(None); print(finding.state, finding.found)"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "not checked" not in answer.stdout
    assert "Chromium" in answer.stdout
