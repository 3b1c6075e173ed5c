"""The lock agrees with requirements.txt, and the audit says what it found, and what it could not look at."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
#: Name → pinned version; where it differs by Python version, the last.
PINS = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE))
NEEDED = [Requirement(line.split("#")[0]) for line in (ROOT / "requirements.txt").read_text().splitlines() if line]


@pytest.mark.parametrize("needed", NEEDED, ids=lambda needed: needed.name)
def test_the_lock_has_what_is_needed(needed):
    assert needed.specifier.contains(PINS[needed.name.lower()]), "run `make lock`"


def test_every_pin_of_the_lock_has_its_hashes_and_no_address():
    pinned = re.split(r"\n(?=[\w.-]+==)", LOCK)[1:]
    assert len(pinned) >= len(PINS)
    assert all("--hash=sha256:" in pin for pin in pinned)
    assert "://" not in LOCK


@pytest.fixture
def verdict():
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    audit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(audit)
    return audit.verdict


def report(*packages):
    return json.dumps({"dependencies": [{"version": "1", **package} for package in packages]})


BAD = {"name": "bad", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
GOOD = {"name": "good", "vulns": []}
UNKNOWN = {"name": "odd", "skip_reason": "Dependency not found on PyPI"}
CASES = [
    (report(GOOD, GOOD), "", 0, "No known vulnerability in 2 packages."),
    (report(GOOD, UNKNOWN), "", 0, "No known vulnerability in 1 packages; unknown to the service: odd."),
    (report(GOOD, BAD, UNKNOWN), "", 1, "Known vulnerabilities:\nbad 1: CVE-1, fixed in 2"),
    (report(UNKNOWN, UNKNOWN), "", 0, "Not audited: the vulnerability service knows none of the 2 packages."),
    ("", "…\nrequests.exceptions.ConnectionError: no route", 0, "Not audited: the vulnerability service cannot be"),
    ("", "usage: …\nrequirements.lock is malformed", 1, "pip-audit failed: requirements.lock is malformed"),
    ("", "", 1, "pip-audit failed: it said nothing"),
]


@pytest.mark.parametrize(("found", "errors", "code", "sentence"), CASES)
def test_the_audit_says_what_it_found(verdict, found, errors, code, sentence):
    said, exit_code = verdict(found, errors)
    assert said.startswith(sentence)
    assert exit_code == code
