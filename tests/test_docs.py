"""The docs name everything that is registered."""

import argparse
import re
from pathlib import Path

import pytest

from vae_core.cli import COMMANDS, parser
from vae_core.datasets import sources
from vae_core.likelihoods import LIKELIHOODS
from vae_core.metrics import METRICS
from vae_core.models import families
from vae_core.networks import NETWORKS

ROOT = Path(__file__).parents[1]
TEXT = "\n".join(path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])


@pytest.mark.parametrize("name", [*sources(), *families(), *NETWORKS, *LIKELIHOODS, *METRICS, *COMMANDS])
def test_every_registered_name_is_in_the_docs(name):
    assert f"`{name}`" in TEXT or f"## {name}\n" in TEXT


def test_every_option_is_in_the_docs():
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    for command in commands.choices.values():
        for action in command._actions:
            for option in action.option_strings:
                assert f"`{option}`" in TEXT or option in ("-h", "--help") or f"`{option} " in TEXT, option


def test_every_file_that_the_docs_name_exists():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        text = re.sub(r"```diff.*?```", "", page.read_text(), flags=re.DOTALL)
        for path in re.findall(r"\b(?:vae_core|explorer|pages|tests|bench|docs)/[\w/.-]*\w\.(?:py|js|md|css)\b", text):
            assert (ROOT / path).exists(), f"{page.name}: {path}"
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
