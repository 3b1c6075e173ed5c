"""What a check is given, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

OK, WARNING, PROBLEM = "ok", "warning", "problem"


@dataclass(frozen=True)
class Place:
    """Where Betascope is to run. store: folder of runs; port: of the app."""

    store: Path
    port: int


@dataclass(frozen=True)
class Finding:
    """state: OK; WARNING: something works less well; PROBLEM: something does not work. remedy: what to do, "" if nothing."""

    state: str
    found: str
    remedy: str = ""


def ok(found: str) -> Finding:
    return Finding(OK, found)


def warning(found: str, remedy: str) -> Finding:
    return Finding(WARNING, found, remedy)


def problem(found: str, remedy: str) -> Finding:
    return Finding(PROBLEM, found, remedy)
