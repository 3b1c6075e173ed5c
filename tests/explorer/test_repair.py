"""Repair in the app: the socket streams a search until a newer request, refuses what is no request, and the page is there."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.testing.v1 import AppTest

from explorer.apply.repair import left_half
from explorer.live.packets import pack, unpack
from explorer.live.repair import STARTS
from explorer.live.socket import FOREIGN, GONE, MALFORMED
from vae_core.analysis.apply.degradations import mask_named
from vae_core.runs import Run
from vae_core.serving import RequestError

HERE = {"origin": "http://testserver"}
SIDE = 32


def image(run: Run) -> np.ndarray:
    return run.data("test").test.images[0].permute(1, 2, 0).numpy()


def request(run: Run, number: int = 1, task: str = "hide", amount: float = 0, **values: Any) -> bytes:
    content = image(run).tobytes()
    if task == "hide":
        content += values.pop("mask", mask_named("left", SIDE).numpy()).astype(np.uint8).tobytes()
    return pack({"number": number, "task": task, "amount": amount, "draws": False, "seed": 0, **values}, content)


def answers(socket: Any, number: int = 1) -> list[tuple[dict[str, Any], bytes]]:
    """All answers to a request."""
    found = []
    while True:
        values, content = unpack_any(socket.receive_bytes())
        if values.get("number") == number:
            found.append((values, content))
            if "plain" in values or "error" in values:
                return found


def unpack_any(frame: bytes) -> tuple[dict[str, Any], bytes]:
    """The server's frames have longer values than a request's."""
    (length,) = struct.unpack_from("<I", frame)
    return json.loads(frame[4 : 4 + length]), frame[4 + length :]


@pytest.mark.parametrize(("task", "amount"), [("hide", 0), ("noise", 0.3), ("small", 4)])
def test_a_search_is_shown_as_it_goes(client: TestClient, run: Run, task: str, amount: float) -> None:
    with client.websocket_connect("/repair/one", headers=HERE) as socket:
        socket.send_bytes(request(run, task=task, amount=amount))
        (first, seen), *states, (plain, others) = answers(socket)
    assert first["seen"]
    assert len(seen) == SIDE * SIDE
    shares = [values["progress"] for values, _ in states]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    least = [min(values["energy"]) for values, _ in states]
    assert least == sorted(least, reverse=True)
    values, pixels = states[-1]
    found = np.frombuffer(pixels, np.uint8).reshape(STARTS, SIDE, SIDE, 1)
    if task == "hide":
        assert (found[:, :, SIDE // 2 :] == image(run)[:, SIDE // 2 :]).all()
    with torch.no_grad():
        drawn = run.model().decode(torch.tensor(values["codes"])).permute(0, 2, 3, 1).numpy() * 255
    part = np.s_[:, :, : SIDE // 2] if task == "hide" else np.s_[:]
    assert np.abs(found[part] - drawn[part]).max() <= 1.1
    error = ((found[part] - image(run)[part[1:] if task == "hide" else part].astype(float)) / 255) ** 2
    assert values["psnr"] == pytest.approx((-10 * np.log10(error.mean((1, 2, 3)))).tolist(), abs=0.1)
    assert len(plain["plain"]) == len(plain["psnr"]) == len(others) // SIDE**2 >= 2


def test_draws_differ_and_are_said_to_be_draws(client: TestClient, run: Run) -> None:
    with client.websocket_connect("/repair/one", headers=HERE) as socket:
        socket.send_bytes(request(run, draws=True))
        *_, (values, pixels), _ = answers(socket)
    assert values["draws"]
    assert len({pixels[start : start + SIDE**2] for start in range(0, len(pixels), SIDE**2)}) == STARTS


def test_a_new_request_replaces_the_running_one(client: TestClient, run: Run) -> None:
    with client.websocket_connect("/repair/one", headers=HERE) as socket:
        socket.send_bytes(request(run, 1, draws=True))
        socket.receive_bytes()
        socket.send_bytes(request(run, 2))
        numbers = [unpack_any(socket.receive_bytes())[0]["number"] for _ in range(3)]
        rest = answers(socket, 2)
    assert numbers == sorted(numbers)
    assert rest[-2][0]["progress"] == 1


def test_nothing_hidden_is_a_sentence(client: TestClient, run: Run) -> None:
    with client.websocket_connect("/repair/one", headers=HERE) as socket:
        socket.send_bytes(request(run, mask=np.zeros((SIDE, SIDE))))
        assert "hide a part of it" in answers(socket)[-1][0]["error"]
        socket.send_bytes(request(run, 2, task="small", amount=5))
        assert "Squares of 5 pixels" in answers(socket, 2)[-1][0]["error"]


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00\x00\x00",
        struct.pack("<I", 2**31) + b"{}",
        struct.pack("<I", 2) + b"[]",
        struct.pack("<I", 4) + b"nope",
        struct.pack("<I", 900) + b"[" * 900,
    ],
)
def test_what_is_no_request_ends_the_socket(client: TestClient, frame: bytes) -> None:
    with pytest.raises(RequestError):
        unpack(frame)
    with client.websocket_connect("/repair/one", headers=HERE) as socket:
        socket.send_bytes(frame)
        assert unpack_any(socket.receive_bytes())[0]["error"]
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == MALFORMED


@pytest.mark.parametrize(
    "wrong",
    [{"number": "1"}, {"seed": -1}, {"seed": 0.5}, {"task": "burn"}, {"amount": "much"}, {"amount": float("nan")}, {"condition": "7"},
     {"task": []}, {"task": {}}, {"amount": 10**400}, {"number": 10**400}, {"condition": -(10**400)}],
)  # fmt: skip
def test_wrong_values_get_a_sentence(client: TestClient, run: Run, wrong: dict[str, Any]) -> None:
    values = {"number": 1, "task": "noise", "amount": 0.3, "seed": 0} | wrong
    with client.websocket_connect("/repair/one", headers=HERE) as socket:
        socket.send_bytes(pack(values, image(run).tobytes()))
        assert unpack_any(socket.receive_bytes())[0]["error"]
        socket.send_bytes(pack({"number": 2, "task": "noise", "amount": 0.3, "seed": 0}, b"\x00"))
        assert "1 bytes" in unpack_any(socket.receive_bytes())[0]["error"]


def test_foreign_pages_and_runs_that_are_gone(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect("/repair/one", headers={"origin": "http://elsewhere"}),
    ):
        pass
    assert closed.value.code == FOREIGN
    with client.websocket_connect("/repair/none", headers=HERE) as socket:
        assert "no run 'none'" in unpack_any(socket.receive_bytes())[0]["error"]
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == GONE


def test_the_left_half_as_text() -> None:
    assert left_half(4) == "0.2.2.2.2.2.2.2.2"
    assert left_half(90).startswith("0.19.19.")


def test_the_page_opens_at_what_the_link_says(app: Callable[..., AppTest], put: Callable[..., Path]) -> None:
    put("one")
    at = app("apply", run="one", image="3", task="noise", noise="0.5")
    assert not at.exception
    assert not at.error
    assert at.query_params["task"] == "noise"
    at = app("apply", run="one", image="99999", task="x", noise="nan", mask="?", squares="0")
    assert not at.exception
    assert not at.error
