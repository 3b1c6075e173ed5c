"""The worked examples of CONTRIBUTING.md apply as they stand, stay small, and pass their tests."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- (\w+) -->\n```diff\n(.*?)```\n<!-- /\1 -->", TEXT, re.DOTALL))
COPIED = ("vae_core", "explorer", "pages", "tests", "docs", "README.md", "CONTRIBUTING.md", "pyproject.toml")


def parts_of(diff: str) -> dict[str, tuple[bool, list[str]]]:
    """Path → whether the file is new, and its added lines."""
    parts = {}
    for part in diff.split("diff --git ")[1:]:
        path = re.search(r"^\+\+\+ b/(.*)$", part, re.MULTILINE)[1]
        added = [line for line in part.splitlines() if re.match(r"\+(?!\+\+ b/)", line)]
        parts[path] = "--- /dev/null" in part, added
    return parts


def test_there_are_four():
    assert list(EXAMPLES) == ["family", "metric", "page", "option"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_touches_one_new_file_and_one_entry(name):
    source = {path: part for path, part in parts_of(EXAMPLES[name]).items() if not path.startswith(("tests/", "docs/"))}
    new = [path for path, (is_new, _) in source.items() if is_new]
    changed = [added for is_new, added in source.values() if not is_new]
    assert len(new) <= 1
    assert len(changed) == 1, "the registry"
    if new:
        assert len([line for line in changed[0] if " import " not in line]) == 1, "the entry, beside its import"


@pytest.mark.slow
def test_the_examples_work(tmp_path):
    ignore = shutil.ignore_patterns("__pycache__", "screenshots", "*.png")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignore)
        else:
            shutil.copy(source, tmp_path / name)
    for name, diff in EXAMPLES.items():
        applied = subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, text=True, capture_output=True)
        assert applied.returncode == 0, f"{name}: {applied.stderr}"
    own = [path for diff in EXAMPLES.values() for path in parts_of(diff) if path.startswith("tests/")]
    shared = ["tests/test_docs.py", "tests/models/test_contract.py", "tests/explorer/test_frame.py"]
    chosen = "half_rate or largest_error or sizes or linear or weights or pixel or share"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *own, *shared, "-k", chosen]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-1000:]
    assert "passed" in result.stdout
