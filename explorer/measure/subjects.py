"""What a row of the table stands for: a run, or a baseline on its images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vae_core.analysis import SOURCES, cached_quality, cached_scores
from vae_core.runs import Run

from .. import library


@dataclass(frozen=True)
class Subject:
    """What a row is of: a run, or a baseline on its images; what is asked of it: scores, and FID and KID."""

    run: Run
    of: str = "codes"
    scores: tuple[str, ...] = ()
    generation: bool = False

    def known(self) -> bool:
        """Whether all that is asked is in the cache."""
        generation = self.generation and self.of == "codes"
        return cached_scores(self.run, self.scores, of=self.of) is not None and not (
            generation and cached_quality(self.run) is None
        )

    def command(self) -> list[str]:
        """What computes it: arguments of `python -m vae_core`."""
        command = ["metrics", self.run.id, "--scores", ",".join(self.scores), "--of", self.of]
        return command + (["--features", "auto"] if self.generation and self.of == "codes" else [])

    def title(self, names: dict[str, str]) -> str:
        dims = self.run.config.model.code_width
        return {"codes": names[self.run.id], "pca": f"PCA, {dims} components", "factors": "The factors themselves"}[
            self.of
        ]


def baselines(runs: Sequence[Run], scores: Sequence[str]) -> list[Subject]:
    """For each set of images the baselines, with as many dimensions as its first run."""
    first = {run.config.fingerprint: run for run in reversed(runs)}
    return [Subject(run, of, tuple(scores)) for run in first.values() for of in SOURCES if of != "codes"]


def autoencoders(runs: Sequence[Run]) -> list[Run]:
    """Autoencoders that saw the same images and have as many dimensions as one of these runs, and are not among them."""
    wanted = {(run.config.fingerprint, run.config.model.code_width) for run in runs}
    ids = {run.id for run in runs}
    return [
        other for other in library.openable_runs()
        if other.config.family == "autoencoder" and other.id not in ids and (other.config.fingerprint, other.config.model.code_width) in wanted
    ]  # fmt: skip
