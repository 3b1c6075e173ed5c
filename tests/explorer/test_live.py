"""The live service: codes in, pixels out; whatever else comes in ends in one sentence."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit import config

from explorer import library
from explorer.jobs import commands
from explorer.live.decoder import manifest
from explorer.live.modules import COMPONENTS, modules_version, needed_by
from explorer.live.routes import routes
from explorer.live.socket import FOREIGN, GONE, MALFORMED
from vae_core.analysis import latents_file
from vae_core.export.files import onnx_of
from vae_core.runs import Run
from vae_core.serving import MAX_BATCH, MODEL_CACHE

HERE = {"origin": "http://testserver"}
Put = Callable[..., Path]


def frame(z: np.ndarray, sequence: int = 7, condition: float = -1) -> bytes:
    return struct.pack("<If", sequence, condition) + z.astype("<f4").tobytes()


def test_it_says_hello_then_answers_every_code(client: TestClient, run: Run) -> None:
    z = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    with torch.no_grad():
        wanted = run.model().decode(torch.from_numpy(z)).permute(0, 2, 3, 1).numpy() * 255
    with client.websocket_connect("/live/one", headers=HERE) as socket:
        hello = socket.receive_json()
        assert hello == {
            "run": "one",
            "version": run.weights_hash(),
            "dims": 5,
            "shape": [1, 32, 32],
            "classes": 0,
            "betas": None,
            "runtime": f"runtime/{manifest()['version']}/",
        }
        for sequence in (0, 7, 2**32 - 1):
            socket.send_bytes(frame(z, sequence))
            answer = socket.receive_bytes()
            assert struct.unpack_from("<I", answer) == (sequence,)
            found = np.frombuffer(answer, np.uint8, offset=4).reshape(3, 32, 32, 1)
            assert np.abs(found - wanted.round()).max() <= 1


def test_a_run_of_the_gallery_has_a_slash_in_its_name(client: TestClient, put: Put) -> None:
    put("shipped", gallery=True)
    with client.websocket_connect("/live/gallery/shipped", headers=HERE) as socket:
        assert socket.receive_json()["run"] == "gallery/shipped"


@pytest.mark.parametrize(
    "origin", [None, "", "null", "http://elsewhere", "http://testserver:81", "http://testserver.elsewhere"]
)
def test_a_foreign_page_is_refused(client: TestClient, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    with pytest.raises(WebSocketDisconnect) as raised, client.websocket_connect("/live/one", headers=headers):
        pass
    assert raised.value.code == FOREIGN
    assert client.post("/live/one/encode", content=bytes(1024), headers=headers).status_code == 403


def test_an_origin_that_the_owner_allows_is_served(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    known = config.get_option
    monkeypatch.setattr(
        config, "get_option", lambda name: ["https://mine"] if name == "server.corsAllowedOrigins" else known(name)
    )
    with client.websocket_connect("/live/one", headers={"origin": "https://mine"}) as socket:
        assert socket.receive_json()["dims"] == 5


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (b"", "0 bytes"),
        (b"1234", "4 bytes"),
        (bytes(8), "8 bytes"),
        (bytes(8 + 4 * 5 + 1), "29 bytes"),
        (bytes(8 + 4 * 6), "32 bytes"),
        (frame(np.zeros((MAX_BATCH + 1, 5))), f"{MAX_BATCH + 1} codes"),
        (frame(np.full((1, 5), np.nan)), "not finite"),
        (frame(np.full((1, 5), np.inf)), "not finite"),
        (frame(np.full((2, 5), 1e30)), "beyond"),
        ("a text", "text frame"),
        ('{"z": [0, 0, 0, 0, 0]}', "text frame"),
    ],
)
def test_what_is_no_request_ends_in_a_sentence(client: TestClient, message: bytes | str, words: str) -> None:
    with client.websocket_connect("/live/one", headers=HERE) as socket:
        socket.receive_json()
        socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message)
        message_back = json.loads(socket.receive_text())
        assert words in message_back["error"]
        with pytest.raises(WebSocketDisconnect) as raised:
            socket.receive_text()
        assert raised.value.code == MALFORMED
    with client.websocket_connect("/live/one", headers=HERE) as socket:  # the next one is served
        socket.receive_json()
        socket.send_bytes(frame(np.zeros((1, 5))))
        assert len(socket.receive_bytes()) == 4 + 32 * 32


@pytest.mark.parametrize("name", ["none", "gallery/none", "..%2fone", "gallery", "%2e%2e/one"])
def test_an_unknown_run_is_reported(client: TestClient, name: str) -> None:
    with client.websocket_connect(f"/live/{name}", headers=HERE) as socket:
        assert "no run" in json.loads(socket.receive_text())["error"]
        with pytest.raises(WebSocketDisconnect) as raised:
            socket.receive_text()
        assert raised.value.code == GONE


def test_a_run_deleted_while_it_is_open_is_reported(client: TestClient, run: Run) -> None:
    with client.websocket_connect("/live/one", headers=HERE) as socket:
        socket.receive_json()
        shutil.rmtree(run.path)
        socket.send_bytes(frame(np.zeros((1, 5))))
        assert "was deleted" in json.loads(socket.receive_text())["error"]
        with pytest.raises(WebSocketDisconnect) as raised:
            socket.receive_text()
        assert raised.value.code == GONE
    assert run.path not in MODEL_CACHE._models


def test_a_conditional_model_takes_its_class(client: TestClient, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    model = MODEL_CACHE.model(run)
    monkeypatch.setattr(type(model), "conditional", True)
    seen = []
    real = type(model).decode
    monkeypatch.setattr(type(model), "decode", lambda self, z, labels: seen.append(labels) or real(self, z))
    with client.websocket_connect("/live/one", headers=HERE) as socket:
        assert socket.receive_json()["classes"] == 10
        socket.send_bytes(frame(np.zeros((2, 5)), condition=3))
        socket.receive_bytes()
        assert seen[0].tolist() == [3, 3]
        socket.send_bytes(frame(np.zeros((2, 5)), condition=10))
        assert "Class 10" in json.loads(socket.receive_text())["error"]


# -- over HTTP -------------------------------------------------------------------------------------------------
def test_test_images_come_as_raw_pixels(client: TestClient, run: Run) -> None:
    answer = client.get("/live/one/images?rows=4,0,4&v=x")
    found = np.frombuffer(answer.content, np.uint8).reshape(3, 1, 32, 32)
    assert (found == run.data("test").test.images[[4, 0, 4]].numpy()).all()
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/live/one/images?rows=4").headers["cache-control"] == "no-cache"


def test_without_the_data_they_are_decoded_from_their_codes(
    client: TestClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = library.latents(run)
    monkeypatch.setattr(library, "test_data", lambda run: (None, "not here"))
    with torch.no_grad():
        wanted = run.model().decode(torch.from_numpy(codes.mu[[2]])).numpy() * 255
    found = np.frombuffer(client.get("/live/one/images?rows=2").content, np.uint8).reshape(1, 1, 32, 32)
    assert np.abs(found - wanted.round()).max() <= 1


@pytest.mark.parametrize(
    ("rows", "status"),
    [("", 400), ("-1", 400), ("1.5", 400), ("a", 400), (",".join(["0"] * (MAX_BATCH + 1)), 400), ("999999", 404)],
)
def test_rows_that_are_none_are_reported(client: TestClient, rows: str, status: int) -> None:
    answer = client.get(f"/live/one/images?rows={rows}")
    assert answer.status_code == status
    assert answer.text.startswith("rows:")


def test_codes_come_as_the_file_they_are_kept_in(client: TestClient, run: Run) -> None:
    library.latents(run)
    file = latents_file(run)
    answer = client.get(f"/live/one/cache/{file.name}")
    assert answer.content == file.read_bytes()
    assert "immutable" in answer.headers["cache-control"]
    assert "gzip" not in answer.headers.get("content-encoding", "")


@pytest.mark.parametrize("name", ["latents-000000000000.safetensors", "..%2f..%2fweights.safetensors", "config.json"])
def test_nothing_else_of_a_run_can_be_read(client: TestClient, name: str) -> None:
    answer = client.get(f"/live/one/cache/{name}")
    assert answer.status_code == 404
    assert b"safetensors" in answer.content or answer.text == "Not Found" or name in answer.text


def test_an_image_is_encoded(client: TestClient, run: Run) -> None:
    images = run.data("test").test.images[:3]
    with torch.no_grad():
        wanted = run.model().encode(images.float() / 255).mu
    answer = client.post("/live/one/encode", content=images.permute(0, 2, 3, 1).numpy().tobytes(), headers=HERE)
    assert np.allclose(np.frombuffer(answer.content, "<f4").reshape(3, 5), wanted.numpy(), atol=1e-4)


@pytest.mark.parametrize(("length", "status"), [(0, 400), (1023, 400), (1024 * (MAX_BATCH + 1), 413)])
def test_what_is_no_image_is_reported(client: TestClient, length: int, status: int) -> None:
    answer = client.post("/live/one/encode", content=bytes(length), headers=HERE)
    assert answer.status_code == status
    assert answer.text


def test_a_draw_is_a_code(client: TestClient) -> None:
    answer = client.get("/live/one/draw")
    assert np.isfinite(np.frombuffer(answer.content, "<f4")).all()
    assert len(answer.content) == 4 * 5
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("half", ["decoder", "encoder"])
def test_a_half_is_exported_once_and_served_from_then_on(
    half: str, client: TestClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def export(run: Run, command: list[str]) -> commands.Job:
        """A process that takes two looks."""
        assert command == ["export", "one", "--cached", half]

        def poll() -> int | None:
            looks.append(1)
            if len(looks) < 2:
                return None
            onnx_of(run, half)
            return 0

        return commands.Job(SimpleNamespace(poll=poll), 0.0, "")

    monkeypatch.setattr(commands, "_start", export)
    answer = client.get(f"/live/one/{half}?v=x")
    assert answer.content == onnx_of(run, half)
    assert "immutable" in answer.headers["cache-control"]
    assert len(looks) == 2
    monkeypatch.setattr(commands, "_start", None)
    assert client.get(f"/live/one/{half}?v=x").content == answer.content


def test_a_decoder_that_cannot_be_exported_is_reported(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = commands.Job(SimpleNamespace(poll=lambda: 2, returncode=2), 0.0, "")
    failed.errors.set_result("a story\nThis model cannot be written as ONNX: no such operation")
    monkeypatch.setattr(commands, "_start", lambda run, command: failed)
    answer = client.get("/live/one/decoder")
    assert (answer.status_code, answer.text) == (422, "This model cannot be written as ONNX: no such operation")


def test_a_run_that_is_deleted_while_it_is_exported_is_no_server_error(
    client: TestClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poll() -> int:
        shutil.rmtree(run.path)
        return 2

    gone = commands.Job(SimpleNamespace(poll=poll, returncode=2), 0.0, "")
    gone.errors.set_result("")
    monkeypatch.setattr(commands, "_start", lambda run, command: gone)
    answer = client.get("/live/one/decoder")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("rest", ["draw", "decoder", "encoder"])
def test_a_run_that_is_deleted_while_it_is_looked_for_is_not_found(
    client: TestClient, run: Run, monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    def find_and_delete(id: str) -> Run:
        shutil.rmtree(run.path)
        return run

    monkeypatch.setattr(library, "find", find_and_delete)
    answer = client.get(f"/live/one/{rest}")
    assert answer.status_code == 404
    assert "deleted meanwhile" in answer.text


def test_a_run_that_still_trains_has_no_decoder(client: TestClient, put: Put) -> None:
    put("two", state="queued")
    answer = client.get("/live/two/decoder")
    assert answer.status_code == 409
    assert "still training" in answer.text


def test_the_runtime_is_what_was_published(client: TestClient) -> None:
    for name, digest in manifest()["files"].items():
        answer = client.get(f"/runtime/{manifest()['version']}/{name}", headers={"accept-encoding": "gzip"})
        assert hashlib.sha256(answer.content).hexdigest() == digest
        assert "immutable" in answer.headers["cache-control"]
        kind = "application/wasm" if name.endswith(".wasm") else "text/javascript"
        assert answer.headers["content-type"].startswith(kind)
    for wrong in ("0/ort.wasm.bundle.min.mjs", f"{manifest()['version']}/manifest.json", f"{manifest()['version']}/x"):
        assert client.get(f"/runtime/{wrong}").status_code == 404


@pytest.mark.parametrize(
    "rest", ["images?rows=0", "draw", "decoder", "encoder", "cache/latents-000000000000.safetensors"]
)
def test_an_unknown_run_is_not_found(client: TestClient, rest: str) -> None:
    answer = client.get(f"/live/none/{rest}")
    assert answer.status_code == 404
    assert "no run 'none'" in answer.text


def test_modules_are_served_by_version_and_nothing_beside_them(client: TestClient) -> None:
    answer = client.get(f"/modules/{modules_version()}/traversal/traversal.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(f"/modules/{modules_version()}/shared/map/latent_map.js").status_code == 200
    for name in (
        "none/none.js",
        "traversal.js",
        "__init__.py",
        "..%2flibrary.py",
        "map/..%2f__init__.py",
        "shared/..%2flink/link.js",
        "shared/map/..%2fdom.js",
        "shared//dom.js",
    ):
        assert client.get(f"/modules/x/{name}").status_code == 404


def test_a_module_names_all_that_it_needs(client: TestClient) -> None:
    needed = needed_by("traversal/traversal.js")
    assert {"shared/dom.js", "traversal/strips.js", "shared/local/lane.js", "shared/map/grid.js"} <= set(needed)
    assert len(needed) == len(set(needed))
    assert all((COMPONENTS / name).is_file() for name in needed), "only imports are seen, no other paths"
    answer = client.get("/modules/v7/traversal/traversal.js")
    links = answer.headers["link"].split(",")
    assert {"<strips.js>;rel=modulepreload", "<../shared/dom.js>;rel=modulepreload"} <= set(links)
    assert "link" not in client.get("/modules/v7/shared/dom.js").headers


@pytest.mark.parametrize("path", sorted(COMPONENTS.rglob("*.js")), ids=lambda path: path.name)
def test_a_reverse_proxy_takes_the_headers_of_every_module(client: TestClient, path: Path) -> None:
    answer = client.get(f"/modules/v7/{path.relative_to(COMPONENTS).as_posix()}")
    assert len(answer.headers.get("link", "")) <= 3000


def test_everything_moves_below_a_prefix(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("one")
    known = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: "/lab/vae/" if name == "server.baseUrlPath" else known(name))
    with TestClient(Starlette(routes=routes())) as client:
        assert client.get("/lab/vae/live/one/draw").status_code == 200
        assert client.get("/live/one/draw").status_code == 404
        with client.websocket_connect("/lab/vae/live/one", headers=HERE) as socket:
            assert socket.receive_json()["run"] == "one"
