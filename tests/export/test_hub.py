"""Runs go to the Hub and come back; no token is seen, and what goes wrong is one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from tests.conftest import QUICK
from vae_core.__main__ import main
from vae_core.config import BetascopeError
from vae_core.export import hub as module
from vae_core.export.card import card
from vae_core.export.hub import pull, push
from vae_core.jobs import train
from vae_core.runs import Run, Store
from vae_core.runs.files import read_json, write_json

from .hub_server import TOKEN, Hub, serving

ADDRESS = "hub:me/digits"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with serving() as found:
        stand_at(found.address, monkeypatch)
        yield found


def stand_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As HF_ENDPOINT does, which the library has read when it was loaded."""
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Store:
    return Store(tmp_path / "elsewhere", gallery=tmp_path / "none")


def test_a_run_goes_out_and_comes_back_by_the_command_line(
    server: Hub, run: Run, elsewhere: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", run.id, "--run", ADDRESS, "--store", str(run.path.parent), "--json"]) == 0
    assert main(["import", ADDRESS, "--store", str(elsewhere.root), "--json"]) == 0
    printed = capsys.readouterr()
    first, second = map(json.loads, printed.out.splitlines())
    assert first["files"] == [f"{server.address}/me/digits"]
    assert (second["run"], second["known"]) == (run.id, False)
    assert elsewhere.open(run.id).evaluation() == run.evaluation()
    assert pull(elsewhere, ADDRESS).known
    assert server.private == {"me/digits"}
    assert TOKEN not in printed.out + printed.err
    assert not any(TOKEN.encode() in content for content in server.repositories["me/digits"].values())
    assert not any(TOKEN.encode() in path.read_bytes() for path in elsewhere.root.rglob("*") if path.is_file())


def test_the_card_holds_numbers_formula_picture_and_how_to_open_it(server: Hub, run: Run) -> None:
    push(run, ADDRESS)
    files = server.repositories["me/digits"]
    text = files["README.md"].decode()
    parsed = ModelCard(text)
    assert parsed.data.library_name == "betascope"
    assert {"betascope", "beta-vae"} <= set(parsed.data.tags)
    assert parsed.data.license is None
    numbers = run.evaluation()
    assert numbers is not None
    for expected in (
        "β = 2",
        f"| ELBO | {numbers['elbo']:.2f} nats per image |",
        f"| PSNR in dB | {numbers['psnr']:.2f} |",
        type(run.model()).formula,
        "](traversal.png)",
        f"python -m vae_core import {ADDRESS}",
        "`digits` (1 × 8 × 8",
    ):
        assert expected in text
    assert files["traversal.png"].startswith(b"\x89PNG")


def test_a_licence_that_a_person_added_stays_and_old_files_go(server: Hub, run: Run, elsewhere: Store) -> None:
    push(run, ADDRESS, caches=True)
    files = server.repositories["me/digits"]
    assert any(name.startswith("cache/") for name in files)
    files["README.md"] = files["README.md"].replace(b"---\n", b"---\nlicense: mit\n", 1)
    files["mine.txt"] = b"of the person"
    push(run, ADDRESS)
    assert ModelCard(files["README.md"].decode()).data.license == "mit"
    assert not any(name.startswith("cache/") for name in files)
    assert files["mine.txt"] == b"of the person"
    assert pull(elsewhere, ADDRESS).run.id == run.id


@pytest.mark.parametrize("model", ["autoencoder", "vq_vae", "multirate_vae", "conditional_vae"])
def test_every_kind_of_code_has_a_picture_and_a_card(model: str, server: Hub, store: Store) -> None:
    settings = QUICK | ({"network": "conv", "image_size": 16} if model == "vq_vae" else {}) | {"epochs": 1, "size": 300}
    push(train("digits", model, store=store, **settings), ADDRESS)
    files = server.repositories["me/digits"]
    assert files["traversal.png"].startswith(b"\x89PNG")
    assert "nats per image" in files["README.md"].decode()


def test_a_name_does_not_become_markup_and_no_folder_is_named(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "copy")
    path = tmp_path / "copy" / "config.json"
    config = read_json(path)
    data = config["data"] | {"name": "/home/me/secret/digits.npz"}
    write_json(path, config | {"name": "<b>[x](y)</b>", "data": data})
    text = card(Run.open(tmp_path / "copy"), ADDRESS)
    assert "# \\<b\\>\\[x\\](y)\\</b\\>" in text
    assert "`digits.npz`" in text
    assert "secret" not in text


def refused(call: object, *words: str) -> None:
    with pytest.raises(BetascopeError) as raised:
        call()  # type: ignore[operator]
    text = str(raised.value)
    assert len(text.splitlines()) == 1
    assert TOKEN not in text
    for word in words:
        assert word in text


def test_what_goes_wrong_is_one_sentence(
    server: Hub, run: Run, elsewhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(lambda: pull(elsewhere, ADDRESS), ADDRESS, "is not there")
    server.repositories["me/digits"] = {"model.bin": b"1"}
    refused(lambda: pull(elsewhere, ADDRESS), "holds no manifest.json")
    push(run, ADDRESS)
    files = server.repositories["me/digits"]
    files["weights.safetensors"] = files["weights.safetensors"][:-1] + b"!"
    refused(lambda: pull(elsewhere, ADDRESS), "was changed")
    del files["weights.safetensors"]
    refused(lambda: pull(elsewhere, ADDRESS), "'weights.safetensors' is missing")
    for address in ("hub:", "hub:me", "hub:me/../x", "hub:me/a b", "hub:a/b/c", "hub:me/" + "x" * 200):
        refused(lambda address=address: pull(elsewhere, address), "hub:USER/NAME")  # type: ignore[misc]
    monkeypatch.setenv("HF_TOKEN", "hf_another")
    refused(lambda: push(run, ADDRESS), "401", "hf auth login")
    stand_at("http://127.0.0.1:9", monkeypatch)
    refused(lambda: pull(elsewhere, ADDRESS), "cannot be reached")
    refused(lambda: push(run, ADDRESS), "cannot be reached")
    assert not list(elsewhere.root.glob("*"))


def test_several_runs_and_one_in_training_are_refused(
    server: Hub, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", run.id, run.id, "--run", ADDRESS, "--store", str(run.path.parent)]) == 2
    assert "takes one run, and 2 were given" in capsys.readouterr().err
    shutil.copytree(run.path, tmp_path / "copy")
    busy = Run.open(tmp_path / "copy")
    with busy.lock:
        busy.set_status(state="running")
        refused(lambda: push(busy, ADDRESS), "is training")
    assert server.repositories == {}


def test_without_the_library_it_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", missing)
    refused(lambda: push(run, ADDRESS), "huggingface_hub", "requirements-hub.txt")
