"""The test images on which the models differ most."""

from __future__ import annotations

import numpy as np
import streamlit as st

from vae_core.analysis import reconstruct
from vae_core.datasets import ImageData
from vae_core.runs import Run

from .. import library
from ..images.sheets import sheet
from ..runs.names import labels
from .rows_of_images import IMAGES, row


def most_different(runs: list[Run]) -> list[int]:
    """Rows of the `IMAGES` test images whose distortions differ most between these runs, the largest difference first."""
    distortions = [library.latents(run).distortion for run in runs]
    count = min(map(len, distortions))
    return np.argsort(-np.ptp([each[:count] for each in distortions], axis=0), kind="stable")[:IMAGES].tolist()


def disagreement(runs: list[Run], data: ImageData) -> None:
    """Those images through each run; nothing where fewer than two runs have distortions that compare."""
    likelihood = runs[0].config.model.likelihood
    runs = [
        run for run in runs if not run.config.model.betas and run.config.model.likelihood == likelihood and not np.isnan(library.latents(run).distortion).any()
    ]  # fmt: skip
    if len(runs) < 2:
        return
    rows = most_different(runs)
    st.header("Where they differ most")
    row("Original", sheet(data.test.images[rows], IMAGES), f"test images {', '.join(map(str, rows))}")
    classes = None if data.test.labels is None else data.test.labels[rows]
    for run in runs:
        result = reconstruct(library.model_of(run), data.test.images[rows], classes)
        each = library.latents(run).distortion[rows]
        row(labels(runs)[run.id], sheet(result.means, IMAGES), f"{each.min():.0f} to {each.max():.0f} nats")
    st.caption(
        "Of the test images, those with the largest difference between the largest and the smallest distortion.",
        help="At z = μ. Models with another likelihood than the first are left out: their nats do not compare.",
    )
