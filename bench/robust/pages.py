"""Pages on a store that cannot be written, as Streamlit's AppTest runs them, in a process of their own."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

from .forks import Ended, answer, ended
from .shims import with_slow_disk

FRAME = Path(__file__).parents[2] / "explorer" / "shell" / "frame.py"


def said_by(store: Path, page: str, button: str = "", run: str = "", slow: bool = False) -> tuple[list[str], Ended]:
    """Errors and toasts of a page over this store, after a click on the button with this key. slow: as on a slow disk."""
    call = partial(_open, store, page, button, run)
    found = ended(partial(with_slow_disk, call, str(store)) if slow else call)
    return (list(answer(found.said)["said"]) if found.code == 0 else []), found


def _open(store: Path, page: str, button: str, run: str) -> None:
    os.environ |= {"VAE_STORE_DIR": str(store), "VAE_WARM": "0"}
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_file(str(FRAME), default_timeout=180)
    if run:
        at.query_params["run"] = run
    at.run()
    if page != "home":
        at.switch_page(f"../../pages/{page}.py").run()
    if button:
        at.button(key=button).click().run()
    said = [element.value for element in (*at.error, *at.toast)] + [
        f"Trace: {element.value}" for element in at.exception
    ]
    print(json.dumps({"said": said}))
