"""`/show/RUN`: the page of a run for a hall, and the menu that shows its address."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit import config
from streamlit.testing.v1 import AppTest

from explorer import library
from explorer.jobs import commands
from explorer.live import show
from explorer.live.show import PAGE, folder_of
from explorer.shell import present
from explorer.take_away.show import write_shown
from vae_core.runs import Run
from vae_core.runs.files import write_json

Put = Callable[..., Path]
Open = Callable[..., AppTest]


pytestmark = pytest.mark.usefixtures("quick_map")


def test_the_page_and_its_files_are_static(client: TestClient, run: Run) -> None:
    (folder,) = write_shown([run])
    answer = client.get("/show/one")
    assert answer.headers["content-encoding"] == "gzip"
    assert "no-cache" in answer.headers["cache-control"]
    assert client.get("/show/one", headers={"accept-encoding": "identity"}).text == answer.text
    addresses = re.findall(r'"\./one/(files/[^"]+\.gz)"', answer.text)
    assert len(addresses) == 6
    for address in addresses:
        found = client.get(f"/show/one/{address}")
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]
        assert gzip.decompress(found.content) == gzip.decompress((folder / address.rsplit("/", 1)[-1]).read_bytes())
    (runtime,) = re.findall(r'"(\.\./runtime/[^"]+)"', answer.text)
    assert client.get(runtime.removeprefix("..")).status_code == 200
    assert '"follow": "../follow"' in answer.text


def test_it_is_made_once_and_anew_when_something_changed(run: Run) -> None:
    (folder,) = write_shown([run])
    written = (folder / PAGE).stat().st_mtime_ns
    assert write_shown([run]) == [folder]
    assert (folder / PAGE).stat().st_mtime_ns == written
    write_json(run.path / "notes.json", {"names": {"0": "slant"}})
    again = library.find("one")
    assert folder_of(again) != folder
    (other,) = write_shown([again])
    assert not folder.exists(), "pages of an earlier state are removed"
    assert b"slant" in gzip.decompress((other / PAGE).read_bytes())


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/show/gone", 404, "gone"),
        ("/show/<b>", 404, "&lt;b&gt;"),
        ("/show/one/files/abc/decoder.gz", 404, "decoder.gz"),
        ("/show/one/files/abc/%2e%2e%2fconfig.json", 404, ""),
        ("/show/one/files/%2e%2e/config.json", 404, ""),
    ],
)
def test_what_is_not_there_is_one_sentence(client: TestClient, path: str, status: int, words: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert words in answer.text
    assert "Traceback" not in answer.text
    assert "fingerprint" not in answer.text


def test_a_run_in_training_has_no_page_yet(client: TestClient, put: Put) -> None:
    put("busy", state="queued")
    answer = client.get("/show/busy")
    assert answer.status_code == 409
    assert "still training" in answer.text


def test_a_page_that_cannot_be_made_says_why(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failed:
        def poll(self) -> int:
            return 2

    failed = commands.Job(Failed(), 0.0, "nobody")  # type: ignore[arg-type]
    failed.errors.set_result("error: no codes")
    monkeypatch.setattr(commands, "_start", lambda run, command: failed)
    answer = client.get("/show/one")
    assert answer.status_code == 422
    assert "no codes" in answer.text


def test_the_menu_shows_the_address(put: Put, app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    put("shipped", gallery=True)
    monkeypatch.setenv(present.PUBLIC, "http://192.0.2.7:8501")
    html = " ".join(element.value for element in app("traverse", run="gallery/shipped").get("html"))
    assert re.search(r'href="http://[^"]+/show/gallery/shipped"', html)
    assert 'src="data:image/svg+xml' in html


def test_a_server_for_this_computer_alone_says_how_to_open_it(put: Put, app: Open) -> None:
    put("one")
    at = app("traverse", run="one")
    assert "make app HOST=0.0.0.0" in " ".join(element.value for element in at.info)
    assert 'class="qr"' not in " ".join(element.value for element in at.get("html"))


@pytest.mark.parametrize("page", ["home", "train", "measure", "diagnose", "generate"])
def test_pages_that_cannot_be_followed_have_no_menu(put: Put, app: Open, page: str) -> None:
    put("one")
    assert "/show/" not in " ".join(element.value for element in app(page, run="one").get("html"))


def test_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(present, "_own_address", lambda: "192.0.2.7")
    assert present.public_address("http://localhost:8501/map") == "http://localhost:8501", "nobody else reaches it"
    known = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: "0.0.0.0" if name == "server.address" else known(name))
    assert present.public_address("http://localhost:8501/traverse") == "http://192.0.2.7:8501"
    assert present.public_address("https://lab.example/map") == "https://lab.example"
    assert present.public_address("https://lab.example/b/") == "https://lab.example/b"
    assert present.public_address("https://lab.example/~/b/map?run=one") == "https://lab.example/~/b"
    monkeypatch.setattr(present, "_own_address", lambda: None)
    assert present.public_address("http://127.0.0.1:8501/") == "http://127.0.0.1:8501"
    monkeypatch.setenv(present.PUBLIC, "https://hall.example/b/")
    assert present.public_address("http://localhost:8501/") == "https://hall.example/b"


def test_a_run_that_is_deleted_meanwhile_is_a_sentence_or_a_whole_file(
    client: TestClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder,) = write_shown([run])
    address = next(f"/show/one/files/{folder.name.removeprefix('show-')}/{path.name}" for path in folder.glob("*.gz") if path.name != PAGE)  # fmt: skip
    content = client.get(address).content
    honest = show.opened

    async def then_deleted(*arguments: object) -> object:
        answer = await honest(*arguments)  # type: ignore[arg-type]
        shutil.rmtree(folder)
        return answer

    monkeypatch.setattr(show, "opened", then_deleted)
    assert client.get(address).content == content
    monkeypatch.setattr(show, "opened", honest)
    assert client.get(address).status_code == 404
    write_shown([run])

    async def deleted_before(*arguments: object) -> object:
        shutil.rmtree(folder)
        return await honest(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(show, "opened", deleted_before)
    answer = client.get("/show/one")
    assert answer.status_code == 404
    assert "deleted meanwhile" in answer.text
