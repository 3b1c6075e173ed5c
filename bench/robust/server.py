"""The real app on a port of its own, while it is attacked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Server(NamedTuple):
    port: int
    pid: int


@contextmanager
def served(store: Path, log: Path) -> Iterator[Server]:
    """The app over a store; what it prints goes to `log`.

    Raises:
        RuntimeError: it ended, or did not answer within three minutes.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(os.environ.get("ROBUST_PORT", "0"))))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    own = {"VAE_STORE_DIR": str(store), "OMP_NUM_THREADS": "1", "VAE_WARM": "0"}
    with open(log, "wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=output, stderr=output)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(60)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with exit code {process.returncode} before it answered.")
        try:
            with urllib.request.urlopen(address, timeout=10):  # nosec B310  # the server that the bench has started
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"No answer from {address} within three minutes.")
