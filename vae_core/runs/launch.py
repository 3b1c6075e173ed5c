"""Starts worker processes (worker.py), one ahead of need: loading torch takes longer than a small model's first epoch."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

from ..training import choose_device
from .claims import queue_folder
from .files import RunError
from .machine import background, nice_session, trains_here
from .store import Store

#: Seconds until a worker that waited is replaced, so that loading the next does not slow down the run that begins.
RENEW = 15.0


def start_worker(store: Store, device: str) -> None:
    """Start a worker for this device in its own session, so that closing the app does not end it; none where others train."""
    if not trains_here():
        return
    name = str(choose_device(device))
    if not STANDBY.begin(store, name):
        _launch(store, name, stdin=subprocess.DEVNULL)


def _launch(store: Store, device: str, *options: str, **settings: Any) -> subprocess.Popen[Any]:
    command = [sys.executable, "-m", "vae_core", "work", "--store", str(store.root.resolve()), "--device", device]
    try:
        log = open(queue_folder(store) / f"{device.replace(':', '-')}.log", "ab")  # noqa: SIM115  (closed below)
    except OSError as error:
        raise RunError(f"No worker can write its log in {store.root} ({error.strerror}); make room or choose another store.") from error  # fmt: skip
    with log:
        worker = background([*command, *options], stdout=log, stderr=log, **settings)
    nice_session(worker.pid)
    # A process that nobody waits for would stay as a zombie after its end.
    threading.Thread(target=worker.wait, daemon=True).start()
    return worker


class Standby:
    """At most one worker that has loaded everything and waits for a line on its input; it ends with this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.worker: subprocess.Popen[Any] | None = None
        self.place: tuple[str, str] | None = None

    def prepare(self, store: Store, device: str) -> None:
        """Start one for this store and device, unless one waits or others train.

        Raises:
            ConfigError: a device that is not on this machine. RunError: the store cannot be written.
        """
        if not trains_here():
            return
        name = str(choose_device(device))
        with self.lock:
            if self.worker is None or self.worker.poll() is not None:
                self.worker = _launch(store, name, "--wait", stdin=subprocess.PIPE)
                self.place = str(store.root.resolve()), name

    def begin(self, store: Store, device: str) -> bool:
        """Let it begin with the queue, and replace it later; False if none waits for this store and device."""
        with self.lock:
            worker = self.worker
            if worker is None or worker.stdin is None or self.place != (str(store.root.resolve()), device):
                return False
            self.worker = None
            alive = worker.poll() is None
            with suppress(BrokenPipeError), worker.stdin as line:
                line.write(b"\n")
        renew = threading.Timer(RENEW, self.prepare, (store, device))
        renew.daemon = True
        renew.start()
        return alive


STANDBY = Standby()
