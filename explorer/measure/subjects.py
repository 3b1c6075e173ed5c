"""Rows of the table: a run, or a baseline on its images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vae_core.analysis import SOURCES, cached_quality, cached_scores
from vae_core.runs import Run

from .. import library


@dataclass(frozen=True)
class Subject:
    """A row of the table: a run or a baseline on its images, and the numbers requested of it.

    source: a key of `SOURCES`, "codes" for the run itself; scores: keys of `SCORES`; generation: FID and KID too.
    """

    run: Run
    source: str = "codes"
    scores: tuple[str, ...] = ()
    generation: bool = False

    def is_cached(self) -> bool:
        """Whether all requested numbers are in the run's cache."""
        generation = self.generation and self.source == "codes"
        return cached_scores(self.run, self.scores, of=self.source) is not None and not (
            generation and cached_quality(self.run) is None
        )

    def command(self) -> list[str]:
        """Arguments of `python -m vae_core` that compute the numbers."""
        command = ["metrics", self.run.id, "--scores", ",".join(self.scores), "--of", self.source]
        return command + (["--features", "auto"] if self.generation and self.source == "codes" else [])

    def title(self, names: dict[str, str]) -> str:
        """The title of the row; `names`: run id → label."""
        dims = self.run.config.model.code_width
        return {"codes": names[self.run.id], "pca": f"PCA, {dims} components", "factors": "The factors themselves"}[
            self.source
        ]


def baselines(runs: Sequence[Run], scores: Sequence[str]) -> list[Subject]:
    """The baselines of each set of images, with as many dimensions as its first run."""
    first = {run.config.fingerprint: run for run in reversed(runs)}
    return [Subject(run, source, tuple(scores)) for run in first.values() for source in SOURCES if source != "codes"]


def autoencoders(runs: Sequence[Run]) -> list[Run]:
    """Other runs that are autoencoders on the same images and with as many dimensions as one of these runs."""
    data_and_width = {(run.config.fingerprint, run.config.model.code_width) for run in runs}
    ids = {run.id for run in runs}
    return [
        other for other in library.openable_runs()
        if other.config.family == "autoencoder" and other.id not in ids and (other.config.fingerprint, other.config.model.code_width) in data_and_width
    ]  # fmt: skip
