"""Start the real app on a free port and stop it again."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody listens on, below those that systems give to outgoing connections: nobody takes it meanwhile."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)  # not of `random`: workers may share its seed
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class App(NamedTuple):
    """address: of the first page, without a slash at its end. pid: of the server."""

    address: str
    port: int
    pid: int


@contextmanager
def running_app(store: Path, log: Path, *options: str, port: int | None = None, warm: bool = False) -> Iterator[App]:
    """The app while it runs on `store` with more `options` of streamlit; what it prints goes to the end of `log`.

    warm: it starts processes ahead of need, and has all cores.
    """
    with running_script("app.py", store, log, *options, port=port, warm=warm) as app:
        yield app


@contextmanager
def running_script(
    script: str, store: Path, log: Path, *options: str, port: int | None = None, warm: bool = False
) -> Iterator[App]:
    """The same for any script that streamlit runs."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port), *options]
    environment = (
        {"BETASCOPE_DATA_ROOTS": tempfile.gettempdir()}  # where tests keep data of their own
        | os.environ
        | {"VAE_STORE_DIR": str(store)}
        | ({} if warm else {"OMP_NUM_THREADS": "1", "VAE_WARM": "0"})
    )
    prefix = options[options.index("--server.baseUrlPath") + 1] if "--server.baseUrlPath" in options else ""
    address = f"http://127.0.0.1:{port}/{prefix}".rstrip("/")
    with running(command, ROOT, environment, log, f"{address}/_stcore/health") as pid:
        yield App(address, port, pid)


@contextmanager
def running_module(command: Sequence[str], folder: Path, store: Path, address: str) -> Iterator[None]:
    """`python -m` a server of notebooks in `folder`, which is also its home, until the block ends.

    address: answers when it has started.
    """
    own = {"HOME": folder, "JUPYTER_CONFIG_DIR": folder / "config", "JUPYTER_RUNTIME_DIR": folder / "runtime"}
    environment = os.environ | {name: str(path) for name, path in own.items()}
    environment |= {"PYTHONPATH": str(ROOT), "VAE_STORE_DIR": str(store), "OMP_NUM_THREADS": "1"}
    with running([sys.executable, "-m", *command], folder, environment, folder / "log.txt", address):
        yield


@contextmanager
def running(
    command: Sequence[str], folder: Path, environment: Mapping[str, str | Path], log: Path, address: str
) -> Iterator[int]:
    """The process of a server that was started in `folder` and answers at `address`, until the block ends."""
    with open(log, "ab") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            wait_until_healthy(address, process)
            yield process.pid
        finally:
            process.terminate()
            process.wait(60)


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with exit code {process.returncode} before it answered.")
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"No answer from {address} within {seconds:.0f} s.")
