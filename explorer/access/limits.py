"""How much one client may use where many share a server; over a limit there is one sentence, and nobody else is slowed.

`BETASCOPE_LIMITS="runs=20 gigabytes=2 sockets=8"` sets some of them, 0 for no limit; the others are those of the mode.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, fields, replace

from vae_core.config import BetascopeError, ConfigError

from .modes import Mode, mode

VARIABLE = "BETASCOPE_LIMITS"


@dataclass(frozen=True)
class Limits:
    """Of each client; infinity is no limit.

    runs: in the store. gigabytes: of runs and uploads. queue: runs that are queued or training. minutes: of training within 24 hours.
    sockets: of live images, at once. decode: seconds of the decode thread within a minute. jobs: scores and other computations at once, and as many
    exports; maps take turns in one process.
    """

    runs: float = math.inf
    gigabytes: float = math.inf
    queue: float = math.inf
    minutes: float = math.inf
    sockets: float = math.inf
    decode: float = math.inf
    jobs: float = math.inf


DEFAULTS = {
    Mode.PERSONAL: Limits(),
    Mode.CLASS: Limits(runs=40, gigabytes=4, queue=6, minutes=240, sockets=16, decode=20, jobs=2),
    Mode.EXHIBIT: Limits(sockets=16, decode=10, jobs=1),
}


class OverLimit(BetascopeError):
    """A client wants more than its share."""


def limits() -> Limits:
    """Those of this app.

    Raises:
        ConfigError: `BETASCOPE_LIMITS` names something else, or no number.
    """
    found, names = DEFAULTS[mode()], [field.name for field in fields(Limits)]
    for part in os.environ.get(VARIABLE, "").split():
        name, _, text = part.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if name not in names or not value >= 0:
            raise ConfigError(f"{VARIABLE}: {part!r} is not one of {', '.join(names)} with a number, as in runs=20.")
        found = replace(found, **{name: value or math.inf})
    return found


def table() -> str:
    """The limits by mode as a Markdown table."""
    titles = {
        "runs": "Runs in the store", "gigabytes": "Gigabytes of runs and uploads", "queue": "Runs queued or training at once",
        "minutes": "Minutes of training within 24 hours", "sockets": "Open sockets", "decode": "Seconds of decoding within a minute",
        "jobs": "Scores and other computations at once, and as many exports",
    }  # fmt: skip
    lines = [f"| | name | {' | '.join(f'`{each}`' for each in Mode)} |", f"|---|---|{'---|' * len(Mode)}"]
    for name, title in titles.items():
        values = (getattr(DEFAULTS[each], name) for each in Mode)
        cells = ["–" if math.isinf(value) else f"{value:g}" for value in values]
        lines.append(f"| {title} | `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)
