"""Components that run in the browser: a folder of plain ES modules each, and `shared/` beside them; no build step.

A component fetches pixels and codes from the server by itself (`explorer/live/`). It reports to Python only
what has to outlive it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ..live.modules import address_of
from ..navigation import reporting
from ..state import fresh_key

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
    const view = import(new URL(data.module, location.href).href)
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
    return st.components.v2.component(
        f"betascope.{name}", css=(HERE / "shared" / "style.css").read_text("utf8"), js=LOADER
    )


def mount(name: str, key: str, props: dict[str, Any], **callbacks: Callable[[], None]) -> Any:
    """Show a component with these props; returns its triggers (`gone`), and `state_value` reads its state."""
    noted = {event: reporting(callback) for event, callback in callbacks.items()}
    return _component(name)(key=fresh_key(key), data=props | {"module": address_of(name)}, **noted)


def state_value(key: str, name: str) -> Any:
    """The state `name` of the component mounted as `key`, unchecked from the browser; None before the first event."""
    state = st.session_state.get(fresh_key(key), {}).get(name)
    return state.get("value") if isinstance(state, dict) else None
