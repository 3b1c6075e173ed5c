"""`apply`: what a trained model is used for."""

from __future__ import annotations

import argparse
from typing import Any

from ..analysis.apply.repair import RepairConfig, repair_table
from .console import add_options, config_from, echo, progress
from .measure import at_option, run_of


def apply_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=list(USES), help="what to do")
    parser.add_argument("run", help="the run's id")
    at_option(parser)
    add_options(parser, RepairConfig)


def apply(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    return USES[options.what](options)


def repair(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """PSNR of repaired test images, beside methods without a model."""
    run, config = run_of(options), config_from(options, RepairConfig)
    with progress("repair", " steps") as bar:
        table = repair_table(run, config, bar.move)
    for row in table["methods"]:
        echo(f"{row['title']:26} {row['psnr']:6.2f} dB  [{row['low']:.2f}, {row['high']:.2f}]")
    gain = table["gain"]
    echo(f"Over {gain['over'].lower()}: {gain['value']:+.2f} dB  [{gain['low']:+.2f}, {gain['high']:+.2f}]")
    return {"run": run.id, **table}, 0


USES = {"repair": repair}
