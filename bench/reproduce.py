"""Reference figures: the full MNIST with the networks that tutorials use, and disentanglement on sprites (`--sprites`).

VAE 784-256-256-20, batch 128, Adam 1e-3, β = 1: a widely used tutorial reports −ELBO 127.9 nats after 30
epochs. Autoencoder with 32 latent units: test MSE per pixel at most 0.0145 after 20 epochs.
"""

from __future__ import annotations

import sys
import tempfile
from typing import Any

from vae_core.analysis import EvaluateConfig, evaluate
from vae_core.datasets import load
from vae_core.datasets.base import DataError
from vae_core.jobs import configure, train_run
from vae_core.runs import Run, Store

from .claims import Report, run
from .published import disentanglement, whole_budget


def trained(store: Store, model: str, **settings: Any) -> Run:
    new_run = store.create(configure("mnist", model, network="mlp", snapshots=0, **settings))
    train_run(new_run)
    return new_run


def evaluation_of(run: Run) -> dict[str, Any]:
    """The evaluation that a finished run has."""
    evaluation = run.evaluation()
    assert evaluation is not None
    return evaluation


def measure(report: Report, quick: bool, sprites: bool, full: bool, unfinished: bool) -> None:
    if full or unfinished:
        whole_budget(report, unfinished)
    elif sprites:
        disentanglement(report, quick)
    else:
        mnist(report, quick)


def mnist(report: Report, quick: bool) -> None:
    try:
        load("mnist", split="test")
    except DataError as error:
        print(f"Nothing measured: {error}")
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        vae = dict(latent_dim=20, hidden=(256, 256), batch_size=128, lr=1e-3)
        short = trained(store, "vae", epochs=3, **vae)
        source = "tutorial: 127.9 after 30 epochs"
        report.claim("VAE −ELBO, test, 3 epochs", -evaluation_of(short)["elbo"], "nats", goal="≤ 127.9", against=source)
        if quick:
            return
        long = trained(store, "vae", epochs=30, **vae)
        table = evaluate(long, EvaluateConfig(iwae=100, limit=1000))
        report.claim("VAE −ELBO, test, 30 epochs", -evaluation_of(long)["elbo"], "nats", goal="≤ 106", against=source)
        report.claim("VAE −L_100 (importance bound), first 1,000", -table["iwae"], "nats")
        report.claim("VAE −L_1 (ELBO), first 1,000", -table["elbo"], "nats")
        for hidden in ((128,), (256, 256)):
            sizes = "-".join(map(str, (784, *hidden, 32)))
            auto = trained(
                store, "autoencoder", epochs=20, latent_dim=32, hidden=hidden, likelihood="gaussian", sigma=1.0
            )
            mse = evaluation_of(auto)["mse"]
            report.claim(f"autoencoder {sizes}, test MSE, 20 epochs", mse, "per pixel", goal="≤ 0.0145")
            report.claim(f"autoencoder {sizes}, half of that", mse, "per pixel", goal="≤ 0.00725")


if __name__ == "__main__":
    flags = {
        "sprites": "six families on sprites, three seeds each, in about an hour on two cores",
        "full": "β-VAE, β-TCVAE and FactorVAE with the published 300,000 steps, in the store; hours on a CPU",
        "unfinished": "the scores of these trainings as far as they are, while none of them runs",
    }
    sys.exit(run("reproduce", measure, __doc__ or "", flags))
