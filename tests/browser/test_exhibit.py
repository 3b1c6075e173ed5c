"""A public host in a browser: everything can be looked at, nothing can be changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import vae_core

from .conftest import failed, is_problem, profile, settle
from .looking import ready, still
from .serving import running_app


def test_everything_is_shown_and_nothing_can_be_changed(
    browser: Browser, store: vae_core.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BETASCOPE_MODE", "exhibit")
    log = tmp_path / "log.txt"
    problems: list[str] = []
    with running_app(store.root, log) as app:
        context = profile(browser)
        page = context.new_page()
        page.on("response", lambda answer: problems.append(f"{answer.status} {answer.url}") if failed(answer) else None)
        page.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
        page.goto(app.address)
        expect(page.get_by_role("heading", name="More models")).to_be_visible()
        menu = page.get_by_role("navigation").or_(page.get_by_test_id("stSidebarNav")).first
        expect(menu.get_by_role("link", name="Traverse")).to_be_visible()
        expect(menu.get_by_role("link", name="Train")).to_have_count(0)
        for name in ("Train on my data", "Import a run", "Delete for good"):
            expect(page.get_by_text(name)).to_have_count(0)
        page.goto(f"{app.address}/train")
        expect(page.get_by_text(re.compile("Training new runs is off here"))).to_be_visible()
        page.goto(f"{app.address}/traverse?run=plane-1&z=0.5,0.5")
        settle(page)
        found = ready(page, "traversal")
        assert still(found.locator("canvas.main")) == pytest.approx([0.5, 0.5])
        expect(found.locator("input.given").first).not_to_be_editable()
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        assert cookies["betascope_client"]["httpOnly"]
        upload = context.request.put(f"{app.address}/_stcore/upload_file/x/y", data=b"x")
        assert upload.status == 403
        assert "Uploading data" in upload.text()
        context.close()
    assert not problems, problems
    assert "Traceback" not in log.read_text()
