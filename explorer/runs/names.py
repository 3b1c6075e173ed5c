"""Several runs: their order, their names, and which of them belong together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vae_core.runs import Run


def by_beta(runs: Sequence[Run]) -> list[Run]:
    """Runs in order of data, then β; those without β first."""
    return sorted(runs, key=lambda run: (run.config.data.name, run.config.beta or 0.0, run.id))


def siblings(run: Run | None, runs: Sequence[Run]) -> list[Run]:
    """The default runs to compare with `run`: finished runs on the same images, at most six, in order of β."""
    if run is None:
        return []
    same = [other for other in runs if other.config.fingerprint == run.config.fingerprint and other.evaluation()]
    return by_beta(same)[:6]


def labels(runs: Sequence[Run], text: Callable[[Run], str] = lambda run: run.config.name) -> dict[str, str]:
    """Run id → a label that is unique among these runs; `text` gives the label, the id is added where two are equal."""
    names = {run.id: text(run) for run in runs}
    texts = list(names.values())
    return {id: name if texts.count(name) == 1 else f"{name} ({id})" for id, name in names.items()}
