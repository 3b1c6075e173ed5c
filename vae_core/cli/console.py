"""Shared by all commands: options from settings, messages on stderr, progress bars on terminals."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tqdm import tqdm

from ..config import Config, field_types

C = TypeVar("C", bound=Config)


def echo(text: str) -> None:
    """Print a message to stderr: stdout is for the JSON object."""
    print(text, file=sys.stderr)


def add_option(parser: argparse.ArgumentParser, config: type[Config], field: dataclasses.Field[Any]) -> None:
    """Add the option of one setting; its default is None."""
    kind = field_types(config)[field.name][0]
    option = f"--{field.name.replace('_', '-')}"
    choices = field.metadata["choices"]
    help = field.metadata["help"] + (f": {', '.join(choices)}" if choices else "") + f" (default {field.default})"
    help = help.replace("%", "%%")
    if kind is bool:
        parser.add_argument(option, action=argparse.BooleanOptionalAction, default=None, help=help)
    elif kind is tuple:
        parser.add_argument(option, type=int, nargs="+", default=None, help=help)
    else:
        parser.add_argument(option, type=kind, default=None, help=help)


def add_options(parser: argparse.ArgumentParser, config: type[Config]) -> None:
    """Add one option per setting of a configuration."""
    for field in dataclasses.fields(config):
        add_option(parser, config, field)


def config_from(options: argparse.Namespace, config: type[C]) -> C:
    """The configuration with the options that were given."""
    names = [field.name for field in dataclasses.fields(config)]
    return config.from_dict({name: value for name in names if (value := getattr(options, name)) is not None})


class Bar:
    """A progress bar on a terminal, nothing elsewhere. `action` is the request that a signal stands for."""

    def __init__(self, title: str, unit: str) -> None:
        self.bar = tqdm(desc=title, unit=unit, disable=None, file=sys.stderr, dynamic_ncols=True)
        self.action: str | None = None

    def __call__(self, done: int, total: int, status: dict[str, Any] | None = None) -> str | None:
        self.move(done, total)
        if status:
            self.bar.set_postfix_str(f"{status['images_per_second']:.0f} items/s")
        return self.action

    def move(self, done: int, total: int) -> None:
        self.bar.total = total
        self.bar.update(done - self.bar.n)


@contextmanager
def progress(title: str, unit: str) -> Iterator[Bar]:
    bar = Bar(title, unit)
    try:
        yield bar
    finally:
        bar.bar.close()


@contextmanager
def reading() -> Iterator[None]:
    """A bar while a person's own images are read."""
    from ..datasets.own.reading import reported_to

    bars: list[Bar] = []

    def show(done: int, total: int) -> None:
        if not bars:
            bars.append(Bar("Reading", " images"))
        bars[0].move(done, total)
        if done == total:
            bars.pop().bar.close()

    with reported_to(show):
        yield


@contextmanager
def graceful(bar: Bar, actions: dict[signal.Signals, str]) -> Iterator[None]:
    """In this context a signal becomes a request for the training loop's next step; a second signal interrupts."""

    def handle(number: int, frame: object) -> None:
        if bar.action is not None:
            raise KeyboardInterrupt
        bar.action = actions[signal.Signals(number)]

    before = {number: signal.signal(number, handle) for number in actions}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
