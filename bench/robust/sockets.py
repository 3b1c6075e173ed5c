"""A real server on the loopback: frames of all lengths and contents on its sockets, half frames, floods, clients that never read.

After each client the server must still answer: `/live` decodes one code, and `/healthz` says ready. Its memory and its log are
watched from outside.
"""

from __future__ import annotations

import asyncio
import json
import os
import struct
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from . import material
from .attempt import MEGABYTES, SECONDS, memory
from .mutate import NUMBERS, TEXTS, changed, damaged, text_of
from .outcome import Outcome
from .server import served

#: Numbers of a code, and the side of an image, of the run that is attacked.
DIMS, SIDE = 3, 8
#: Frames on a socket, at most; clients between two looks at the server.
FRAMES, LOOK = 40, 10
PATHS = (
    "live/done",
    "live/table",
    "repair/done",
    "follow",
    "lead",
    "live/nobody",
    "live/../done",
    "repair/history",
    "live/%00",
    "nothing",
)


def run(quick: bool, seed: int) -> Outcome:
    started, count = time.monotonic(), 400 if quick else 6_000
    with tempfile.TemporaryDirectory(prefix="robust-") as folder:
        material.train_runs(Path(folder))
        with served(Path(folder) / "runs", Path(folder) / "log.txt") as server:
            outcome = asyncio.run(Attack(server.port, server.pid, seed).of(count))
        log = (Path(folder) / "log.txt").read_text("utf8", "replace")
    for line in sorted(set(traces(log))):
        outcome.failed.append(f"a trace in the server's log: {line}")
    outcome.figures["seconds"] = round(time.monotonic() - started, 1)
    return outcome


def traces(log: str) -> list[str]:
    """The exception of each trace in a log that came through code of the project; others are uvicorn's, as of a text that is no
    UTF-8, which ends that socket alone."""
    parts = log.split("Traceback (most recent call last)")[1:]
    ours = [part for part in parts if "/explorer/" in part or "/vae_core/" in part]
    return [next((line for line in part.splitlines()[1:] if line and not line[0].isspace()), part[:200])[:200] for part in ours]  # fmt: skip


class Attack:
    """Clients one after another, some of them at once; what they saw."""

    def __init__(self, port: int, pid: int, seed: int) -> None:
        self.address, self.port, self.pid, self.seed = f"127.0.0.1:{port}", port, pid, seed
        self.tried, self.refused = 0, 0
        self.faults: Counter[str] = Counter()
        self.slowest = 0.0

    async def of(self, count: int) -> Outcome:
        await self.healthy()  # the first answer loads the model
        before, number = memory("VmRSS", self.pid), 0
        while self.tried < count:
            random = Random(f"{self.seed} {number}")
            number += 1
            client = random.choices(CLIENTS, WEIGHTS)[0]
            try:
                async with asyncio.timeout(60):
                    await client(self, random)
            except TimeoutError:
                self.faults[f"{client.__name__}: no answer within 60 s (client {number - 1})"] += 1
            if number % LOOK == 0:
                await self.healthy()
        await asyncio.sleep(1)
        grown = memory("VmRSS", self.pid) - before
        if grown > MEGABYTES:
            self.faults[f"the server grew by {grown:.0f} MB"] += 1
        figures = {"server's growth in MB": round(grown, 1), "slowest answer to others in s": round(self.slowest, 3)}
        return Outcome(
            "sockets", self.tried, self.refused, [f"{fault} (×{n})" for fault, n in self.faults.items()], figures
        )

    async def healthy(self) -> None:
        """Another client is answered as if nothing was."""
        started, busy = time.monotonic(), seconds_of(self.pid)
        try:
            async with asyncio.timeout(60):
                async with self.socket("live/done") as socket:
                    await socket.recv()
                    await socket.send(struct.pack("<If", 7, -1) + bytes(4 * DIMS))
                    answer = await socket.recv()
                    assert len(answer) == 4 + SIDE * SIDE, f"{len(answer)} bytes"
                await asyncio.to_thread(ready, self.port)
        except Exception as error:
            self.faults[f"others are not served: {type(error).__name__} {str(error)[:80]}"] += 1
            if not Path(f"/proc/{self.pid}").exists():
                raise RuntimeError("The server died.") from error
        self.slowest = max(self.slowest, time.monotonic() - started)
        if seconds_of(self.pid) - busy > SECONDS:
            self.faults[f"others wait for more than {SECONDS:g} s"] += 1

    def socket(self, path: str, origin: Any = "") -> connect:
        """A client of a page of this server, or of another origin, or of none."""
        origin = f"http://{self.address}" if origin == "" else origin
        address = f"ws://{self.address}/{path}"
        return connect(address, origin=origin, max_size=None, open_timeout=30, close_timeout=2)

    async def talk(self, socket: ClientConnection, frame: bytes | str) -> bool:
        """Send one frame; whether the socket is still open. A refusal is an error in one sentence, or a close with a code."""
        self.tried += 1
        try:
            await socket.send(frame)
            while True:
                answer = await asyncio.wait_for(socket.recv(), 0.02)
                if isinstance(answer, str) and "error" in json.loads(answer):
                    self.refused += 1
        except TimeoutError:
            return True
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            if code in (1011, 1006):
                self.faults[f"closed with {code} after {frame[:40]!r}"] += 1
            else:
                self.refused += 1
            return False


def seconds_of(pid: int) -> float:
    """Of the processor, that a process has used: on a busy machine the clock would blame it for others."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ready(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:  # nosec B310  # the server that the bench has started
        assert answer.status == 200


def live_frame(random: Random) -> bytes | str:
    number = lambda: random.choice(
        (*(float(one) for one in NUMBERS if abs(one) < 3e38), float("nan"), float("inf"), 0.5, 0.5, 0.5)
    )
    kind = random.randrange(6)
    codes = struct.pack(f"<{DIMS}f", *(number() for _ in range(DIMS)))
    if kind == 0:
        return random.choice(TEXTS).encode("utf8", "replace").decode("utf8")
    if kind == 1:
        return random.randbytes(random.choice((0, 1, 7, 8, 9, 19, 20, 21, 1000, 1 << 20)))
    if kind == 2:
        return struct.pack("<If", 1, number()) + codes * random.choice((0, 1, 255, 256, 257, 5000))
    if kind == 3:
        return damaged(random, struct.pack("<If", 1, -1) + codes)
    return struct.pack("<If", random.randrange(2**32), -1) + codes


def repair_frame(random: Random) -> bytes | str:
    values: Any = {"number": 1, "task": random.choice(("hide", "noise", "small")), "amount": random.choice((0.2, 2, 4)), "seed": 0, "draws": False, "condition": None}  # fmt: skip
    if random.random() < 0.7:
        values = changed(random, values, random.choice((1, 1, 2)))
    text = text_of(random, values)
    length = len(text) if random.random() < 0.8 else random.choice((0, 1, 2**31, 2**32 - 1, len(text) + 1))
    image = random.randbytes(random.choice((64, 64, 64, 128, 128, 63, 0, 4096)))
    frame = struct.pack("<I", length) + text + image
    return damaged(random, frame) if random.random() < 0.2 else frame


def lead_frame(random: Random) -> bytes | str:
    if random.random() < 0.5:
        return text_of(random, changed(random, {"token": "x"})).decode("utf8", "replace")  # nosec B105  # a wrong one, on purpose
    return random.choice((b"", b"x" * 12, "x" * 200_000, random.randbytes(5000)))


FRAMES_OF: dict[str, Callable[[Random], bytes | str]] = {
    "live": live_frame,
    "repair": repair_frame,
    "lead": lead_frame,
    "follow": live_frame,
}


async def frames(attack: Attack, random: Random) -> None:
    """Frames on one socket, until it is closed."""
    path = random.choices(PATHS, (12, 3, 6, 2, 3, 1, 1, 1, 1, 1))[0]
    make = FRAMES_OF.get(path.split("/")[0], live_frame)
    try:
        async with attack.socket(path) as socket:
            for _ in range(FRAMES):
                if not await attack.talk(socket, make(random)):
                    return
    except InvalidStatus:
        attack.tried, attack.refused = attack.tried + 1, attack.refused + 1
    except (ConnectionClosed, EOFError):
        attack.tried += 1


async def foreign(attack: Attack, random: Random) -> None:
    """A page of another origin."""
    attack.tried += 1
    try:
        async with attack.socket(
            random.choice(PATHS[:5]), origin=random.choice((None, "null", "http://evil", "http://127.0.0.1:1"))
        ):
            attack.faults["a foreign origin is served"] += 1
    except InvalidStatus:
        attack.refused += 1


async def raw(attack: Attack, random: Random) -> None:
    """Bytes below the protocol: half a handshake, half a frame, lengths that lie, then silence or a cut."""
    path = random.choice(PATHS[:5])
    reader, writer = await asyncio.open_connection("127.0.0.1", attack.port)
    head = (
        f"GET /{path} HTTP/1.1\r\nHost: {attack.address}\r\nOrigin: http://{attack.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()
    attack.tried += 1
    with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
        if random.random() < 0.2:
            writer.write(damaged(random, head))
        else:
            writer.write(head)
            await writer.drain()
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            for _ in range(random.choice((1, 1, 5))):
                writer.write(raw_frame(random))
                attack.tried += 1
        await writer.drain()
        await asyncio.wait_for(reader.read(4096), 0.05)
    writer.transport.abort() if random.random() < 0.5 else writer.close()


def raw_frame(random: Random) -> bytes:
    """A masked frame as RFC 6455 has it, with a lie."""
    payload = random.randbytes(random.choice((0, 8, 20, 200)))
    first = random.choice((0x82, 0x82, 0x81, 0x80, 0x02, 0x89, 0x8A, 0x88, 0xF2, 0x83))
    length = random.choice((len(payload), len(payload), 125, 126, 127))
    head = bytes([first, (0x80 if random.random() < 0.8 else 0) | min(length, 127)])
    if length == 126:
        head += struct.pack(">H", random.choice((0, 65_535)))
    elif length == 127:
        head += struct.pack(">Q", random.choice((1, 2**31, 2**62, 2**64 - 1)))
    return head + random.randbytes(4) + payload


async def flood(attack: Attack, random: Random) -> None:
    """Very many valid requests at once, read or not."""
    reads = random.random() < 0.5
    with suppress(ConnectionClosed, TimeoutError):
        async with attack.socket("live/done") as socket:
            frame = struct.pack("<If", 1, -1) + bytes(4 * DIMS) * random.choice((1, 16, 256))
            async with asyncio.timeout(5):
                for _ in range(300):
                    attack.tried += 1
                    await socket.send(frame)
                    if reads:
                        await socket.recv()
            if not reads:
                await attack.healthy()


async def silent(attack: Attack, random: Random) -> None:
    """Many clients that connect and neither read nor write."""
    sockets = [attack.socket(random.choice(PATHS[:5])) for _ in range(random.choice((5, 60)))]
    attack.tried += len(sockets)
    opened = await asyncio.gather(*(one for one in sockets), return_exceptions=True)
    await attack.healthy()
    for one in opened:
        if isinstance(one, ClientConnection):
            one.transport.abort()


async def http(attack: Attack, random: Random) -> None:
    """The routes beside the sockets: rows, names and bodies that are none."""
    name = random.choice(("done", "table", "history", "nobody", "..", "%2e%2e%2fdone", "gallery/x"))
    rest = random.choice(("images?rows=", "cache/", "encode?at=", "along?rows=", "draw?x=", "decoder?x=", "show?x="))
    text = str(
        random.choice(
            (
                *TEXTS,
                *NUMBERS,
                "1,2,3",
                "0",
                "9" * 9,
                ",".join("1" * 300),
                "../config.json",
                "latents-000000000000.safetensors",
            )
        )
    )
    target = f"/live/{name}/{rest}{urllib.request.quote(text.encode('utf8', 'replace'))}"  # type: ignore[attr-defined]
    body = random.randbytes(random.choice((0, 64, 65, 64 * 256, 64 * 257))) if rest.startswith("encode") else None
    attack.tried += 1
    request = urllib.request.Request(f"http://{attack.address}{target}", body, {"Origin": f"http://{attack.address}"})
    try:
        with await asyncio.to_thread(urllib.request.urlopen, request, timeout=30):
            pass
    except urllib.error.HTTPError as error:
        attack.refused += error.code < 500
        if error.code >= 500:
            attack.faults[f"status {error.code} for {rest}{text[:40]!r} of {name}"] += 1
    except (OSError, ValueError):
        pass


CLIENTS: tuple[Callable[[Attack, Random], Awaitable[None]], ...] = (frames, foreign, raw, flood, silent, http)
WEIGHTS = (40, 5, 30, 2, 1, 40)
