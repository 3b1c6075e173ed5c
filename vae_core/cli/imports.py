"""Options of `import` for models and codes of other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..datasets.base import DataConfig
from ..imports import Request, Values
from ..likelihoods import LIKELIHOODS
from ..runs import Run, Store


def model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoder", type=Path, default=None, help="the encoder's file, where SOURCE is the decoder's")
    parser.add_argument("--name", default="", help="name of the run")
    parser.add_argument("--dataset", default=None, help="images to look at with it (default: none, so there is no map)")
    parser.add_argument("--size", type=int, default=None, help="images to use, test split included")
    parser.add_argument("--data-seed", type=int, default=0, help="seed of the split")
    parser.add_argument(
        "--range", type=float, nargs=2, default=None, metavar=("LOW", "HIGH"),
        help="black and white as the model has them, as -1 1 (default: the format's own, mostly 0 1)",
    )  # fmt: skip
    parser.add_argument("--logits", action="store_true", help="the decoder returns logits, before the sigmoid")
    parser.add_argument(
        "--likelihood", choices=list(LIKELIHOODS)[:2], default=None, help="of the distortion (default bernoulli)"
    )
    parser.add_argument("--sigma", type=float, default=None, help="standard deviation of the Gaussian likelihood")
    parser.add_argument("--trust", action="store_true", help="load a .pt2, which can run code of its author")
    parser.add_argument("--dims", type=int, default=32, help="sliders of a code that is a grid (default 32)")


def import_model(options: argparse.Namespace, store: Store) -> Run:
    """
    Raises:
        ImportFailed: one sentence on why it cannot be opened.
    """
    from ..imports.create import import_run

    values = None
    if options.range or options.logits:
        low, high = options.range or (0.0, 1.0)
        values = Values(low, high, options.logits)
    data = None if options.dataset is None else DataConfig(options.dataset, options.size, seed=options.data_seed)
    return import_run(
        options.source, Request(options.encoder, values, data, options.dims, options.trust), store=store, name=options.name,
        likelihood=options.likelihood, sigma=options.sigma,
    )  # fmt: skip
