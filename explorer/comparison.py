"""Several runs side by side: which go together, and their numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.io.formats.style import Styler
from torch import Tensor

from vae_core.metrics import METRICS
from vae_core.runs import Run
from vae_core.training.device import IN_WORDS

from . import library
from .images import sheet

#: The colours of viridis at eleven even places; errors run from 0 (dark) to 1 (yellow).
VIRIDIS = np.array(
    [[68, 1, 84], [72, 36, 117], [65, 68, 135], [53, 95, 141], [42, 120, 142], [33, 145, 140], [34, 168, 132],
     [68, 191, 112], [122, 209, 81], [189, 223, 38], [253, 231, 37]]
)  # fmt: skip
COLUMNS = {"elbo": "ELBO", "distortion": "Distortion", "rate": "Rate", "active_units": "Active units"}
HIGHER_IS_BETTER = {"ELBO": True, "Distortion": False} | {m.title: m.higher_is_better for m in METRICS.values()}


def by_beta(runs: Sequence[Run]) -> list[Run]:
    """Runs in order of data, then β; those without β first."""
    return sorted(runs, key=lambda run: (run.config.data.name, run.config.beta or 0.0, run.id))


def siblings(run: Run | None, runs: Sequence[Run]) -> list[Run]:
    """What to compare with `run` unless told otherwise: finished runs on the same images, at most six."""
    if run is None:
        return []
    same = [other for other in runs if other.config.fingerprint == run.config.fingerprint and other.evaluation()]
    return by_beta(same)[:6]


def labels(runs: Sequence[Run], text: Callable[[Run], str] = lambda run: run.config.name) -> dict[str, str]:
    """Run id → a short name that tells these runs apart; widgets know their options by nothing else."""
    names = {run.id: text(run) for run in runs}
    known = list(names.values())
    return {id: name if known.count(name) == 1 else f"{name} ({id})" for id, name in names.items()}


def table(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per run: β and the numbers of its evaluation on the whole test split."""
    rows = []
    for run in runs:
        found = library.numbers(run)
        row = {
            "Run": labels(runs)[run.id],
            "β": found.get("beta", run.config.beta),
            "Latent": run.config.model.code_width,
        }
        row |= {title: found.get(name) for name, title in COLUMNS.items()}
        row |= {metric.title: found.get(name) for name, metric in METRICS.items()}
        row |= {"Perplexity": found["perplexity"]} if "perplexity" in found else {}
        # Runs from before it was settled on paper say "auto".
        row |= {"Arithmetic": IN_WORDS[how]} if (how := run.config.train.precision) in IN_WORDS else {}
        rows.append(row)
    return pd.DataFrame(rows).set_index("Run")


def track(run: Run) -> tuple[list[float], list[float]]:
    """Rates and distortions of the run's evaluations in training, without the untrained start."""
    kept = [record for record in run.history()[1:] if record.get("rate") is not None]
    return [record["rate"] for record in kept], [record["distortion"] for record in kept]


def best_in_bold(frame: pd.DataFrame) -> object:
    """The table with the best of each column that has a best in bold."""
    digits = {"ELBO": "{:.2f}", "Distortion": "{:.2f}", "Rate": "{:.2f}", "β": "{:g}", "Perplexity": "{:.1f}"}
    digits |= {metric.title: f"{{:.{metric.digits}f}}" for metric in METRICS.values()}
    return bold(frame.style.format(digits, na_rep="–"), HIGHER_IS_BETTER)


def bold(style: Styler, better: Mapping[str, bool], rows: pd.Series | None = None) -> Styler:
    """The best of each column of `better` (whether the larger is) in bold, among `rows` alone; one number is no best."""

    def marks(column: pd.Series) -> list[str]:
        higher = better.get(str(column.name))
        if higher is None:
            return [""] * len(column)
        numbers = pd.to_numeric(column.astype(float))
        numbers = numbers if rows is None else numbers.where(rows)
        if numbers.notna().sum() < 2:
            return [""] * len(column)
        best = numbers.max() if higher else numbers.min()
        return ["font-weight: 700" if value == best else "" for value in numbers]

    return style.apply(marks, axis=0)


def error_sheet(errors: Tensor, columns: int, side: int = 64) -> NDArray[np.uint8]:
    """|x − x̂| `(n, C, H, W)` in [0, 1], mean over channels, as colours → `(rows, columns, 3)` uint8."""
    grey = sheet(errors.mean(1, keepdim=True), columns, side)[..., 0]
    places = np.linspace(0, 255, len(VIRIDIS))
    channels = [np.interp(grey, places, VIRIDIS[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)
