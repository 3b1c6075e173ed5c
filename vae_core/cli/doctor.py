"""`doctor`: whether this machine has what Betascope needs."""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any

from ..doctor import examine
from ..doctor.finding import OK, PROBLEM, WARNING, Finding, Place

#: Mark and colour (ANSI) of a state.
MARKS = {OK: ("✓", 32), WARNING: ("!", 33), PROBLEM: ("✗", 31)}
#: Columns before what was found.
INDENT = 14


def doctor_options(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("STREAMLIT_SERVER_PORT") or "8501"
    parser.add_argument(
        "--port", type=int, default=default, help="port of the app (default: STREAMLIT_SERVER_PORT, else 8501)"
    )


def doctor(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Exit code 0 without a problem, else 1."""
    place = Place(Path(options.store or os.environ.get("VAE_STORE_DIR") or "checkpoints"), options.port)
    rows, counts = [], dict.fromkeys(MARKS, 0)
    for subject, finding in examine(place):
        _echo(line(subject, finding, colours=sys.stderr.isatty(), width=shutil.get_terminal_size().columns))
        rows.append({"subject": subject, **dataclasses.asdict(finding)})
        counts[finding.state] += 1
    _echo(f"\n{_number(counts[PROBLEM], PROBLEM)}, {_number(counts[WARNING], WARNING)}.")
    return {"checks": rows, "problems": counts[PROBLEM], "warnings": counts[WARNING]}, 1 if counts[PROBLEM] else 0


def line(subject: str, finding: Finding, colours: bool, width: int) -> str:
    """A check as one line, below it the remedy; both wrapped to `width`."""
    mark, colour = MARKS[finding.state]
    start = f"{mark} {subject}".ljust(INDENT)
    margin = " " * INDENT
    text = textwrap.fill(
        start + finding.found, max(40, width), subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
    if finding.remedy:
        remedy = textwrap.fill(f"{margin}→ {finding.remedy}", max(40, width), subsequent_indent=f"{margin}  ", break_long_words=False, break_on_hyphens=False)  # fmt: skip
        text += f"\n{remedy}"
    return text.replace(mark, f"\033[{colour}m{mark}\033[0m", 1) if colours else text


def _echo(text: str) -> None:
    print(text, file=sys.stderr)  # not that of console.py, which imports other packages


def _number(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"
