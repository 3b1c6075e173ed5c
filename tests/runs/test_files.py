import errno
import os

import pytest
import torch

from vae_core.runs.files import RunError, read_json, read_tensors, write_bytes, write_json, write_tensors


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, call):
    path = tmp_path / "weights"
    write_bytes(path, b"old")
    monkeypatch.setattr(f"vae_core.runs.files.os.{call}", full_disk)
    with pytest.raises(RunError, match=r"weights.*No space left.*unchanged"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["weights"]


def test_tensors_and_numbers_come_back_together(tmp_path):
    tensors = {"a": torch.arange(6).view(2, 3), "b": torch.tensor(1.5)}
    write_tensors(tmp_path / "t", tensors, {"step": 3, "history": [{"elbo": None}]})
    found, numbers = read_tensors(tmp_path / "t")
    assert torch.equal(found["a"], tensors["a"])
    assert torch.equal(found["b"], tensors["b"])
    assert numbers == {"step": 3, "history": [{"elbo": None}]}


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff" * 500])
def test_foreign_files_are_reported(tmp_path, content):
    (tmp_path / "f").write_bytes(content)
    for read in (read_json, read_tensors):
        with pytest.raises(RunError, match="cannot be read"):
            read(tmp_path / "f")


def test_a_truncated_file_is_reported(tmp_path):
    write_tensors(tmp_path / "t", {"a": torch.zeros(1000)})
    content = (tmp_path / "t").read_bytes()
    (tmp_path / "t").write_bytes(content[: len(content) // 2])
    with pytest.raises(RunError, match="cannot be read"):
        read_tensors(tmp_path / "t")


def test_missing_files_and_other_json_are_reported(tmp_path):
    with pytest.raises(RunError, match="missing"):
        read_json(tmp_path / "no")
    with pytest.raises(RunError, match="missing"):
        read_tensors(tmp_path / "no")
    write_json(tmp_path / "list", [1])
    with pytest.raises(RunError, match="no JSON object"):
        read_json(tmp_path / "list")


def test_a_file_that_is_deleted_while_it_is_opened_is_reported(tmp_path, monkeypatch):
    """safetensors opens a file twice; when it is gone by the second time, torch says so in its own way."""

    def gone(path, framework):
        raise RuntimeError(f"unable to open file <{path}> in read-only mode: No such file or directory (2)")

    write_tensors(tmp_path / "t", {"a": torch.zeros(10)})
    monkeypatch.setattr("vae_core.runs.files.safe_open", gone)
    with pytest.raises(RunError, match="cannot be read"):
        read_tensors(tmp_path / "t")
