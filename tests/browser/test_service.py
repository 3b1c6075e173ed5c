"""The live service of the real server, with clients that behave badly."""

from __future__ import annotations

import asyncio
import json
import shutil
import struct
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

import vae_core

from .serving import App


def socket(app: App, run: str, origin: str | None = None) -> connect:
    """A connection as a page of this server (or of `origin`) opens it."""
    return connect(
        f"ws://127.0.0.1:{app.port}/live/{run}", origin=origin or f"http://127.0.0.1:{app.port}", open_timeout=60
    )


def question(dims: int, n: int = 1, sequence: int = 1) -> bytes:
    return struct.pack("<If", sequence, -1) + np.zeros((n, dims), "<f4").tobytes()


async def answers(connection: ClientConnection, dims: int) -> bool:
    await connection.send(question(dims))
    return len(await connection.recv()) > 4


def open_files(app: App) -> int:
    return len(list(Path(f"/proc/{app.pid}/fd").iterdir()))


def resident(app: App) -> float:
    """MiB of memory that the server holds."""
    status = Path(f"/proc/{app.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def in_a_thread(work: Coroutine[None, None, None]) -> None:
    """Playwright's own loop runs in this one."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()


async def around(app: App, body: Callable[[], Coroutine[None, None, None]]) -> None:
    """The service works before, and it works after."""
    async with socket(app, "plane-1") as connection:
        assert json.loads(await connection.recv())["dims"] == 2
        assert await answers(connection, 2)
    await body()
    async with socket(app, "plane-1") as connection:
        await connection.recv()
        assert await answers(connection, 2)


def test_a_thousand_sockets_come_and_go(app: App) -> None:
    async def body() -> None:
        gate = asyncio.Semaphore(20)

        async def visit(number: int) -> None:
            async with gate, socket(app, "plane-1") as connection:
                if number % 3:
                    await connection.recv()
                if number % 3 == 1:
                    await connection.send(question(2, 11))  # and does not wait for the answer

        await visit(1)
        before = open_files(app)
        async with asyncio.TaskGroup() as tasks:
            for number in range(1000):
                tasks.create_task(visit(number))
        deadline = time.monotonic() + 60
        while open_files(app) > before + 3 and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        assert open_files(app) <= before + 3

    in_a_thread(around(app, body))


def test_a_client_that_never_reads_is_given_up_and_holds_nobody_up(app: App) -> None:
    async def body() -> None:
        async with socket(app, "rgb-1") as deaf:
            await deaf.recv()
            before = resident(app)
            deaf.transport.pause_reading()
            flood = asyncio.create_task(fill(deaf))
            # Whoever waited for the deaf client would wait until it is given up, or for ever.
            async with asyncio.timeout(60), socket(app, "plane-1") as other:
                await other.recv()
                for _ in range(50):
                    assert await answers(other, 2)
            assert resident(app) - before < 200, "what it does not read piles up"
            flood.cancel()

    async def fill(deaf: ClientConnection) -> None:
        try:
            for sequence in range(400):
                await deaf.send(question(3, 16, sequence))  # 786 KB in each answer
        except ConnectionClosed:
            return

    in_a_thread(around(app, body))


def test_memory_stays_flat(app: App) -> None:
    async def body() -> None:
        async with socket(app, "wide-1") as connection:
            await connection.recv()
            await ask(connection, 1000)
            grown = []
            while len(grown) < 4 and (not grown or grown[-1] >= 20):  # what leaks, leaks each time
                before = resident(app)
                await ask(connection, 4000)
                grown.append(resident(app) - before)
            assert grown[-1] < 20, grown

    async def ask(connection: ClientConnection, frames: int) -> None:
        for sequence in range(frames):
            await connection.send(question(32, 1, sequence))
            await connection.recv()

    in_a_thread(around(app, body))


def test_a_foreign_page_gets_no_socket(app: App) -> None:
    async def body() -> None:
        with pytest.raises(InvalidStatus) as raised:
            async with socket(app, "plane-1", origin="http://elsewhere.example"):
                pass
        assert raised.value.response.status_code == 403

    in_a_thread(around(app, body))


def test_a_deleted_run_ends_its_sockets_with_a_reason(app: App, store: vae_core.Store) -> None:
    async def body() -> None:
        shutil.copytree(store.root / "plane-1", store.root / "leaving")
        async with socket(app, "leaving") as connection:
            await connection.recv()
            assert await answers(connection, 2)
            store.delete("leaving")
            await connection.send(question(2))
            assert "leaving" in json.loads(await connection.recv())["error"]
            with pytest.raises(ConnectionClosed) as raised:
                await connection.recv()
            assert raised.value.rcvd is not None
            assert raised.value.rcvd.code == 4404

    in_a_thread(around(app, body))
