"""What tests of runs share."""

from __future__ import annotations

from typing import Any

import pytest
from filelock import BaseFileLock


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a lock waits for a moment."""
    honest = BaseFileLock.acquire

    def acquire(self: BaseFileLock, timeout: float | None = None, *rest: Any, **settings: Any) -> Any:
        return honest(self, min(timeout, 0.1) if timeout else timeout, *rest, **settings)

    monkeypatch.setattr(BaseFileLock, "acquire", acquire)
