"""The wheel, installed in an empty environment: it has all files, needs what the requirements files say, and the app runs from it."""

from __future__ import annotations

import json
import os
import re
import site
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from playwright.sync_api import Page, expect

import vae_core

from .looking import drag, pixels, ready, still
from .serving import ROOT, App, free_port, running

pytestmark = pytest.mark.slow
Open = Callable[..., Page]
#: What the command line and the app import, and where their files are.
IMPORTED = """
import json, sys
import explorer.live.routes, explorer.notebook, explorer.shell.command, vae_core.cli.train
from explorer.navigation import FOLDER
from vae_core.places import PROJECT, to_install
from vae_core.runs import GALLERY
files = [module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)]
print(json.dumps({"files": files, "path": sys.path, "places": [str(FOLDER), str(GALLERY)], "project": PROJECT, "extra": to_install("ray")}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; what it needs lies in the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder)
    inside = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    (folder / inside / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    python = str(folder / "bin" / "python")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )
    return folder


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def app(environment: Path, elsewhere: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app of the wheel, which `open_page` opens in this file."""
    log, port = tmp_path_factory.mktemp("log") / "log.txt", free_port()
    command = [str(environment / "bin" / "betascope"), "--port", str(port), "--headless"]
    address = f"http://localhost:{port}"
    with running(command, elsewhere, outside(), log, f"{address}/healthz") as pid:
        yield App(address, port, pid)
    text = log.read_text()
    assert "Traceback" not in text, text[-4000:]
    assert f"runs are in {elsewhere / 'checkpoints'}" in text


def outside() -> dict[str, str]:
    """Environment variables of somebody who has no clone."""
    hidden = ("PYTHONPATH", "VAE_STORE_DIR")
    return {name: value for name, value in os.environ.items() if name not in hidden} | {"VAE_WARM": "0"}


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def needed(name: str) -> set[Requirement]:
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return {Requirement(line.lower()) for line in lines if line and not line.startswith("-")}


def test_it_has_the_files_of_the_project_and_puts_them_nowhere_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    files = [name for name in listed.stdout.decode().splitlines() if (ROOT / name).exists()]
    moved = ("app.py", "pages/", ".streamlit/", "checkpoints/gallery/")
    expected = {name for name in files if name.startswith(("vae_core/", "explorer/"))}
    expected |= {f"betascope/{name}" for name in files if name.startswith(moved)}
    assert packed == expected


def test_it_needs_what_the_requirements_files_say(wheel: Path) -> None:
    metadata = metadata_of(wheel)
    assert metadata["Version"] == vae_core.__version__
    found = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    assert {found for found in found if "extra ==" not in str(found.marker)} == needed("requirements.txt")
    for extra in metadata.get_all("Provides-Extra", []):
        named = {Requirement(str(found).split(";")[0]) for found in found if f'"{extra}"' in str(found.marker)}
        assert named
        assert named == needed(f"requirements-{extra}.txt")


def test_nothing_of_the_clone_is_imported(environment: Path, elsewhere: Path) -> None:
    command = [str(environment / "bin" / "python"), "-c", IMPORTED]
    done = subprocess.run(command, cwd=elsewhere, env=outside(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["project"] is None, "child processes start in the current folder"
    assert found["extra"] == "pip install 'betascope[ray]'"
    assert str(ROOT) not in found["path"]
    own = [name for name in found["files"] if re.search(r"/(vae_core|explorer|pages)/", name)]
    assert len(own) > 50
    assert all(Path(name).is_relative_to(environment) for name in [*own, *found["places"]])


def test_its_commands_work(environment: Path, elsewhere: Path) -> None:
    def betascope(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(environment / "bin" / "betascope"), *arguments]
        return subprocess.run(command, cwd=elsewhere, env=outside(), capture_output=True, text=True)

    listed = json.loads(betascope("runs", "--json").stdout.splitlines()[-1])
    assert {run["run"] for run in listed["runs"]} >= {"gallery/digits-2d", "gallery/sprites"}
    assert betascope("--version").stdout.strip() == vae_core.__version__
    refusals = {
        "--port 0": "'0' is no port",
        "fly": "'fly'",
        "--fly": "--fly",
        "--host 300.1.1.1": "nothing can listen there",
    }
    for arguments, part in refusals.items():
        refused = betascope(*arguments.split())
        assert refused.returncode == 2
        assert part in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1
        assert refused.stderr.startswith("betascope: ")


def test_the_app_runs_from_it(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("[data-testid=stAppViewContainer]")).to_contain_text("Gallery")
    ready(page, "featured")
    # Streamlit's own titles are heavier: the server read the .streamlit/config.toml that lies beside its script.
    expect(page.get_by_role("heading", level=1)).to_have_css("font-weight", "650")
    page = open_page("traverse?run=gallery/digits-2d&z=0,0")
    main, slider = ready(page, "traversal").locator("canvas.main"), page.locator(".traversal .row .slider").first
    still(main)
    before = pixels(main)
    drag(page, slider, 0.5, 0.9, follows=main)
    still(main)
    assert np.abs(pixels(main) - before).max() > 1
