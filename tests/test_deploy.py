"""The files for servers say what the docs say, and what the app does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import QUICK
from vae_core.datasets.own.limits import LIMITS, MIB
from vae_core.jobs import configure
from vae_core.runs import Store

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCS = (ROOT / "docs" / "deploy.md").read_text()
CONTAINER = (ROOT / "Containerfile").read_text()


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_the_docs_show_the_file_itself(name: str) -> None:
    assert f"```{name.split('.')[0].lower()}\n{(DEPLOY / name).read_text()}```" in DOCS


def test_nginx_takes_what_the_app_takes() -> None:
    assert f"client_max_body_size {LIMITS.upload_bytes // MIB}m;" in (DEPLOY / "nginx.conf").read_text()


@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed")
def test_caddy_reads_its_file(tmp_path: Path) -> None:
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"]
    environment = os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_the_image_holds_what_the_app_needs_and_nothing_else() -> None:
    copied = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / path).exists() for path in copied)
    code = {"app.py", "explorer", "pages", "vae_core"}
    assert copied == code | {".streamlit", "LICENSE", "checkpoints/gallery", "deploy/healthy.py", "requirements.txt"}


def test_all_that_the_container_writes_lies_in_its_volume() -> None:
    folders = dict(re.findall(r"^    (\w+)=(/\S+)", CONTAINER, re.MULTILINE))
    assert "VOLUME /data\n" in CONTAINER
    assert all(path.startswith("/data/") for path in folders.values()), folders
    assert {"HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "MPLCONFIGDIR", "VAE_STORE_DIR", "VAE_DATA_DIR"} <= set(
        folders
    )
    assert CONTAINER.index("USER 1000") > CONTAINER.index("VOLUME")


def test_the_health_check_follows_the_server() -> None:
    environment = os.environ | {"STREAMLIT_SERVER_PORT": "9", "STREAMLIT_SERVER_BASE_URL_PATH": "/lab/"}
    result = subprocess.run(["python3", DEPLOY / "healthy.py"], env=environment, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith("http://127.0.0.1:9/lab/healthz: ")


@pytest.mark.slow
def test_a_slurm_job_trains_what_was_queued_elsewhere(store: Store, tmp_path: Path) -> None:
    """With bash in the place of srun. About six seconds, most of it the start of Python."""
    run = store.create(configure("digits", **QUICK), state="queued")
    (tmp_path / "srun").write_text('#!/usr/bin/env bash\nexec "$@"\n')
    (tmp_path / "srun").chmod(0o755)
    job = {"SLURM_JOB_ID": "77", "SLURM_SUBMIT_DIR": str(ROOT), "VAE_STORE_DIR": str(store.root.absolute())}
    environment = os.environ | job | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    result = subprocess.run([DEPLOY / "slurm.sh"], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert run.status()["state"] == "done"
    assert list((store.root / ".queue").glob("*-77-cpu.0.lock"))
