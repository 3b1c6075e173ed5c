"""`inspect`: what a person's own images are, before training."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from ..datasets import DATASETS, DataConfig
from ..datasets.base import DataError
from ..datasets.own import opened
from ..datasets.own.report import Report, report_of
from .console import add_option, config_from, echo


def inspect_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="path of a folder, .zip, .npz, .npy or .parquet, or hf:NAME")
    for field in dataclasses.fields(DataConfig):
        if field.name != "name":
            add_option(parser, DataConfig, field)


def inspect(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    config = config_from(options, DataConfig)
    if config.name in DATASETS:
        raise DataError(f"{config.name!r} comes with Betascope; name images of your own.")
    report = report_of(opened(config), config)
    for line in lines(report):
        echo(line)
    return report.to_dict(), 0


def lines(report: Report) -> list[str]:
    """The report as text, the most frequent first."""
    sizes = [f"{count:,} of {width} × {height}" for (width, height), count in report.sizes.items()]
    parts = {
        "images": [f"{report.images:,}"],
        "pixels": sizes,
        "modes": [f"{count:,} {mode}" for mode, count in report.modes.items()],
        "classes": [f"{count:,} {name}" for name, count in report.classes.items()],
        "factors": [f"{name} ({count} values)" for name, count in report.factors.items()],
        "split": [f"{report.split[0]:,} for training, {report.split[1]:,} for testing"] if report.split else [],
        "duplicates": [" = ".join(group[:3]) for group in report.duplicates],
        "unreadable": [f"{name} ({reason})" for name, reason in report.unreadable],
        "left out": [f"{count:,} {suffix}" for suffix, count in report.ignored.items()],
    }
    return [f"{title:12}{', '.join(few(values))}" for title, values in parts.items() if values]


def few(values: list[str], count: int = 8) -> list[str]:
    return values[:count] + ([f"{len(values) - count:,} more"] if len(values) > count else [])
