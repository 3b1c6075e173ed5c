"""One multi-rate VAE against separately trained β-VAEs of the same size: distortion at equal rate, on the test split."""

from __future__ import annotations

import sys
import tempfile
from typing import Any

import vae_core
from bench.claims import Report, run
from vae_core.analysis import rate_curve
from vae_core.runs import Store

CASES: dict[str, dict[str, Any]] = {
    "digits": dict(network="mlp", image_size=16, epochs=100),
    "sprites": dict(network="conv", image_size=32, size=20_000, batch_size=128, steps=2000, lr=2e-3),
}
BETAS = {"digits": (0.1, 0.3, 1.0, 3.0, 10.0, 30.0), "sprites": (0.3, 1.0, 4.0, 16.0)}
#: A model for every β is trained longer than one for a single β; the time is reported.
LONGER: dict[str, dict[str, Any]] = {"digits": {}, "sprites": dict(steps=9000)}
SHARED: dict[str, Any] = dict(latent_dim=10, snapshots=0, lr_schedule="cosine")
ALL_IMAGES = 10**6


def measure(report: Report, quick: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for dataset, settings in list(CASES.items())[: 1 if quick else None]:
            settings = SHARED | settings | ({"epochs": 20} if quick else {})
            multirate = vae_core.train(dataset, "multirate_vae", store=store, **settings | LONGER[dataset])
            curve = rate_curve(multirate, ALL_IMAGES)
            seconds, worst = 0.0, 0.0
            for beta in BETAS[dataset]:
                alone = vae_core.train(dataset, "beta_vae", store=store, beta=beta, **settings)
                numbers = alone.evaluation() or {}
                seconds += alone.history()[-1]["seconds"]
                excess = 100 * (curve.distortion_at(numbers["rate"]) / numbers["distortion"] - 1)
                worst = max(worst, excess)
                against = f"β-VAE: rate {numbers['rate']:.2f}, distortion {numbers['distortion']:.2f} nats"
                report.claim(f"{dataset}, β = {beta:g}: distortion at equal rate", excess, "% above", against=against)
            report.claim(f"{dataset}: worst of them", worst, "% above", goal="≤ 5", against="separate β-VAEs")
            seconds_of_one = multirate.history()[-1]["seconds"]
            report.claim(
                f"{dataset}: time of all β",
                seconds_of_one / seconds,
                "×",
                against=f"{len(BETAS[dataset])} separate trainings",
            )


if __name__ == "__main__":
    sys.exit(run("multirate", measure, (__doc__ or "").strip()))
