"""Known vulnerabilities of what requirements.lock names, by pip-audit; where nothing answers, one sentence says so.

Exit code 1: there are some, or the audit itself failed. An index that answers "not found" for every package is no
audit either, although pip-audit then reports no vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
#: Vulnerabilities that do not concern us: id → why.
EXCEPTIONS: dict[str, str] = {}
#: What pip-audit says where there is no network.
UNREACHABLE = ("ConnectionError", "ProxyError", "SSLError", "Timeout", "ServiceError", "Max retries exceeded")


def main() -> int:
    ignored = [part for id in EXCEPTIONS for part in ("--ignore-vuln", id)]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--disable-pip", "--require-hashes"]
        command += ["--progress-spinner", "off", "--format", "json", "--output", str(report), *ignored]
        done = subprocess.run(command, capture_output=True, text=True)
        sentence, code = verdict(report.read_text() if report.exists() else "", done.stderr)
    print(sentence, file=sys.stderr if code else sys.stdout)
    return code


def verdict(report: str, errors: str) -> tuple[str, int]:
    """What pip-audit's report (JSON, empty if there is none) and its errors mean, and the exit code."""
    if not report:
        last = (errors.strip().splitlines() or ["it said nothing"])[-1]
        if any(name in errors for name in UNREACHABLE):
            return f"Not audited: the vulnerability service cannot be reached ({last[:120]} …).", 0
        return f"pip-audit failed: {last}", 1
    packages = json.loads(report)["dependencies"]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {fixes(vulnerability)}"
        for package in packages
        for vulnerability in package.get("vulns", ())
    ]
    if found:
        return "\n".join(["Known vulnerabilities:", *found]), 1
    if len(unknown) == len(packages):
        return f"Not audited: the vulnerability service knows none of the {len(packages)} packages.", 0
    left = f"; unknown to the service: {', '.join(unknown)}" if unknown else ""
    return f"No known vulnerability in {len(packages) - len(unknown)} packages{left}.", 0


def fixes(vulnerability: dict[str, list[str]]) -> str:
    return " or ".join(vulnerability["fix_versions"]) or "no version yet"


if __name__ == "__main__":
    sys.exit(main())
