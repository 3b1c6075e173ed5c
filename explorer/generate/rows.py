"""New rows as a CSV, beside the real ones: marginals, correlations, and whether they copy any."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from torch import Tensor

from vae_core.analysis import Latents
from vae_core.analysis.tables.synthetic import (
    COMPARED,
    MAX_ROWS,
    Copies,
    Marginal,
    copies,
    correlations,
    marginals,
    mean_difference,
    new_rows,
    to_csv,
)
from vae_core.glossary import meaning
from vae_core.runs import Run

from .. import library
from ..figures.style import PLAIN
from ..tables.frames import frame_of, number_format, schema_of, table_data
from .row_figures import correlations_figure, marginal_figure
from .samples import seed_of

#: New rows that are compared with the real ones, and those in the table.
DRAWN, SHOWN = 5000, 100
#: Columns that correlations are drawn of.
DRAWN_COLUMNS = 30


def rows(run: Run, codes: Latents) -> None:
    """New rows, their download, and how they compare with the real ones."""
    first, second, third = st.columns([3, 3, 2], vertical_alignment="bottom")
    count = int(first.number_input("Rows", 1, MAX_ROWS, 1000, key="generate.rows"))
    temperature = second.slider(
        "Temperature", 0.0, 2.0, 1.0, 0.05, key="generate.temperature", help=meaning("Temperature")
    )
    seed, schema = seed_of("generate.seed", third), schema_of(run)
    new = _new(run, run.weights_hash(), DRAWN, temperature, seed)
    st.dataframe(frame_of(schema, new[:SHOWN]), key="generate.new", hide_index=True, column_config=number_format(schema))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"CSV of {count:,} rows", lambda: to_csv(schema, new_rows(library.model_of(run), count, temperature, seed)),
            f"{run.id.replace('/', '-')}-synthetic.csv", "text/csv", icon=":material/download:", key="generate.csv", on_click="ignore",
        )  # fmt: skip
        st.caption(
            f"The first {SHOWN} are shown. Every value is there: the model does not learn which values go missing."
        )
    compare(run, new, temperature, seed)


@st.cache_data(max_entries=8, show_spinner="Drawing rows …", hash_funcs=library.BY_PATH)
def _new(run: Run, version: str, count: int, temperature: float, seed: int) -> Tensor:
    return new_rows(library.model_of(run), count, temperature, seed)


def compare(run: Run, new: Tensor, temperature: float, seed: int) -> None:
    """Copies, marginals and correlations of new rows beside the real ones."""
    data = table_data(run)
    if data is None:
        return
    train, _ = library.training_images(run)
    assert train is not None, "the test rows are there, so the training rows are"
    st.header("Are they copies?")
    copies_line(_copies(run, run.weights_hash(), temperature, seed, new, train, data.test.items))
    st.header("Do they resemble the real rows?")
    schema = schema_of(run)
    found = marginals(schema, train, data.test.items, new)
    left, right = st.columns(2, gap="large")
    with left:
        place = marginals_table(found)
    with right:
        st.plotly_chart(marginal_figure(schema, train, new, place), key="generate.marginal", config=PLAIN, alt="Real and new values of a column")  # fmt: skip
        st.caption("Select a row of the table for another column.")
    names, real = correlations(schema, train)
    if len(names) > 1:
        _, drawn = correlations(schema, new)
        st.plotly_chart(
            correlations_figure(names[:DRAWN_COLUMNS], real, drawn), key="generate.correlations", config=PLAIN,
            alt="Correlations of real and of new rows",
        )  # fmt: skip
        st.caption(
            f"Pearson's r of numbers and of columns with two categories. They differ by {mean_difference(real, drawn):.3f} on average."
            + (f" The first {DRAWN_COLUMNS} columns are drawn." if len(names) > DRAWN_COLUMNS else "")
        )


@st.cache_data(max_entries=8, show_spinner="Comparing with the training rows …", hash_funcs=library.BY_PATH)
def _copies(run: Run, version: str, temperature: float, seed: int, _new: Tensor, _train: Tensor, _test: Tensor) -> Copies:  # fmt: skip
    return copies(schema_of(run), _train, _test, _new)


def copies_line(found: Copies) -> None:
    """How near new rows are to training rows, and what that does not mean."""
    median = lambda values: float(pd.Series(values).median())
    show = st.warning if found.exact or found.close > 0.15 else st.info
    exact = (
        f"{found.exact:,} of {len(found.new):,} new rows stand in the training split as they are. "
        if found.exact
        else ""
    )
    show(
        f"{exact}{found.close:.0%} of new rows are nearer to a training row than 95 % of the test rows are; 5 % would be chance. "
        "Synthetic rows are not anonymous: a model may remember single people, and this check finds copies only.",
        icon=":material/content_copy:",
    )
    limit = f" (the first {COMPARED:,})" if found.compared == COMPARED else ""
    st.caption(
        f"Median distance to the nearest training row{limit}: {median(found.new):.2f} of new rows, {median(found.test):.2f} of test rows.",
        help="Root mean square over columns, in standard deviations of numbers; another category counts 1.",
    )


def marginals_table(found: list[Marginal]) -> int:
    """Distances of marginals, largest first; returns the index of the selected column, the first one without a selection."""
    order = sorted(range(len(found)), key=lambda place: -found[place].distance if found[place].distance == found[place].distance else 1)  # fmt: skip
    frame = pd.DataFrame(
        {
            "Column": [found[place].column.name for place in order],
            "Measure": ["total variation" if found[place].column.categories else "KS" for place in order],
            "Distance": [found[place].distance for place in order],
            "By chance": [found[place].between_real for place in order],
        }
    )
    bar = st.column_config.ProgressColumn(format="%.3f", min_value=0.0, max_value=1.0)
    chosen = st.dataframe(
        frame, key="generate.marginals", hide_index=True, on_select="rerun", selection_mode="single-row", height=360,
        column_config={"Distance": bar, "By chance": st.column_config.NumberColumn(format="%.3f")},
    )  # fmt: skip
    st.caption(
        "Distance between the values of training rows and of new ones, 0 to 1.",
        help="KS: the Kolmogorov–Smirnov statistic, the largest difference of the cumulative shares. Total variation: half "
        "the sum of differences of shares. By chance: of training and test rows.",
    )
    picked = chosen["selection"]["rows"]
    return order[picked[0] if picked and picked[0] < len(order) else 0]
