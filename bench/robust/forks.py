"""Commands in processes that are forked with everything loaded: an instant in their life is one of work, not of imports."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple

#: Imported once, in the process that forks.
LOADED = ("bench.robust.loaded", "bench.robust.forks")
#: Seconds after which a command hangs.
LONGEST = 180.0


class Ended(NamedTuple):
    """code: as the shell gives it, −9 after a kill; None for a command that hung. said: all that it printed."""

    code: int | None
    said: str
    seconds: float

    @property
    def refused(self) -> bool:
        """Whether it answered with exit code 2 and one sentence, without a trace."""
        lines = [line for line in self.said.splitlines() if line.strip()]
        return self.code == 2 and bool(lines) and "Traceback" not in self.said and lines[-1].rstrip().endswith(".")


class Command:
    """`python -m vae_core …`, or a function of this package, in a process and a session of its own."""

    def __init__(self, call: Callable[[], Any] | Sequence[str | Path]) -> None:
        self.log = Path(tempfile.mkstemp(suffix=".log")[1])
        work = call if callable(call) else partial(main, [str(word) for word in call])
        self.process: ForkServerProcess = _context().Process(target=_run, args=(work, str(self.log)))
        self.begun = time.perf_counter()
        self.process.start()

    def wait(self, seconds: float = LONGEST) -> Ended:
        """Until it ends; after so many seconds it is killed and counts as hung."""
        self.process.join(seconds)
        passed, code = time.perf_counter() - self.begun, self.process.exitcode
        if code is None:
            self.kill()
        said = self.log.read_text(encoding="utf8", errors="replace")
        self.log.unlink()
        return Ended(code, said, passed)

    def kill(self) -> bool:
        """SIGKILL to it and to all that it has started; whether it still lived."""
        pid = self.process.pid
        assert pid is not None
        if self.process.exitcode is not None or not sent(pid, signal.SIGSTOP):  # stopped, it starts no more of them
            self.process.join()
            return False
        family = [pid, *descendants(pid)]
        for member in family:
            sent(member, signal.SIGKILL)
        self.process.join()
        while any(map(lives, family)):
            time.sleep(0.01)
        return True


def ended(call: Callable[[], Any] | Sequence[str | Path]) -> Ended:
    """Run it to its end."""
    return Command(call).wait()


def killed(call: Callable[[], Any] | Sequence[str | Path], after: float) -> float | None:
    """Kill it so many seconds after its start; if it had ended by then, how long it took."""
    command = Command(call)
    command.process.join(max(0.0, command.begun + after - time.perf_counter()))
    passed = time.perf_counter() - command.begun
    lived = command.kill()
    command.wait()
    return None if lived else passed


def main(arguments: list[str]) -> int:
    """The command line of the project."""
    from vae_core.__main__ import main as commands

    return commands(arguments)


def delete(root: Path, id: str) -> None:
    """What the button on the first page does."""
    from vae_core.runs import Store

    Store(root).delete(id)


def descendants(pid: int) -> list[int]:
    """Processes that it has started, and those that these have."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue  # ended meanwhile
        if parent == pid:
            found += [int(path.parent.name), *descendants(int(path.parent.name))]
    return found


def sent(pid: int, number: signal.Signals) -> bool:
    """Send a signal; False where the process has ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def lives(pid: int) -> bool:
    """Whether a process still holds files: it has neither gone nor waits for its parent to note its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for stores; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="betascope-robust-"))
    folder.chmod(0o755)  # other users read what is in it
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def last_line(text: str) -> str:
    """The last line of what a command said, or "nothing"."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"


def answer(said: str) -> dict[str, Any]:
    """The JSON object of a command that was given `--json`."""
    return json.loads(next(line for line in reversed(said.splitlines()) if line.startswith("{")))


def _context() -> multiprocessing.context.ForkServerContext:
    os.environ["OMP_NUM_THREADS"] = "1"  # the process that forks must have one thread alone
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LOADED))
    return context


def _run(work: Callable[[], Any], log: str) -> None:
    os.setsid()
    handle = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", buffering=1), os.fdopen(2, "w", buffering=1)
    from vae_core.config import BetascopeError

    try:
        code = work()
    except BetascopeError as error:  # as the command line does, for functions
        print(error, file=sys.stderr)
        code = 2
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code or 0)
