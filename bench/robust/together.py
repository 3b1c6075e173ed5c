"""Several at once on one store: two apps, two resumes of one run, a deletion beside whoever writes; a clock that jumps, a slow disk."""

from __future__ import annotations

import json
import shutil
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from tests.browser.serving import App, running_app
from vae_core.jobs import configure
from vae_core.runs import Store

from . import kills
from .disk import pause
from .forks import Command, Ended, delete, ended, last_line, main, scratch
from .kills import BETAS, SETTINGS, must
from .outcome import Outcome
from .pages import said_by
from .shims import with_jump, with_slow_disk

#: How often each race is run, in full and in quick.
TIMES, QUICK = 12, 3
HOUR, DAY = 3600.0, 86400.0
#: Seconds that two apps may take for four runs.
LONGEST = 300.0


@dataclass
class Bench:
    """tried: how many races; refused: of these, how often somebody got one sentence; failed: what else → how often."""

    whole: kills.Bench
    random: Random
    times: int
    tried: int = 0
    refused: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    figures: dict[str, float] = field(default_factory=dict)
    numbers: int = 0

    def store(self) -> Store:
        """A new, empty one."""
        self.numbers += 1
        store = Store(self.whole.folder / f"store-{self.numbers}")
        store.root.mkdir()
        return store

    def check(self, name: str, condition: object, problem: str) -> None:
        if not condition:
            self.failed[f"{name}: {problem}"] += 1
            print(f"  {name}: {problem}", flush=True)

    def finish(self, name: str, store: Store) -> None:
        """Every run goes on and ends as one that was alone; the store goes."""
        try:
            kills.finish(self.whole, store)
        except AssertionError as error:
            self.check(name, False, str(error))
        shutil.rmtree(store.root)


def run(quick: bool, seed: int) -> Outcome:
    """All races, one after the other."""
    with scratch() as folder:
        bench = Bench(kills.Bench(folder, Random(seed)), Random(seed), QUICK if quick else TIMES)
        kills.prepare(bench.whole)
        for race in RACES:
            race(bench)
    failures = [f"{what} ({count}×, seed {seed})" for what, count in sorted(bench.failed.items())]
    return Outcome("together", bench.tried, bench.refused, failures, bench.figures)


# -- two resumes -------------------------------------------------------------------------------------------------------
def resumes(bench: Bench) -> None:
    """Of two that resume a run at once, one trains it and the other gets a sentence."""
    for number in range(bench.times):
        for name, how in {"two resumes": plainly, "two resumes on a slow disk": slowly}.items():
            if how is slowly and number % 3:
                continue
            store = paused(bench)
            words = partial(main, ["train", "--resume", "b1-1", "--store", str(store.root)])
            both = at_once(how(words, store), how(words, store))
            bench.tried += 1
            codes = sorted(str(found.code) for found in both)
            bench.check(name, codes == ["0", "2"], f"exit codes {codes}: {[last_line(found.said) for found in both]}")
            bench.check(name, any(found.refused for found in both), "no sentence for the other")
            bench.refused += sum(found.refused for found in both)
            bench.finish(name, store)


def presses(bench: Bench) -> None:
    """Two apps in which somebody presses Resume at once, then two workers."""
    for number in range(bench.times):
        how = slowly if number % 3 == 0 else plainly
        store = paused(bench)
        both = at_once(how(partial(_press, store.root), store), how(partial(_press, store.root), store))
        bench.tried += 1
        codes = sorted(str(found.code) for found in both)
        bench.check(
            "two presses of Resume",
            codes == ["0", "2"],
            f"exit codes {codes}: {[last_line(found.said) for found in both]}",
        )
        bench.refused += sum(found.refused for found in both)
        work = partial(main, ["work", "--device", "cpu", "--store", str(store.root)])
        workers = at_once(work, work)
        bench.check(
            "two workers", all(found.code == 0 for found in workers), f"{[last_line(found.said) for found in workers]}"
        )
        state = store.open("b1-1").status()["state"]
        bench.check("two workers", state == "done", f"the run is {state}")
        bench.finish("two workers", store)


def _press(root: Path) -> None:
    from vae_core.runs import queue

    queue.start_worker = lambda store, device: None
    queue.resume(Store(root), Store(root).open("b1-1"))


def paused(bench: Bench) -> Store:
    store = bench.store()
    must(partial(pause, store.root))
    return store


# -- deletions ---------------------------------------------------------------------------------------------------------
def deletions(bench: Bench) -> None:
    """A run is deleted while its map is laid out, its codes are exported, or it is trained: gone, or whole and refused."""
    for number in range(bench.times):
        name = ("map", "export", "train")[number % 3]
        store = paused(bench) if name == "train" else bench.store()
        if name != "train":
            kills.copied(bench.whole, store)
            shutil.rmtree(store.root / "b1-1" / "cache")
        words: Any = {
            "map": kills.project(store),
            "export": kills.graphs(store, bench.whole.folder / f"out-{number}"),
            "train": ["train", "--resume", "b1-1", "--store", store.root],
        }[name]
        command = Command(words)
        time.sleep(bench.random.uniform(0.0, bench.whole.seconds["graphs" if name == "export" else name]))
        deleted = ended(partial(delete, store.root, "b1-1"))
        found = command.wait()
        bench.tried += 1
        place = f"deleted beside {name}"
        bench.check(place, deleted.code == 0 or deleted.refused, f"deleting: {last_line(deleted.said)}")
        bench.check(
            place, found.code in (0, 2) and "Traceback" not in found.said, f"code {found.code}: {last_line(found.said)}"
        )
        bench.refused += deleted.refused + found.refused
        listed = [run.id for run in store.runs()]
        bench.check(place, listed == ([] if deleted.code == 0 else ["b1-1"]), f"afterwards there is {listed}")
        bench.finish(place, store)


# -- two apps ----------------------------------------------------------------------------------------------------------
def apps(bench: Bench) -> None:
    """Two apps start on one store with four queued runs, serve the same page at once, and one deletes what both serve."""
    store, name = bench.store(), "two apps"
    for number, beta in enumerate([*BETAS, *BETAS]):
        store.create(configure("digits", "beta_vae", name=f"b{beta:g} {number}", beta=beta, **SETTINGS), state="queued")
    logs = [bench.whole.folder / f"app-{number}.log" for number in (1, 2)]
    begun = time.monotonic()
    with ExitStack() as stack:
        both = [stack.enter_context(running_app(store.root, log)) for log in logs]
        while not all(run.status()["state"] == "done" for run in kills.opened_or_training(store)):
            if time.monotonic() - begun > LONGEST:
                bench.check(name, False, f"after {LONGEST:.0f} s: {[run.status()['state'] for run in store.runs()]}")  # type: ignore[union-attr]
                break
            time.sleep(0.5)
        bench.figures["seconds until two apps are up and four queued runs are done"] = round(
            time.monotonic() - begun, 1
        )
        time.sleep(2.0)  # workers end
        for id in [run.id for run in store.runs()]:
            answers = answered([partial(fetched, app, f"show/{id}") for app in both])
            bench.tried += 1
            bench.check(
                name, [status for status, _ in answers] == [200, 200], f"/show: {[status for status, _ in answers]}"
            )
            bench.check(name, answers[0][1] == answers[1][1], "/show: two different pages")
            deleted_while_served(bench, store, both, id, name)
        for app in both:
            bench.check(name, fetched(app, "healthz")[0] == 200, "not healthy any more")
    for log in logs:
        faults = [
            line
            for line in log.read_text().splitlines()
            if "Traceback" in line or "ERROR" in line or "Exception" in line
        ]
        bench.check(name, not faults, f"in the log: {faults[:3]}")
    bench.finish(name, store)


def deleted_while_served(bench: Bench, store: Store, both: list[App], id: str, name: str) -> None:
    """Files of a run are fetched from both until it is gone."""
    folder = next(store.open(id).cache.glob("show-*"))
    files = [path.name for path in folder.iterdir() if path.name.endswith(".gz") and path.name != "page.html.gz"]
    places = [f"show/{id}", *(f"show/{id}/files/{folder.name.removeprefix('show-')}/{file}" for file in files)]
    places += [f"live/{id}/cache/{path.name}" for path in store.open(id).cache.glob("latents-*")] + [
        f"live/{id}/images?rows=1"
    ]
    statuses: Counter[int] = Counter()
    with ThreadPoolExecutor(2 * len(places)) as threads:
        fetching = [threads.submit(until_gone, app, place) for app in both for place in places]
        time.sleep(bench.random.uniform(0.2, 0.8))
        store.delete(id)
        for result in fetching:
            statuses += result.result()
    bench.tried += sum(statuses.values())
    bench.refused += statuses[404]
    bench.check(name, set(statuses) <= {200, 204, 404}, f"while a run is deleted: statuses {dict(statuses)}")


def until_gone(app: App, place: str) -> Counter[int]:
    found: Counter[int] = Counter()
    end = time.monotonic() + 60
    while 404 not in found and time.monotonic() < end:
        found[fetched(app, place)[0]] += 1
    return found


def fetched(app: App, place: str) -> tuple[int, bytes]:
    """Status and content; 0 for an answer that breaks off."""
    request = urllib.request.Request(f"{app.address}/{place}", headers={"Accept-Encoding": "gzip"})
    try:
        with urllib.request.urlopen(request, timeout=LONGEST) as answer:  # nosec B310  # the server that the bench has started
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


# -- clocks and disks ----------------------------------------------------------------------------------------------------
def clocks(bench: Bench) -> None:
    """The clock is set while a run trains: its progress goes on, it is alive while it lives, and dead when it is dead."""
    for seconds in (-DAY, -HOUR, HOUR, DAY):
        store, name = bench.store(), f"a clock set by {seconds / HOUR:+.0f} h"
        words = [
            "train",
            "--dataset",
            "digits",
            "--beta",
            "1",
            *kills.OPTIONS,
            "--name",
            "b1",
            "--store",
            str(store.root),
        ]
        command = Command(partial(with_jump, partial(main, words), 0.2, seconds))
        steps = progress_of(command, store)
        bench.tried += 1
        bench.check(name, len(steps) > 2, f"progress seen at {sorted(steps)}")
        found = command.wait()
        bench.check(name, found.code == 0, last_line(found.said))
        bench.finish(name, store)
        store = bench.store()
        command = Command(partial(with_jump, partial(main, [*words[:-1], str(store.root)]), 0.0, seconds))
        while command.process.exitcode is None and not any(run.status()["state"] == "running" for run in store.runs()):  # type: ignore[union-attr]
            time.sleep(0.01)
        hit = command.kill()
        command.wait()
        bench.tried += 1
        states = [run.status()["state"] for run in store.runs()]  # type: ignore[union-attr]
        bench.check(name, not hit or states == ["paused"], f"a dead run is {states}")
        said, page = said_by(store.root, "train")
        bench.check(name, page.code == 0 and not said, f"Train says {said or last_line(page.said)}")
        bench.finish(name, store)


def progress_of(command: Command, store: Store) -> set[int]:
    """Steps that its status has shown while it lived."""
    steps = set()
    while command.process.exitcode is None:
        for path in store.root.glob("*/status.json"):
            steps.add(int(json.loads(path.read_text()).get("step", 0)))
        time.sleep(0.01)
    return steps


def slow_disk(bench: Bench) -> None:
    """Everything on a disk that takes its time, as others look on."""
    store, name = bench.store(), "a slow disk"
    root, archive = str(store.root), str(bench.whole.folder / "whole.zip")
    commands = {
        "train": ["train", "--dataset", "digits", "--beta", "4", *kills.OPTIONS, "--name", "b4", "--store", root],
        "import": ["import", archive, "--store", root],
        "map": ["project", "b1-1", "--method", "pca", "--store", root],
        "export": ["export", "b1-1", "--run", f"{root}/out.zip", "--store", root],
    }
    for title, words in commands.items():
        found = ended(partial(with_slow_disk, partial(main, words), root))
        bench.tried += 1
        bench.check(name, found.code == 0, f"{title}: {last_line(found.said)}")
        bench.figures[f"{title} on a slow disk, seconds"] = round(found.seconds, 1)
    for page in ("home", "train", "map", "traverse", "compare"):
        said, found = said_by(store.root, page, run="b1-1", slow=True)
        bench.tried += 1
        bench.check(name, found.code == 0 and not said, f"{page} says {said or last_line(found.said)}")
    bench.finish(name, store)


# -- at once -------------------------------------------------------------------------------------------------------------
def plainly(call: Callable[[], Any], store: Store) -> Callable[[], Any]:
    return call


def slowly(call: Callable[[], Any], store: Store) -> Callable[[], Any]:
    return partial(with_slow_disk, call, str(store.root))


def at_once(*calls: Callable[[], Any]) -> list[Ended]:
    commands = [Command(call) for call in calls]
    return [command.wait() for command in commands]


def answered(calls: list[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as threads:
        return [result.result() for result in [threads.submit(call) for call in calls]]


RACES = (resumes, presses, deletions, apps, clocks, slow_disk)
