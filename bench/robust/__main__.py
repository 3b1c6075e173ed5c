"""Everything that comes from outside, attacked: tried, refused well, failed.

    python -m bench.robust                   all parts; writes bench/results/robust.json
    python -m bench.robust --quick           a few thousand inputs
    python -m bench.robust --only readers    one part or several, in either form
    python -m bench.robust --only readers --case zip:17    one input again, with the trace of what it raises

An input is refused well where one sentence says why. A failure is any other exception, more than 5 s of the processor, more than
500 MB, a server that dies, or a run that is lost. Inputs are functions of the seed.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from random import Random

os.environ["OMP_NUM_THREADS"] = "1"

from bench.claims import RESULTS, Report

from .attempt import Place
from .confined import confine
from .outcome import Outcome

#: Part → what is attacked; each has a module of its name with `run(quick, seed) -> Outcome`.
PARTS = {
    "settings": "settings of the command line and configurations",
    "folders": "files of a run folder, opened, listed, resumed and shown on pages",
    "readers": "images, tables and histories of a person's own",
    "archives": "runs as ZIP files",
    "graphs": "ONNX graphs and codes of other programs",
    "links": "addresses of pages",
    "sockets": "frames on the server's sockets",
    "kills": "kill -9 at random instants of what writes: runs resume to the same bits, nothing is left",
    "disk": "a full disk, a store that cannot be written, as commands and pages",
    "together": "two apps, two resumes, deletions beside who writes, a clock that jumps, a slow disk",
    "soak": "mixed use for two hours, in quick half an hour: memory, the log, a drag",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.robust", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few thousand inputs; nothing is written")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", metavar="KIND:NUMBER", help="try one input of a part in this process")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line on stdout")
    options = parser.parse_args()
    if options.case:
        return again(options.only[0], options.case, options.seed)
    outcomes = []
    for part in options.only:
        outcomes.append(import_module(f".{part}", __package__).run(options.quick, options.seed))
        show(outcomes[-1])
        if not options.quick:
            save(outcomes[-1])
    result = report(outcomes).result()
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    return 0


def show(outcome: Outcome) -> None:
    print(f"{outcome.part}: {PARTS[outcome.part]}", flush=True)
    for line in outcome.failed:
        print(f"  FAILED {line}", flush=True)


def report(outcomes: list[Outcome]) -> Report:
    """The table: three lines for each part, and what else it measured."""
    found = Report("robust")
    for outcome in outcomes:
        found.claim(f"{outcome.part}: tried", outcome.tried, "inputs", against=PARTS[outcome.part])
        found.claim(f"{outcome.part}: refused by a sentence", outcome.refused, "inputs")
        found.claim(f"{outcome.part}: failed", len(outcome.failed), "faults", goal="≤ 0")
        for name, value in outcome.figures.items():
            found.claim(f"{outcome.part}: {name}", value, "")
    return found


def save(outcome: Outcome) -> None:
    """Write a part's result as soon as it is there; the others keep theirs."""
    path = RESULTS / "robust.json"
    with contextlib.redirect_stdout(None):
        result = report([outcome]).result()
    earlier = json.loads(path.read_text("utf8")) if path.exists() else {"claims": {}, "outcomes": {}}
    own = {name: claim for name, claim in earlier["claims"].items() if not name.startswith(f"{outcome.part}: ")}
    result["claims"] = own | result["claims"]
    result["outcomes"] = earlier["outcomes"] | {outcome.part: dataclasses.asdict(outcome)}
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf8")


def again(part: str, case: str, seed: int) -> int:
    """Try one input without limits; what it raises is printed as Python prints it."""
    name, number = case.split(":")
    module = import_module(f".{part}", __package__)
    with tempfile.TemporaryDirectory(prefix="robust-") as folder:
        place = Place(Path(folder) / "material", Path(folder) / "scratch")
        place.material.mkdir()
        place.scratch.mkdir()
        if hasattr(module, "prepare"):
            module.prepare(place.material)
        os.chdir(place.scratch)
        confine(Path(folder))
        module.CASES[name](Random(f"{seed} {name} {number}"), place)
    print("Taken without an exception.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
