"""Shared by all benches: the command line, the table, the JSON object and the committed result.

`python -m bench.claims` writes the committed results into the tables of the docs, between their marks.
"""

from __future__ import annotations

import argparse
import json
import operator
import platform
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from vae_core.config import BetascopeError
from vae_core.cores import processor_info
from vae_core.training.device import native_bfloat16

RESULTS = Path(__file__).parent / "results"
#: Texts that quote results.
PAGES = (*sorted((RESULTS.parents[1] / "docs").glob("*.md")), RESULTS / "README.md")
RELATIONS = {"≥": operator.ge, "≤": operator.le}


class Report:
    """Claims of one bench: `report.claim("speed", 4.2, "×", goal="≥ 4", against="the plain loop")`."""

    def __init__(self, bench: str) -> None:
        self.bench = bench
        self.claims: dict[str, dict[str, Any]] = {}

    def claim(self, name: str, value: float, unit: str, *, goal: str | None = None, against: str = "") -> None:
        """Record and print one measured value; `goal` is "≥ x" or "≤ x", None for a figure without one."""
        holds = None
        if goal is not None:
            relation, bound = goal.split()
            holds = bool(RELATIONS[relation](value, float(bound)))
        self.claims[name] = {"value": value, "unit": unit, "goal": goal, "holds": holds, "against": against}
        verdict = {True: "holds", False: "DOES NOT HOLD", None: ""}[holds]
        print(f"{name:58} {value:12.4g} {unit:10} {goal or '':10} {verdict:14} {against}", flush=True)

    def result(self) -> dict[str, Any]:
        return {"bench": self.bench, "machine": machine(), "claims": self.claims}


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    return {
        "cpu": processor(),
        "bfloat16": native_bfloat16(torch.device("cpu")),
        "threads": torch.get_num_threads(),
        "gpu": gpu,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def processor() -> str:
    """The processor's name, with family and model where Linux has them: virtual machines hide the rest."""
    first = processor_info().split("\n\n")[0].splitlines()
    rows = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in first)}
    if "model name" not in rows:
        return platform.processor() or platform.machine()
    return f"{rows['model name']}, family {rows.get('cpu family', '?')}, model {rows.get('model', '?')}"


def run(bench: str, measure: Callable[..., None], about: str, flags: Mapping[str, str] = MappingProxyType({})) -> int:
    """Parse `--quick` and `--json`, measure, print, and (in full runs) write `bench/results/NAME.json`.

    measure(report, quick, flag=…): `flags` are further switches with their help. With a switch only a part is measured:
    its claims replace the earlier ones, and the others stay, each with its machine where that was another.
    """
    parser = argparse.ArgumentParser(prog=f"python -m bench.{bench}", description=about)
    parser.add_argument("--quick", action="store_true", help="a rough answer within 50 s; nothing is written")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line on stdout")
    for name, help in flags.items():
        parser.add_argument(f"--{name}", action="store_true", help=help)
    options = parser.parse_args()
    report = Report(bench)
    chosen = {name: getattr(options, name) for name in flags}
    try:
        measure(report, options.quick, **chosen)
    except BetascopeError as error:
        print(error, file=sys.stderr)
        return 2
    result = report.result()
    if not options.quick and report.claims:
        RESULTS.mkdir(exist_ok=True)
        previous = RESULTS / f"{bench}.json"
        if any(chosen.values()) and previous.exists():
            result["claims"] = earlier(json.loads(previous.read_text()), result["machine"]) | result["claims"]
        (RESULTS / f"{bench}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    return 0


def earlier(result: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a result as those of a machine `now` join it: a claim names its machine where it is not the result's."""
    claims = {}
    for name, claim in result["claims"].items():
        own = dict(claim)
        on = own.pop("machine", result["machine"])
        claims[name] = own if on == now else own | {"machine": on}
    return claims


def table(names: Sequence[str]) -> str:
    """The committed results of these benches as a Markdown table, with a column for the bench where there are several; below it the
    machine of each, and of figures that another one gave, which have a number behind their name.
    """
    head = ["figure", "value", "goal", "holds"]
    rows = [head if len(names) == 1 else ["bench", *head], ["---"] * (4 + (len(names) > 1))]
    machines: dict[str, list[str]] = {}
    others: list[str] = []
    for name in names:
        result = json.loads((RESULTS / f"{name}.json").read_text())
        machines.setdefault(described(result["machine"]), []).append(f"`{name}`")
        for figure, claim in result["claims"].items():
            value, holds = claim["value"], {True: "yes", False: "**no**", None: ""}[claim["holds"]]
            number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
            if "machine" in claim:
                on = described(claim["machine"])
                others += [on] if on not in others else []
                figure = f"{figure} [{others.index(on) + 1}]"
            row = [figure, f"{number} {claim['unit']}".strip(), claim["goal"] or "", holds]
            rows.append(row if len(names) == 1 else [f"`{name}`", *row])
    measured = [on if len(names) == 1 else f"{', '.join(those)}: {on}" for on, those in machines.items()]
    measured += [f"[{number}] {on}" for number, on in enumerate(others, 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + f"\n\nMeasured on {'; '.join(measured)}."


def described(machine: Mapping[str, Any]) -> str:
    """A machine in a few words: "2 threads of AMD EPYC, torch 2.14.1"."""
    threads = machine["threads"]
    device = machine["gpu"] or f"{threads} thread{'s' if threads > 1 else ''} of {machine['cpu']}"
    return f"{device}, torch {machine['torch'].partition('+')[0]}"


def with_results(text: str) -> str:
    """A Markdown text with the committed tables between its marks `<!-- results NAME … -->` and `<!-- /results -->`."""
    return re.sub(
        r"(<!-- results ([a-z_ ]+) -->\n).*?(<!-- /results -->)",
        lambda found: f"{found[1]}{table(found[2].split())}\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(with_results(path.read_text()))
