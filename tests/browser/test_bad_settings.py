"""A setting in the environment that cannot be understood ends the app as it starts, with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .serving import free_port

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("VAE_NICENESS", "ten", "VAE_NICENESS is 'ten'; a whole number from 0 to 19 is accepted."),
        ("BETASCOPE_MODE", "open", "BETASCOPE_MODE"),
        ("BETASCOPE_LIMITS", "runs=many", "BETASCOPE_LIMITS"),
    ],
)
def test_the_app_says_which_setting_it_cannot_read(tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    environment = os.environ | {"VAE_STORE_DIR": str(tmp_path), variable: value}
    ended = subprocess.run(
        [*command, "--server.port", str(free_port())],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    [said] = [line for line in ended.stderr.splitlines() if line.strip()]
    assert sentence in said
