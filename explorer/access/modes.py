"""What each mode allows. Everything that changes, starts or takes something asks here, whatever the pages show.

`BETASCOPE_MODE` is `personal` (one person, the default), `class` (many people in a network, each owns what they make) or
`exhibit` (everyone may look). The table in docs/deploy.md is made of `ACTIONS`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from vae_core.config import BetascopeError, ConfigError

from .owners import is_own

VARIABLE = "BETASCOPE_MODE"
P = ParamSpec("P")
R = TypeVar("R")


class Mode(StrEnum):
    """Where the app runs, and for whom."""

    PERSONAL = "personal"
    CLASS = "class"
    EXHIBIT = "exhibit"


EVERYWHERE = frozenset(Mode)
NOT_IN_PUBLIC = frozenset({Mode.PERSONAL, Mode.CLASS})


@dataclass(frozen=True)
class Action:
    """title: what it is, as the start of a sentence. modes: where it is on. owned: in a class, only on what is one's own."""

    title: str
    modes: frozenset[Mode] = NOT_IN_PUBLIC
    owned: bool = False


ACTIONS = {
    "explore": Action("Looking at runs: every page, live images, an image dropped on Traverse, /show", EVERYWHERE),
    "take_away": Action("Taking away models, pages, figures and numbers", EVERYWHERE),
    "compute": Action("Maps, scores and other results that are saved beside a run", EVERYWHERE),
    "train": Action("Training new runs"),
    "control": Action("Pausing, cancelling and resuming a training", owned=True),
    "upload": Action("Uploading data, and importing runs and models"),
    "path": Action("Data and models by path or from the Hugging Face hub"),
    "name": Action("Naming the dimensions of a run", owned=True),
    "delete": Action("Deleting and renaming runs and uploads", owned=True),
    "lead": Action("Leading everyone on /show"),
    "tour": Action("Saving and deleting tours", owned=True),
}


class Denied(BetascopeError):
    """An action that is off in this mode, or on something that is somebody else's."""


def mode() -> Mode:
    """The mode of this app.

    Raises:
        ConfigError: `BETASCOPE_MODE` is something else.
    """
    value = os.environ.get(VARIABLE) or Mode.PERSONAL
    if value not in list(Mode):
        raise ConfigError(f"{VARIABLE}={value!r}: choose one of {', '.join(Mode)}.")
    return Mode(value)


def why_off(action: str, folder: Path | None = None) -> str:
    """One sentence on why an action is off, or off for the run or upload in a folder; "" where it is on."""
    found = ACTIONS[action]
    if mode() not in found.modes:
        return f"{found.title} is off here: this Betascope shows its models to everyone. Install it on your own computer to do more."
    if found.owned and mode() == Mode.CLASS and folder is not None and not is_own(folder):
        return (
            f"{found.title} is for whoever made it: {folder.name} is not yours. Ask whoever made it, or make your own."
        )
    return ""


def allowed(action: str, folder: Path | None = None) -> bool:
    """Whether an action is on: what pages show depends on it."""
    return not why_off(action, folder)


def require(action: str, folder: Path | None = None) -> None:
    """
    Raises:
        Denied: the action is off here, or the run or upload in this folder is not one's own.
    """
    if why := why_off(action, folder):
        raise Denied(why)


def needs(action: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: the function raises `Denied` where the action is off, before it does anything."""
    assert action in ACTIONS

    def guard(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*arguments: P.args, **settings: P.kwargs) -> R:
            require(action)
            return function(*arguments, **settings)

        return guarded

    return guard


def table() -> str:
    """The actions by mode as a Markdown table."""
    lines = [f"| | {' | '.join(f'`{each}`' for each in Mode)} |", f"|---|{'---|' * len(Mode)}"]
    for action in ACTIONS.values():
        cells = [
            "own" if action.owned and each == Mode.CLASS else "yes" if each in action.modes else "–" for each in Mode
        ]
        lines.append(f"| {action.title} | {' | '.join(cells)} |")
    return "\n".join(lines)
