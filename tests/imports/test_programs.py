"""Programs that torch.export wrote, for those who trust their author."""

from __future__ import annotations

import pytest
import torch

from tests.imports.conftest import D, Decoder
from vae_core.__main__ import main
from vae_core.imports import ImportFailed, Request
from vae_core.imports.create import import_run


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("pt2") / "decoder.pt2"
    model = torch.nn.Sequential(Decoder(), torch.nn.Sigmoid())
    exported = torch.export.export(model, (torch.randn(2, D),), dynamic_shapes=({0: torch.export.Dim("n")},))
    torch.export.save(exported, path)
    return path


def test_its_images(program, store):
    run = import_run(program, Request(trusted=True), store=store)
    z = torch.randn(3, D)
    torch.testing.assert_close(run.model().decode(z), torch.sigmoid(Decoder()(z)))
    assert run.config.versions["source"] == "torch.export"


def test_without_trust_it_is_not_loaded(program, store, capsys, monkeypatch):
    monkeypatch.setattr(torch.export, "load", lambda path: pytest.fail("it was loaded"))
    assert main(["import", str(program), "--store", str(store.root)]) == 2
    assert "can run code" in capsys.readouterr().err


def test_a_broken_program_is_one_sentence(tmp_path, store):
    for content in (b"", b"PK\x03\x04" * 30):
        (tmp_path / "x.pt2").write_bytes(content)
        with pytest.raises(ImportFailed, match="no program of torch") as caught:
            import_run(tmp_path / "x.pt2", Request(trusted=True), store=store)
        assert "\n" not in str(caught.value)
