"""The docs name everything that is registered."""

import argparse
from pathlib import Path

import pytest

from vae_core.cli import COMMANDS, parser
from vae_core.datasets import DATASETS
from vae_core.likelihoods import LIKELIHOODS
from vae_core.metrics import METRICS
from vae_core.models import MODELS
from vae_core.networks import NETWORKS

ROOT = Path(__file__).parents[1]
TEXT = "\n".join(path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])


@pytest.mark.parametrize("name", [*DATASETS, *MODELS, *NETWORKS, *LIKELIHOODS, *METRICS, *COMMANDS])
def test_every_registered_name_is_in_the_docs(name):
    assert f"`{name}`" in TEXT or f"## {name}\n" in TEXT


def test_every_option_is_in_the_docs():
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    for command in commands.choices.values():
        for action in command._actions:
            for option in action.option_strings:
                assert f"`{option}`" in TEXT or option in ("-h", "--help") or f"`{option} " in TEXT, option
