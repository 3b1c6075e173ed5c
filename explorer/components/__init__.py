"""Components that run in the browser: plain ES modules and one style sheet beside this file, no build step.

Each function mounts one of them and returns what the person did there. What they know of the model they ask the
server themselves (`explorer/live.py`); Python hears only of what should be remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ..live import base, modules_version

HERE = Path(__file__).parent
#: Streamlit calls this again with fresh data after each run of the script; it mounts once and updates then.
LOADER = """
const mounted = new WeakMap();
export default function (component) {
  const { data, parentElement } = component;
  const known = mounted.get(parentElement);
  if (known) {
    known.left = false;
    known.view.then((view) => view && view.update(component));
  } else {
    const view = import(new URL(data.module, location.origin).href)
      .then((module) => module.mount(component))
      .catch((error) => { parentElement.append("This part of the page could not be loaded; reload the page."); console.error(error); });
    mounted.set(parentElement, { view, left: false });
  }
  const now = mounted.get(parentElement);
  return () => {
    now.left = true;
    setTimeout(() => {
      if (!now.left) return;
      mounted.delete(parentElement);
      now.view.then((view) => view && view.destroy());
    }, 0);
  };
}
"""


@cache
def _component(name: str) -> Callable[..., Any]:
    return st.components.v2.component(f"betascope.{name}", css=(HERE / "style.css").read_text("utf8"), js=LOADER)


def mount(name: str, key: str, data: dict[str, Any], **callbacks: Callable[[], None]) -> Any:
    """Show the component of `name`.js; `said` tells what was done there, the result what just happened (`gone`)."""
    address = f"{base()}/modules/{_version()}/{name}.js"
    return _component(name)(key=key, data=data | {"module": address}, **callbacks)


def said(key: str, name: str) -> Any:
    """What a person last did in the component mounted as `key`, as it came from the browser; None: nothing yet."""
    found = st.session_state[key].get(name)
    return found.get("value") if isinstance(found, dict) else None


@cache
def _version() -> str:
    return modules_version()
