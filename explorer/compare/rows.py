"""Errors of each column across runs on the same table, beside a constant's."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vae_core.analysis.tables.errors import ColumnError
from vae_core.runs import Run

from ..figures.tables import bold
from ..runs.names import labels
from ..tables.errors import errors_of
from ..tables.frames import table_data
from .images import same_images

#: A constant that is better than every model is bold, too, so it is a column like theirs.
CONSTANT = "A constant"


def columns(runs: list[Run]) -> None:
    """The error of every column in every run on the table of the first one."""
    matching = same_images(runs)
    if table_data(matching[0]) is None:
        return
    names = labels(runs)
    errors = {names[run.id]: errors_of(run, run.weights_hash()) for run in matching}
    frame = errors_by_run(errors)
    better = dict.fromkeys(frame.index, False)
    st.dataframe(bold(frame.style.format("{:.3f}", na_rep="–"), better, axis=1), key="compare.columns")
    st.caption(
        "Errors on the test rows, decoded at z = μ: of numbers the root mean square in standard deviations, of categories the "
        "share that is wrong; the best of a row is bold.",
        help="A constant gives every row the training split's mean or most frequent category.",
    )
    st.download_button(
        "CSV",
        frame.to_csv(),
        "betascope-columns.csv",
        "text/csv",
        icon=":material/download:",
        key="compare.columns_csv",
    )


def errors_by_run(errors: dict[str, list[ColumnError]]) -> pd.DataFrame:
    """A row per column of the table, and a column per run and one for a constant: tables have more columns than there are runs."""
    first = next(iter(errors.values()))
    frame = {name: [one.error for one in of_run] for name, of_run in errors.items()}
    frame[CONSTANT] = [one.constant_error for one in first]
    return pd.DataFrame(frame, index=[one.column.name for one in first])
