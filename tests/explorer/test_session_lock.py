"""Threads of one session take turns at its state."""

from __future__ import annotations

import gc
import sys
import threading

import pytest
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState

from explorer.shell import session_lock


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SafeSessionState, "__init__", SafeSessionState.__init__)  # put back afterwards
    session_lock.share_session_locks()


def test_threads_of_a_session_share_a_lock_and_sessions_do_not() -> None:
    state = SessionState()
    first, second = (SafeSessionState(state, lambda: None) for _ in range(2))
    assert first._lock is second._lock
    assert SafeSessionState(SessionState(), lambda: None)._lock is not first._lock


def test_it_is_set_once_and_forgets_ended_sessions() -> None:
    before = SafeSessionState.__init__
    session_lock.share_session_locks()
    assert SafeSessionState.__init__ is before
    state = SafeSessionState(SessionState(), lambda: None)
    assert id(state._state) in session_lock._LOCKS
    key = id(state._state)
    del state
    gc.collect()
    assert key not in session_lock._LOCKS


def test_a_stopping_thread_does_not_change_what_a_new_one_goes_through() -> None:
    """Without the shared lock, this fails within a few rounds: a dictionary that changes while it is gone through."""
    state = SessionState()
    old, new = (SafeSessionState(state, lambda: None) for _ in range(2))
    problems: list[Exception] = []
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            old[f"key {number % 50}"] = number
            if number % 3 == 0:
                del old[f"key {number % 50}"]
            number += 1

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(300):
            new.filtered_state  # noqa: B018
    except RuntimeError as error:
        problems.append(error)
    finally:
        stop.set()
        writer.join()
        sys.setswitchinterval(interval)
    assert not problems
