"""What a new process has imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def loaded_by(code: str, names: tuple[str, ...]) -> str:
    """Those of the modules `names` that are loaded after `code`, as a list in one text."""
    code = f"import sys\n{code}\nprint([name for name in {names} if name in sys.modules])"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
