"""Where the browser is: an installed Chromium first, then Playwright's own (installed if it can be)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: For tests: the shell needs a fifth of the CPU time for a window, as it has no tabs, no bubbles and no new-tab page.
SHELL_FIRST = ("chromium-headless-shell", *NAMES)
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def installed(names: Sequence[str] = NAMES) -> str | None:
    """Path of the first of these on this machine, else of Playwright's own Chromium."""
    for name in names:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def main() -> int:
    """Make sure there is one: `make test` calls this first."""
    if installed(SHELL_FIRST) is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    found = installed(SHELL_FIRST)
    print(f"browser: {found or 'none; install chromium, or the browser tests are left out'}")
    return 1 if found is None and os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
