"""Rows that are unlike the training rows, with the columns that make them so; errors of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from pandas.io.formats.style import Styler

from vae_core.analysis import Latents, threshold_at
from vae_core.analysis.tables.anomalies import ROW_ANOMALY_SCORES, RowScores, reasons, row_scores_of, usual_nats
from vae_core.datasets import TableData
from vae_core.datasets.tables import Schema
from vae_core.runs import Run

from .. import library
from ..navigation import go
from ..presses import pressed
from ..state import session
from ..tables.errors import errors_of, errors_table
from ..tables.frames import frame_of, fresh_name, number_format, schema_of, table_data
from .anomalies import show_scores, title_of

#: Rows in the table.
SHOWN = 50
#: Nats beyond the usual from which a cell is marked, and those of the strongest mark.
MARKED, STRONGEST = 2.0, 20.0


@st.cache_data(max_entries=32, show_spinner="Scoring the rows …", hash_funcs=library.BY_PATH)
def _scores(run: Run, version: str) -> RowScores:
    data, _ = library.test_data(run)
    assert isinstance(data, TableData), "called for runs whose rows are available"
    return row_scores_of(library.model_of(run), data.test.items)


def row_anomalies(run: Run, codes: Latents) -> None:
    """Test rows by their scores: a threshold on normal ones, the highest with the columns to blame, and the ROC of a class."""
    data = table_data(run)
    if data is None:
        return
    scores, labels = _scores(run, run.weights_hash()), data.test.labels
    columns = st.columns([3, 3, 2], vertical_alignment="bottom")
    options = list(ROW_ANOMALY_SCORES)
    score = columns[0].selectbox("Score", options, format_func=ROW_ANOMALY_SCORES.__getitem__, key="diagnose.row_score")
    left_out = run.config.data.leave_out
    classes = ["", *(f"class:{index}" for index in range(len(data.class_names)))]
    start = "" if left_out is None else f"class:{left_out}"
    anomaly = columns[1].selectbox(
        "Anomalous", classes, classes.index(start), key=f"diagnose.odd.{run.id}",
        format_func=lambda name: title_of(name, data, left_out),
    )  # fmt: skip
    percentile = columns[2].slider("Percentile of normal", 50.0, 99.9, 95.0, 0.1, key="diagnose.percentile")
    values = scores.by_name[score]
    odd = np.zeros(len(values), bool) if not anomaly or labels is None else (labels == int(anomaly[6:])).numpy()
    threshold = threshold_at(values[~odd], percentile)
    show_scores(values[~odd], values[odd] if odd.any() else None, threshold, percentile, ROW_ANOMALY_SCORES[score], "rows")  # fmt: skip
    st.header("Rows with the highest scores")
    ranked_table(run, data, scores, values, threshold)


def ranked_table(run: Run, data: TableData, scores: RowScores, values: NDArray[np.float64], threshold: float) -> None:
    """The rows with the highest of `values (N,)`, what is unusual about each, a download, and a way to Traverse."""
    schema = schema_of(run)
    ranked = [int(row) for row in np.argsort(-values, kind="stable")[:SHOWN]]
    usual = usual_nats(scores, data.test.items)
    frame = ranked_frame(schema, data, scores, values, ranked, usual)
    chosen = st.dataframe(
        marked(frame, schema, scores.excess(usual)[ranked]), key="diagnose.rows", on_select="rerun", selection_mode="single-row",
        hide_index=True, column_config=number_format(schema) | {"Score": st.column_config.NumberColumn(format="%.1f"), "Why": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    above = int((values > threshold).sum())
    st.caption(
        f"{above:,} of {len(values):,} test rows lie above the threshold of {threshold:.4g}; a cell is redder the more nats its "
        "value costs beyond what its column usually does.",
        help="Why: the values that cost most, and what the model expects from the rest of the row, as decoded at z = μ.",
    )
    with st.container(horizontal=True):
        picked = chosen["selection"]["rows"]
        if picked and pressed(f"Traverse from row {ranked[picked[0]]}", icon=":material/tune:", key="diagnose.row"):
            row = ranked[picked[0]]
            session().set_code(run.id, library.latents(run, [row]).mu[row].tolist(), row)
            go("traverse")
        everything = [int(row) for row in np.argsort(-values, kind="stable")]
        st.download_button(
            "CSV of all rows", lambda: ranked_frame(schema, data, scores, values, everything, usual).to_csv(index=False),
            f"{run.id.replace('/', '-')}-anomalies.csv", "text/csv", icon=":material/download:", key="diagnose.rows_csv", on_click="ignore",
        )  # fmt: skip


def ranked_frame(
    schema: Schema, data: TableData, scores: RowScores, values: NDArray[np.float64], rows: list[int], usual: NDArray[np.float64]
) -> pd.DataFrame:  # fmt: skip
    """Test rows with their number, score, reasons, class and values."""
    first: dict[str, object] = {
        fresh_name("Test row", schema): rows,
        fresh_name("Score", schema): values[rows].round(2),
        fresh_name("Why", schema): ["; ".join(reasons(scores, data.test.items, schema, row, usual)) for row in rows],
    }
    if data.test.labels is not None:
        first[fresh_name("Class", schema)] = [data.class_names[int(data.test.labels[row])] for row in rows]
    return pd.concat([pd.DataFrame(first), frame_of(schema, data.test.items[rows])], axis=1)


def marked(frame: pd.DataFrame, schema: Schema, excess: NDArray[np.float64]) -> Styler:
    """The frame with cells in red by their excess of nats `(rows, W)`."""
    colours = pd.DataFrame("", index=frame.index, columns=frame.columns)
    for place, name in enumerate(schema.names):
        strength = np.clip((excess[:, place] - MARKED) / (STRONGEST - MARKED), 0, 1)
        colours[name] = [
            f"background-color: rgba(235, 87, 87, {0.15 + 0.6 * share:.2f})" if nats > MARKED else ""
            for share, nats in zip(strength, excess[:, place], strict=True)
        ]
    return frame.style.apply(lambda _: colours, axis=None)


def columns(run: Run, codes: Latents) -> None:
    """Errors of each column beside a constant's."""
    if table_data(run) is not None:
        errors_table(errors_of(run, run.weights_hash()), "diagnose.columns")
