"""The table of scores for one sprites model: how long it takes, and how that compares with the procedures written out plainly.

Both start from the same weights and images with nothing cached. The plain batches that share a factor are timed on a share
of them and scaled up, for all would take a quarter of an hour.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from vae_core.analysis import EvaluateConfig, coded_of, evaluate, names_of, scores_of_run, scores_without_factors
from vae_core.analysis.scores.sources import POINTS
from vae_core.runs import GALLERY, Run

from .claims import Report, run
from .plain_metrics import Plain

MODEL = "sprites-beta-4"
#: Importance samples.
IWAE = 64


def fresh(folder: str) -> Run:
    """A copy of the shipped model with an empty cache."""
    target = Path(folder) / MODEL
    shutil.copytree(GALLERY / MODEL, target, ignore=shutil.ignore_patterns("cache"))
    return Run.open(target)


def timed(seconds: dict[str, float], name: str, work: Any) -> Any:
    start = time.perf_counter()
    result = work()
    seconds[name] = time.perf_counter() - start
    return result


def measure(report: Report, quick: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subject, seconds = fresh(folder), dict[str, float]()
        timed(seconds, "drawing and encoding 15,000 images", lambda: coded_of(subject))
        timed(seconds, "scores with intervals", lambda: scores_of_run(subject, names_of("fast")))
        timed(seconds, "what needs no factors", lambda: scores_without_factors(subject))
        limit, bounded = (1000, 100) if quick else (10_000, 500)
        timed(seconds, f"ELBO, errors and SSIM of {limit:,} images", lambda: evaluate(subject, EvaluateConfig(limit=limit)))  # fmt: skip
        timed(seconds, f"IWAE-{IWAE} of {bounded} images", lambda: evaluate(subject, EvaluateConfig(iwae=IWAE, limit=bounded)))  # fmt: skip
        estimates = scores_of_run(subject, names_of("fast"))
        for name, value in seconds.items():
            report.claim(name, value, "s")
        report.claim("the whole table", sum(seconds.values()), "s", goal="≤ 60", against="10 latents, 64×64, all but FID and DCI")  # fmt: skip

        data = subject.data("all")
        images = torch.cat([data.test.images, data.train.images])[:POINTS]
        coded = coded_of(subject)
        assert data.test.factors is not None
        assert data.train.factors is not None
        factors = torch.cat([data.test.factors, data.train.factors])[:POINTS].numpy()
        share = 0.001 if quick else 0.05
        plain, plain_seconds = Plain(subject.model(), images, factors, share=share).all()
        our_seconds = seconds["scores with intervals"] + seconds["drawing and encoding 15,000 images"]
        report.claim("plain procedures, the same seven scores", sum(plain_seconds.values()), "s")
        report.claim("ours, of the plain procedures' time", our_seconds / sum(plain_seconds.values()), "×", goal="≤ 0.333", against="plain procedures in the same run")  # fmt: skip
        for name, value in plain.items():
            estimate = estimates[name]
            ends = f"ours {estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
            few = f", {share:.1%} of the batches" if name in ("beta_vae", "factor_vae") else ""
            report.claim(f"{name}, plainly{few}", value, "", against=ends)
        if not quick:
            dci_seconds: dict[str, float] = {}
            timed(dci_seconds, "dci", lambda: scores_of_run(subject, ["dci"]))
            report.claim("DCI, gradient boosting as in the reference", dci_seconds["dci"], "s", against=f"{len(coded.factor_names)} factors")  # fmt: skip


if __name__ == "__main__":
    sys.exit(run("metrics", measure, (__doc__ or "").strip()))
