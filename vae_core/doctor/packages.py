"""Whether the installed packages are those that Betascope is written for."""

from __future__ import annotations

import importlib.metadata
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..places import to_install
from .finding import Finding, Place, ok, problem, warning

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[2]
DISTRIBUTION = "betascope"
#: Extras that only developers need.
FOR_DEVELOPERS = ("dev", "docs", "release")


def required(place: Place) -> Finding:
    """The packages that the app and the command line cannot do without."""
    needed = requirements()[""]
    if wrong := unfit(needed):
        names = " ".join(f'"{requirement}"' for requirement in needed if requirement.name in wrong)
        return problem("; ".join(wrong.values()), f"python -m pip install {names}")
    return ok(f"all {len(needed)} fit")


def extras(place: Place) -> Finding:
    """Optional packages by what they are for: none has to be there, but those that are have to fit."""
    present: list[str] = []
    absent: list[str] = []
    wrong: list[str] = []
    for name, needed in requirements().items():
        if name in ("", *FOR_DEVELOPERS):
            continue
        missing = [requirement for requirement in needed if _version(requirement.name) is None]
        (absent if missing else present).append(name)
        wrong += unfit(requirement for requirement in needed if requirement not in missing).values()
    found = "; ".join(
        f"{title}: {', '.join(names)}" for title, names in (("installed", present), ("not installed", absent)) if names
    )
    if wrong:
        return warning("; ".join(wrong), "Install the requirements file of that extra again.")
    if os.environ.get("VAE_RAY_ADDRESS") and "ray" in absent:
        return problem(found + ", and VAE_RAY_ADDRESS is set", to_install("ray"))
    return ok(found)


def unfit(needed: Iterable[Requirement]) -> dict[str, str]:
    """Name → what is wrong, of the packages that are missing or of another version."""
    wrong = {}
    for requirement in needed:
        version = _version(requirement.name)
        if version is None:
            wrong[requirement.name] = f"{requirement.name} is missing"
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong[requirement.name] = f"{requirement.name} is {version}, needed is {requirement.specifier}"
    return wrong


def requirements(project: Path = PROJECT) -> dict[str, list[Requirement]]:
    """What is needed on this system: under "" always, under an extra's name for that extra.

    Read from the requirements files of a clone, else from what the installed package says of itself.
    """
    if not (project / "requirements.txt").is_file():
        return _of_the_package()
    files = sorted(project.glob("requirements*.txt"))
    return {path.stem.removeprefix("requirements").lstrip("-"): _lines(path.read_text("utf8")) for path in files}


def _lines(text: str) -> list[Requirement]:
    from packaging.requirements import Requirement

    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return [requirement for requirement in found if not requirement.marker or requirement.marker.evaluate()]


def _of_the_package() -> dict[str, list[Requirement]]:
    from packaging.requirements import Requirement

    found: dict[str, list[Requirement]] = {"": []}
    for text in importlib.metadata.requires(DISTRIBUTION) or []:
        requirement = Requirement(text)
        extra = re.search(r"""extra == ["']([\w.-]+)["']""", text)
        name = extra[1] if extra else ""
        if not requirement.marker or requirement.marker.evaluate({"extra": name}):
            found.setdefault(name, []).append(requirement)
    return found


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
