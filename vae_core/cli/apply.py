"""`apply`: what a trained model is used for."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from ..analysis.apply.augment import AugmentConfig, augment_table
from ..analysis.apply.compress import CompressConfig, compress, compression_table, expand, psnr
from ..analysis.apply.repair import RepairConfig, repair_table
from ..analysis.images.sampling import Samples, to_npz
from ..config import Config, ConfigError
from ..runs.files import write_bytes
from .console import add_option, config_from, echo, progress
from .measure import at_option, run_of


def apply_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=list(USES), help="what to do")
    parser.add_argument("run", help="the run's id")
    parser.add_argument("files", nargs="*", type=Path, help="of compress: OUT; of expand: IN OUT.npz")
    at_option(parser)
    known: set[str] = set()
    for config in CONFIGS:
        for field in fields(config):
            if field.name not in known:
                add_option(parser, config, field)
                known.add(field.name)


def apply(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    run_of(options).check_images(f"apply {options.what}")
    return USES[options.what](options)


def paths(options: argparse.Namespace, *counts: int) -> list[Path]:
    """The files that were given.

    Raises:
        ConfigError: another number of them.
    """
    if len(options.files) not in counts:
        raise ConfigError(f"{len(options.files)} files: apply {options.what} takes {' or '.join(map(str, counts))}.")
    return options.files


def repair(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """PSNR of repaired test images, beside methods without a model."""
    paths(options, 0)
    run, config = run_of(options), config_from(options, RepairConfig)
    with progress("repair", " steps") as bar:
        table = repair_table(run, config, bar.move)
    for row in table["methods"]:
        echo(f"{row['title']:26} {row['psnr']:6.2f} dB  [{row['low']:.2f}, {row['high']:.2f}]")
    gain = table["gain"]
    echo(f"Over {gain['over'].lower()}: {gain['value']:+.2f} dB  [{gain['low']:+.2f}, {gain['high']:+.2f}]")
    return {"run": run.id, **table}, 0


def compress_images(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Test images into a file; without one, the rate-distortion table."""
    targets = paths(options, 0, 1)
    run, config = run_of(options), config_from(options, CompressConfig)
    if not targets:
        with progress("compress", " points") as bar:
            table = compression_table(run, config, bar.move)
        for name, points in table["curves"].items():
            echo_points(name, points)
        return {"run": run.id, **table}, 0
    test = run.data("test").test
    images = test.images[: config.images]
    content = compress(run, images, None if test.labels is None else test.labels[: config.images], config.step)
    write_bytes(targets[0], content)
    decibels = psnr(images, expand(run, content)[0])
    each = len(content) / len(images)
    bits = 8 * len(content) / images[:, 0].numel()
    echo(f"Wrote {targets[0]}: {len(images)} images, {len(content):,} bytes, {each:.1f} each, {bits:.4f} bits per pixel, {decibels:.2f} dB")  # fmt: skip
    return {"run": run.id, "file": str(targets[0]), "bytes": len(content), "images": len(images), "bits_per_pixel": bits, "psnr": decibels}, 0  # fmt: skip


def echo_points(name: str, points: Iterable[list[Any]]) -> None:
    for size, decibels, what in points:
        echo(f"{name:6} {size:8.1f} bytes an image  {decibels:6.2f} dB  {what}")


def expand_images(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """A compressed file back to images."""
    source, target = paths(options, 2)
    run = run_of(options)
    try:
        content = source.read_bytes()
    except OSError as error:
        raise ConfigError(f"{source}: cannot be read ({error.strerror}).") from error
    images, found = expand(run, content)
    codes = found.grid.codes(found.k)
    labels = None if found.labels is None else torch.from_numpy(found.labels)
    write_bytes(target, to_npz(Samples(images, torch.from_numpy(codes), labels)))
    echo(f"Wrote {target}: {len(images)} images")
    return {"run": run.id, "file": str(target), "images": len(images)}, 0


def augment(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Accuracy of a classifier with and without synthetic images."""
    paths(options, 0)
    run, config = run_of(options), config_from(options, AugmentConfig)
    with progress("augment", " seeds") as bar:
        table = augment_table(run, config, bar.move)
    for row in table["rows"]:
        echo(f"{row['title']:26} {row['value']:.4f}  [{row['low']:.4f}, {row['high']:.4f}]")
    gain = table["gain"]
    echo(f"Gain by synthetic images: {gain['value']:+.4f}  [{gain['low']:+.4f}, {gain['high']:+.4f}]")
    return {"run": run.id, **table}, 0


USES = {"repair": repair, "compress": compress_images, "expand": expand_images, "augment": augment}
CONFIGS: tuple[type[Config], ...] = (RepairConfig, CompressConfig, AugmentConfig)
