"""The runs' numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from vae_core.analysis import ACCURACIES
from vae_core.analysis.histories.recommending import HISTORY_SCORES
from vae_core.analysis.tables.errors import ROW_SCORES
from vae_core.metrics import METRICS
from vae_core.runs import Run
from vae_core.training.device import PRECISION_TITLES

from .. import library
from ..figures.tables import bold, meanings
from ..runs.names import labels
from ..runs.rate_planes import rate_planes

COLUMNS = {"elbo": "ELBO", "distortion": "Distortion", "rate": "Rate", "active_units": "Active units"}
HIGHER_IS_BETTER = {"ELBO": True, "Distortion": False, ACCURACIES["accuracy"]: True} | {
    m.title: m.higher_is_better for m in METRICS.values()
}
#: Scores of runs on other data than images.
OTHER_SCORES = ROW_SCORES | HISTORY_SCORES
HIGHER_IS_BETTER |= {title: better for title, better, _ in OTHER_SCORES.values() if better is not None}


def table(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per run: β and the numbers of its evaluation on the whole test split."""
    rows = []
    for run in runs:
        evaluation = library.numbers(run)
        row = {
            "Run": labels(runs)[run.id],
            "β": evaluation.get("beta", run.config.beta),
            "Latent": run.config.model.code_width,
        }
        row |= {title: evaluation.get(name) for name, title in COLUMNS.items()}
        if run.config.data_kind == "images":
            row |= {metric.title: evaluation.get(name) for name, metric in METRICS.items()}
        else:
            row |= {title: evaluation.get(name) for name, (title, *_) in OTHER_SCORES.items() if name in evaluation}
        row |= {title: evaluation[name] for name, title in ACCURACIES.items() if name in evaluation}
        row |= {"Perplexity": evaluation["perplexity"]} if "perplexity" in evaluation else {}
        # Early runs store "auto" instead of the precision it resolved to.
        row |= (
            {"Arithmetic": PRECISION_TITLES[precision]}
            if (precision := run.config.train.precision) in PRECISION_TITLES
            else {}
        )
        rows.append(row)
    return pd.DataFrame(rows).set_index("Run")


def best_in_bold(frame: pd.DataFrame) -> object:
    """The table with the best value in bold in columns that have one."""
    digits = {"ELBO": "{:.2f}", "Distortion": "{:.2f}", "Rate": "{:.2f}", "β": "{:g}", "Perplexity": "{:.1f}"}
    digits |= dict.fromkeys(ACCURACIES.values(), "{:.1%}")
    digits |= {metric.title: f"{{:.{metric.digits}f}}" for metric in METRICS.values()}
    digits |= {title: f"{{:.{places}f}}" for title, _, places in OTHER_SCORES.values()}
    return bold(frame.style.format(digits, na_rep="–"), HIGHER_IS_BETTER)


def numbers(runs: list[Run]) -> None:
    """The table with a CSV download, and the rate–distortion plane."""
    frame = table(runs)
    st.dataframe(best_in_bold(frame), key="compare.table", column_config=meanings(frame))
    st.caption(
        "Evaluated on the whole test split; ELBO, distortion and rate in nats per image, row or user.",
        help="The best value of a column is bold, where larger or smaller is better. Each row is one seed.",
    )
    st.download_button(
        "CSV", frame.to_csv(), "betascope-comparison.csv", "text/csv", icon=":material/download:", key="compare.csv"
    )
    rate_planes(runs, "compare")
