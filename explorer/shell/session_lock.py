"""One lock for each session's state, so that two script threads of a session take turns at it.

A click starts a new script thread while the old one still runs to its next `st.` call. Streamlit 1.67 gives each thread
a lock of its own (`SafeSessionState.__init__`) over the same state, so a widget that the old thread registers can change
the dictionary which the new one goes through: "dictionary keys changed during iteration", shown instead of the page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakValueDictionary

from streamlit.runtime.state import SessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState

#: By `id` of the state. An entry lives as long as somebody holds the lock's owner, who holds the state, too.
_LOCKS: WeakValueDictionary[int, Any] = WeakValueDictionary()
_GUARD = threading.Lock()


def share_session_locks() -> None:
    """From now on, all threads of a session use the same lock. Calling it twice does no harm."""
    original = SafeSessionState.__init__
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def init(self: SafeSessionState, state: SessionState, yield_callback: Callable[[], None]) -> None:
        original(self, state, yield_callback)
        with _GUARD:
            lock = _LOCKS.setdefault(id(state), self._lock)
        object.__setattr__(self, "_lock", lock)

    SafeSessionState.__init__ = init  # type: ignore[method-assign]
