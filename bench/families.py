"""Every family on the same digits for the same number of steps: speed, distortion, rate, active units, and samples."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from PIL import Image

import vae_core
from bench.claims import Report, run
from explorer.images.sheets import sheet
from vae_core.models import MODELS
from vae_core.runs import Store

SETTINGS: dict[str, Any] = dict(network="mlp", latent_dim=10, snapshots=0, lr_schedule="cosine")
SAMPLES = 12
SHEET = Path(__file__).parents[1] / "docs" / "families.png"


def measure(report: Report, quick: bool) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for name in MODELS:
            trained = vae_core.train("digits", name, store=store, epochs=5 if quick else 100, **SETTINGS)
            numbers = trained.evaluation() or {}
            speed = trained.history()[-1]["images_per_second"]
            report.claim(f"{name}: training", speed, "images/s")
            report.claim(f"{name}: distortion", numbers["distortion"], "nats")
            if numbers["rate"] is not None:
                report.claim(f"{name}: rate", numbers["rate"], "nats")
            report.claim(f"{name}: active units", numbers["active_units"], f"of {trained.config.model.code_width}")
            with torch.no_grad():
                rows.append(trained.model().sample(SAMPLES, generator=torch.Generator().manual_seed(0)))
    if not quick:
        Image.fromarray(sheet(torch.cat(rows), SAMPLES, side=48)).save(SHEET, optimize=True)


if __name__ == "__main__":
    sys.exit(run("families", measure, (__doc__ or "").strip()))
