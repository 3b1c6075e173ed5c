"""Exported files: cached under the weights they are of, checked before they are used, readable without this project."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.numpy import load_file

from vae_core.__main__ import main
from vae_core.export import FORMATS
from vae_core.export.describe import describe
from vae_core.export.files import cached_onnx, onnx_of
from vae_core.runs import Run


@pytest.fixture
def copied(run: Run, tmp_path: Path) -> Run:
    """A run of its own, which may be changed."""
    target = tmp_path / "store" / "copied"
    shutil.copytree(run.path, target)
    return Run.open(target)


def test_the_export_is_cached_and_a_damaged_file_is_made_again(copied: Run) -> None:
    assert cached_onnx(copied) is None
    content = onnx_of(copied)
    assert cached_onnx(copied) == content
    (path,) = copied.cache.glob("decoder-*.onnx")
    path.write_bytes(content[:-1] + b"?")
    assert cached_onnx(copied) is None
    assert not path.exists()
    assert onnx_of(copied, "index_decoder") is None


def test_other_weights_have_another_export(copied: Run, autoencoder_run: Run) -> None:
    onnx_of(copied)
    shutil.copy(autoencoder_run.weights_path, copied.weights_path)
    assert cached_onnx(copied) is None


def test_the_description_is_in_the_file(copied: Run) -> None:
    session = onnxruntime.InferenceSession(onnx_of(copied), providers=["CPUExecutionProvider"])
    found = json.loads(session.get_modelmeta().custom_metadata_map["betascope"])
    assert found == describe(copied) | {"half": "decoder"}
    assert found["shape"] == [1, 8, 8]
    assert sorted(found["order"]) == list(range(4))
    assert found["weights"] == copied.weights_hash()


def test_without_the_data_a_description_says_less(copied: Run) -> None:
    shutil.rmtree(copied.cache)
    config = json.loads((copied.path / "config.json").read_text())
    config["data"]["name"] = str(copied.path / "gone.npz")
    (copied.path / "config.json").write_text(json.dumps(config))
    found = describe(Run.open(copied.path))
    assert (found["order"], found["spread"]) == (None, None)
    assert found["dims"] == 4


def test_the_command_line_writes_every_format(copied: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [name for name, format in FORMATS.items() if not (format.ending or format.together)]
    options = [part for name in folders for part in (f"--{name}", str(tmp_path / name))]
    assert main(["export", "copied", *options, "--json", "--store", str(copied.path.parent)]) == 0
    files = json.loads(capsys.readouterr().out.splitlines()[-1])["files"]
    assert all(Path(file).is_file() for file in files)
    found = {Path(file).relative_to(tmp_path).as_posix() for file in files}
    assert found == {
        "onnx/decoder.onnx", "onnx/encoder.onnx", "int8/decoder.int8.onnx", "int8/encoder.int8.onnx", "int8/report.json",
        "pt2/decoder.pt2", "pt2/encoder.pt2",
        "weights/weights.safetensors", "weights/decoder.onnx", "weights/encoder.onnx", "weights/model.json", "weights/load.py",
    }  # fmt: skip
    program = torch.export.load(tmp_path / "pt2" / "decoder.pt2").module()
    z = torch.randn(3, 4)
    with torch.no_grad():
        torch.testing.assert_close(program(z), copied.model().decode(z))


def test_the_folder_of_weights_needs_nothing_of_this_project(copied: Run, tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    FORMATS["weights"].write([copied], folder)
    tensors = load_file(folder / "weights.safetensors")
    largest = max(tensor.size for tensor in tensors.values())
    assert largest == max(tensor.numel() for tensor in copied.model().state_dict().values())
    code = (
        "import sys; sys.path.insert(0, '.'); import load, numpy as np\n"
        "(images,) = load.run('decoder', z=np.ones((2, 4)))\n"
        "mu, logvar = load.run('encoder', image=images)\n"
        "np.savez('out.npz', images=images, mu=mu)\n"
        "assert not [name for name in sys.modules if name.startswith(('vae_core', 'torch'))]\n"
    )
    subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, check=True)
    subprocess.run([sys.executable, "-I", "load.py"], cwd=folder, check=True, capture_output=True)
    out = np.load(folder / "out.npz")
    with torch.no_grad():
        images = copied.model().decode(torch.ones(2, 4))
        mu = copied.model().embed(images)
    assert np.abs(out["images"] - images.numpy()).max() <= 1e-5
    assert np.abs(out["mu"] - mu.numpy()).max() <= 1e-4


def test_several_runs_have_a_folder_each(copied: Run, tmp_path: Path) -> None:
    shutil.copytree(copied.path, copied.path.parent / "other")
    options = ["--onnx", str(tmp_path / "out"), "--store", str(copied.path.parent)]
    assert main(["export", "copied", "other", *options]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["copied", "other"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "give at least one of --onnx"),
        (["--onnx", "/proc/nowhere"], "Could not save decoder.onnx"),
        (["--onnx", __file__], "is a file; give a folder"),
        (["--html", str(Path(__file__).parent)], "is a folder; give a file"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(
    copied: Run, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "copied", *options, "--store", str(copied.path.parent)]) == 2
    assert words in capsys.readouterr().err
