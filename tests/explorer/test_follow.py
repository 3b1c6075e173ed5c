"""Follow me: everyone gets the presenter's newest place and move; what is malformed closes its own socket."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from explorer.live import follow
from explorer.live.routes import routes
from explorer.live.socket import FOREIGN, MALFORMED
from tests.waiting import soon

HERE = {"origin": "http://testserver"}
PLACE = json.dumps({"run": "one", "page": "traverse"})


def move(*z: float) -> bytes:
    return struct.pack(f"<{2 + len(z)}f", -1, -1, *z)


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> follow.Hall:
    found = follow.Hall()
    monkeypatch.setattr(follow, "HALL", found)
    return found


@pytest.fixture
def client(hall: follow.Hall) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes())) as found:
        yield found


def test_all_followers_get_places_and_moves(client: TestClient, hall: follow.Hall) -> None:
    with (
        client.websocket_connect("/lead", headers=HERE) as leader,
        client.websocket_connect("/follow", headers=HERE) as one,
        client.websocket_connect("/follow", headers=HERE) as two,
    ):
        leader.send_json({"token": follow.TOKEN})
        assert leader.receive_json() in ({"followers": 1}, {"followers": 2})
        leader.send_text(PLACE)
        for follower in (one, two):
            assert follower.receive_text() == PLACE
        leader.send_bytes(move(1, 2))
        for follower in (one, two):
            assert follower.receive_bytes() == move(1, 2)
    soon(lambda: not hall.followers)


def test_who_comes_late_sees_what_is_shown(client: TestClient, hall: follow.Hall) -> None:
    hall.go(PLACE)
    hall.show(move(3))
    with client.websocket_connect("/follow", headers=HERE) as follower:
        assert (follower.receive_text(), follower.receive_bytes()) == (PLACE, move(3))


def test_who_is_slow_gets_the_newest_alone(hall: follow.Hall) -> None:
    follower = hall.join()
    for step in range(5):
        hall.show(move(step))
    assert follower.move == move(4)
    hall.go(PLACE)
    assert (follower.place, follower.move) == (PLACE, None), "a move of the last place is over"


@pytest.mark.parametrize(
    "first", ['{"token": "wrong"}', '{"token": 1}', "[]", "no JSON", '{"token": "é"}', "[" * 100_000]
)
def test_only_the_token_leads(client: TestClient, hall: follow.Hall, first: str) -> None:
    with client.websocket_connect("/lead", headers=HERE) as leader:
        leader.send_text(first)
        with pytest.raises(WebSocketDisconnect) as raised:
            leader.receive_text()
    assert raised.value.code == follow.WRONG_TOKEN
    assert hall.place is None


@pytest.mark.parametrize(
    "message",
    [
        b"",
        bytes(8),
        bytes(13),
        bytes(4 * 1024 + 4),
        "no JSON",
        "[]",
        '{"run": 1, "page": "map"}',
        '{"run": "one"}',
        "[" * 100_000,
    ],
)
def test_a_malformed_frame_ends_the_presenter(client: TestClient, hall: follow.Hall, message: bytes | str) -> None:
    with client.websocket_connect("/lead", headers=HERE) as leader:
        leader.send_json({"token": follow.TOKEN})
        leader.receive_json()
        leader.send({"type": "websocket.receive", "bytes" if isinstance(message, bytes) else "text": message})
        with pytest.raises(WebSocketDisconnect) as raised:
            leader.receive_text()
    assert raised.value.code == MALFORMED
    assert (hall.place, hall.move) == (None, None)


def test_a_follower_that_speaks_is_closed_alone(client: TestClient, hall: follow.Hall) -> None:
    with client.websocket_connect("/follow", headers=HERE) as quiet:
        with client.websocket_connect("/follow", headers=HERE) as loud:
            loud.send_bytes(move(1))
            with pytest.raises(WebSocketDisconnect) as raised:
                loud.receive_text()
        assert raised.value.code == MALFORMED
        soon(lambda: len(hall.followers) == 1)
        assert client.portal is not None
        client.portal.call(hall.go, PLACE)
        assert quiet.receive_text() == PLACE


@pytest.mark.parametrize("path", ["/follow", "/lead"])
def test_a_foreign_page_is_refused(client: TestClient, path: str) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as raised,
        client.websocket_connect(path, headers={"origin": "http://elsewhere"}),
    ):
        pass
    assert raised.value.code == FOREIGN


def test_a_full_hall_is_closed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "MOST", 0)
    with pytest.raises(WebSocketDisconnect) as raised, client.websocket_connect("/follow", headers=HERE):
        pass
    assert raised.value.code == follow.FULL
