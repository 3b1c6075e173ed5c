"""The pages of the reference, written from the command line's parsers and from `vae_core.__all__`."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import vae_core
from vae_core.cli import parser
from vae_core.config import Config, field_types


def on_files(files: Files, config: MkDocsConfig) -> None:
    for place, text in {"reference/options.md": options(), "reference/python.md": python()}.items():
        files.append(File.generated(config, place, content=text))


def options() -> str:
    """Every command with its usage and options."""
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    parts = ["# Every option", "As `python -m vae_core COMMAND --help` prints it. What the commands do, with more words: [command line](../command-line.md)."]  # fmt: skip
    for name, command in commands.choices.items():
        formatter = command._get_formatter()
        rows = [
            (f"`{formatter._format_action_invocation(action)}`", formatter._expand_help(action) if action.help else "")
            for action in command._actions
            if action.dest != "help"
        ]
        parts += [f"## {name}", f"{command.description}.", table(("option", "meaning"), rows)]
    return "\n\n".join(parts)


def python() -> str:
    """What `import vae_core` gives: functions and classes by their docstrings, registries by their keys."""
    parts = ["# Python", "Everything that `import vae_core` gives. Modules are imported when a name is first used."]
    for module, names in vae_core.EXPORTS.items():
        parts.append(f"## {module.capitalize()}")
        for name in names:
            parts += list(_entry(name, getattr(vae_core, name)))
    return "\n\n".join(parts)


def _entry(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield f"### {name} {{ #vae_core.{name} }}"
        yield f"A registry, `vae_core.{name}[…]`, of: " + ", ".join(f"`{key}`" for key in value) + "."
        return
    yield f"::: vae_core.{name}"
    if isinstance(value, type) and issubclass(value, Config):
        kinds = field_types(value)
        rows = [
            (f"`{field.name}`", kinds[field.name][0].__name__, f"`{field.default!r}`", field.metadata["help"])
            for field in dataclasses.fields(value)
        ]
        yield table(("setting", "type", "default", "meaning"), rows)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
