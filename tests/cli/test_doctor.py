"""What the doctor finds on machines that lack something."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import vae_core
from tests.browser.serving import free_port
from tests.conftest import QUICK
from vae_core.__main__ import main
from vae_core.cli.doctor import line
from vae_core.doctor import CHECKS, data, examine, machine, network, packages, store
from vae_core.doctor.finding import OK, PROBLEM, WARNING, Place, problem

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "store", free_port())


def test_the_command_lists_every_check_and_ends_well(monkeypatch, capsys, place, tmp_path):
    monkeypatch.delitem(CHECKS, "Network")  # its answer is the machine's
    monkeypatch.delitem(CHECKS, "Browser")  # takes seconds; tests/browser starts one
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "data"))
    code = main(["doctor", "--json", "--store", str(place.store), "--port", str(place.port)])
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert [row["subject"] for row in result["checks"]] == list(CHECKS)
    assert code == 0, captured.err
    assert result["problems"] == 0
    assert f"{place.store} (made by the first run)" in captured.err.replace("\n" + " " * 14, " ")
    assert not place.store.exists()


def test_a_problem_is_exit_code_1_and_comes_with_its_remedy(monkeypatch, capsys, place):
    for subject in set(CHECKS) - {"Port"}:
        monkeypatch.delitem(CHECKS, subject)
    monkeypatch.setattr(network, "PATIENCE", 0.2)  # this server never answers
    with socket.create_server(("127.0.0.1", place.port)):
        assert main(["doctor", "--port", str(place.port)]) == 1
    errors = capsys.readouterr().err
    assert f"✗ Port        {place.port} is used by another program\n" in errors
    assert "→ Start on another one" in errors
    assert errors.endswith("1 problem, no warnings.\n")


def test_a_check_that_fails_is_a_problem_and_the_others_go_on(place):
    def fail(place: Place) -> None:
        raise ImportError("no such library")

    first, second = examine(place, {"torch": fail, "Port": network.port})
    assert first[1].state == PROBLEM
    assert "could not be checked (ImportError: no such library)" in first[1].found
    assert second[1].state == OK


def test_lines_are_wrapped_and_coloured():
    finding = problem("one two three " * 5, "Do this and that. " * 4)
    text = line("GPU", finding, colours=True, width=40)
    assert text.startswith("\033[31m✗\033[0m GPU         one")
    assert all(len(row) <= 40 for row in text.replace("\033[31m", "").replace("\033[0m", "").splitlines())


def test_it_needs_nothing_but_python():
    """Or it could not say what is missing."""
    code = "import sys, vae_core.doctor, vae_core.cli.doctor, vae_core.__main__; print([name for name in ('torch', 'tqdm', 'packaging', 'filelock') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


# -- port ---------------------------------------------------------------------------------------------------------


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ready", "version": "9.9"}')

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def running(place: Place) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", place.port), Healthy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_a_betascope_on_the_port_is_no_problem(place, running):
    assert network.port(place).found == f"{place.port}: Betascope 9.9 is running there"


def test_a_port_that_cannot_be(place):
    assert network.port(Place(place.store, 99_999)).state == PROBLEM


# -- store --------------------------------------------------------------------------------------------------------


def test_a_store_that_is_a_file(place):
    place.store.touch()
    assert store.writable(place).found == f"{place.store} is a file, not a folder"


def test_a_store_that_cannot_be_written_to(place, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")  # root may write everywhere

    monkeypatch.setattr(store.tempfile, "TemporaryDirectory", refuse)
    found = store.writable(place)
    assert found.state == PROBLEM
    assert "Permission denied" in found.found


@pytest.mark.parametrize(("free", "state"), [(10 * 2**20, PROBLEM), (2**30, WARNING), (50 * 2**30, OK)])
def test_space(place, monkeypatch, free, state):
    monkeypatch.setattr(store.shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    assert store.writable(place).state == state


def test_broken_and_interrupted_runs(place):
    assert store.runs(place).found == "none yet"
    run = vae_core.train("digits", "vae", store=vae_core.Store(place.store), name="one", size=200, **QUICK)
    assert store.runs(place).state == OK
    run.set_status(state="running")
    found = store.runs(place)
    assert (found.state, found.found) == (WARNING, f"1, of which 1 were interrupted: {run.id}")
    (run.path / "config.json").write_text("{")
    found = store.runs(place)
    assert found.state == WARNING
    assert "1 of 1 cannot be opened: " in found.found


def test_leftovers_are_old(place):
    half = place.store / ".new-1234"
    half.mkdir(parents=True)
    run = place.store / "run-1" / "cache"
    run.mkdir(parents=True)
    temporary = run / ".map-1.safetensors.12-34.tmp"
    temporary.touch()
    assert store.leftovers(place).state == OK  # they may be in use
    old = time.time() - 2 * store.ABANDONED
    for path in (half, temporary):
        os.utime(path, (old, old))
    found = store.leftovers(place)
    assert found.found == "2 from processes that were killed"
    assert f"rm -r '{half}' '{temporary}'" in found.remedy


# -- data and packages --------------------------------------------------------------------------------------------


def test_data(place, monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path / "file"))
    assert data.public_sets(place).found.startswith("no public set in ")
    (tmp_path / "file").touch()
    assert data.public_sets(place).state == PROBLEM


def test_damaged_data(place, monkeypatch, tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (raw / f"{name}-ubyte").write_bytes(b"cut")
    monkeypatch.setenv("VAE_DATA_DIR", str(tmp_path))
    found = data.public_sets(place)
    assert found.state == WARNING
    assert "damaged" in found.found
    assert "mnist" in found.found


def test_packages_that_are_missing_or_of_another_version(place, monkeypatch, tmp_path):
    (tmp_path / "requirements.txt").write_text('numpy<1  # old\nnot-there>=2\npytest\nother; python_version < "3"\n')
    needed = packages.requirements(tmp_path)
    monkeypatch.setattr(packages, "requirements", lambda: needed)
    found = packages.required(place)
    assert found.state == PROBLEM
    assert "numpy is " in found.found
    assert "needed is <1; not-there is missing" in found.found
    assert found.remedy == 'python -m pip install "numpy<1" "not-there>=2"'


def test_extras(place, monkeypatch, tmp_path):
    for name, text in (
        ("", "pytest\n"),
        ("-ray", "-r requirements.txt\nnot-there\n"),
        ("-good", "pytest\n"),
        ("-dev", "no\n"),
    ):
        (tmp_path / f"requirements{name}.txt").write_text(text)
    needed = packages.requirements(tmp_path)
    monkeypatch.setattr(packages, "requirements", lambda: needed)
    monkeypatch.delenv("VAE_RAY_ADDRESS", raising=False)
    assert packages.extras(place).found == "installed: good; not installed: ray"
    monkeypatch.setenv("VAE_RAY_ADDRESS", "auto")
    assert packages.extras(place).state == PROBLEM


def test_an_installed_package_says_itself_what_it_needs(monkeypatch, tmp_path):
    folder = tmp_path / "watched_thing-1.dist-info"
    folder.mkdir()
    lines = [
        "Requires-Dist: pytest>=8",
        'Requires-Dist: ray; extra == "ray"',
        'Requires-Dist: no; python_version < "3"',
    ]
    (folder / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", "Name: watched-thing", "Version: 1", *lines]))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(packages, "DISTRIBUTION", "watched-thing")
    found = packages.requirements(tmp_path)
    assert {name: [needed.name for needed in group] for name, group in found.items()} == {
        "": ["pytest"],
        "ray": ["ray"],
    }


# -- GPU ----------------------------------------------------------------------------------------------------------


def test_no_gpu(place, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(machine, "_of_the_driver", lambda: "")
    assert machine.gpu(place).found == "none; models train on the CPU"


@pytest.mark.parametrize(
    ("cuda", "hidden", "remedy"),
    [("13.0", None, "for CUDA 13.0"), (None, None, "built for CPUs"), ("13.0", "", "CUDA_VISIBLE_DEVICES hides")],
)
def test_a_gpu_that_torch_cannot_use(place, monkeypatch, cuda, hidden, remedy):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(machine, "_of_the_driver", lambda: "Card with driver 1.2")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if hidden is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    found = machine.gpu(place)
    assert found.state == WARNING
    assert "Card with driver 1.2 cannot be used" in found.found
    assert remedy in found.remedy


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine's GPU works")
def test_a_gpu_on_which_nothing_runs(place, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda index: (3, 5))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: "Old card")
    found = machine.gpu(place)
    assert found.state == PROBLEM
    assert found.found.startswith("Old card (compute capability 3.5) fails: ")


def test_a_driver_s_names(monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'One, 12.3'\necho 'Two, 12.3'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert machine._of_the_driver() == "One with driver 12.3, Two with driver 12.3"


def test_more_threads_than_cores(place, monkeypatch):
    monkeypatch.setattr("vae_core.cores.cores", lambda: 1)
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    with monkeypatch.context() as patch:  # every test ends with a look at the number of threads
        patch.setattr(torch, "get_num_threads", lambda: 64)
        assert "set it to 1" in machine.cpu(place).remedy
