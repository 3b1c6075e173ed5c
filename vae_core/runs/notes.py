"""What a person wrote about a run: a line on what it shows, and names of its dimensions; `notes.json` in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .files import RunError, read_json, write_json

#: Characters of a dimension's name, at most.
LONGEST = 40


@dataclass(frozen=True)
class Notes:
    """about: what the run is good at; picked: how it was chosen; rank: its place in the gallery; names: of dimensions."""

    about: str = ""
    picked: str = ""
    rank: int = 100
    names: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Notes:
        """The notes in a run's folder; empty ones where there are none.

        Raises:
            RunError: a file of another form.
        """
        path = folder / "notes.json"
        if not path.exists():
            return cls()
        values = read_json(path)
        try:
            names = {int(dim): clean_name(name) for dim, name in values.get("names", {}).items()}
            return cls(str(values.get("about", "")), str(values.get("picked", "")), int(values.get("rank", 100)), names)
        except (AttributeError, TypeError, ValueError) as error:
            raise RunError(
                f'notes.json in {folder} is not of the form {{"names": {{"3": "slant"}}}} ({error}).'
            ) from error

    def write(self, folder: Path) -> None:
        """
        Raises:
            RunError: the folder is not writable.
        """
        names = {str(dim): name for dim, name in sorted(self.names.items()) if name}
        values = {"about": self.about, "picked": self.picked, "rank": self.rank, "names": names}
        write_json(folder / "notes.json", values, folder)


def rename(folder: Path, names: Mapping[int, str]) -> bool:
    """Give dimensions names, or take them away by empty ones; whether that changed anything.

    Raises:
        RunError: the folder is not writable, or has notes of another form.
    """
    notes = Notes.read(folder)
    if (named := renamed(notes, names)) == notes:
        return False
    named.write(folder)
    return True


def renamed(notes: Notes, names: Mapping[int, str]) -> Notes:
    """The notes with other names for some dimensions."""
    cleaned = {dim: clean_name(name) for dim, name in (dict(notes.names) | dict(names)).items()}
    return replace(notes, names={dim: name for dim, name in cleaned.items() if name})


def dimension_title(dim: int, names: Mapping[int, str]) -> str:
    """ "z3 slant", or "z3" for a dimension without a name."""
    return f"z{dim} {names.get(dim, '')}".rstrip()


def clean_name(text: str) -> str:
    """A name on one line, of at most `LONGEST` characters."""
    return " ".join(text.split())[:LONGEST].rstrip()
