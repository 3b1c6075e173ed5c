"""How good the recommendations to held-out users are, beside plain ones, and one user's in full."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vae_core.analysis import Latents
from vae_core.analysis.histories.recommending import BASELINES, MEASURES, recommended
from vae_core.runs import Run

from .. import library
from ..figures.tables import meanings
from ..histories.items import SHOWN, first_items, history_data, item_names


def recommendations(run: Run, codes: Latents) -> None:
    """Scores beside popularity and an SVD, then a held-out user: what was seen, what was to be found, what is recommended."""
    scores = scores_frame(run)
    st.dataframe(
        scores.style.format("{:.3f}", na_rep="–"), key="diagnose.recommendations", column_config=meanings(scores)
    )
    st.caption(
        "Means over held-out users, of whom the model sees four fifths of the events and ranks the items that are not among them.",
        help="Liang et al. 2018, §4: Recall@k over min(k, targets); NDCG@100 over the best that was possible.",
    )
    data = history_data(run)
    if data is None:
        return
    user = int(st.number_input("Held-out user", 0, len(data.test) - 1, 0, key="diagnose.user"))
    seen, targets = (part[user : user + 1] for part in data.folds)
    names = item_names(run)
    ranked = first_items(run, recommended(library.model_of(run), seen), seen, k=2 * SHOWN)[0]
    wanted = set(targets[0].nonzero()[:, 0].tolist())
    left, right = st.columns(2)
    with left:
        st.dataframe(pd.DataFrame({"Seen": [names[item] for item in seen[0].nonzero()[:, 0].tolist()]}), key="diagnose.seen", hide_index=True)  # fmt: skip
        st.dataframe(pd.DataFrame({"To be found": [names[item] for item in sorted(wanted)]}), key="diagnose.targets", hide_index=True)  # fmt: skip
    frame = pd.DataFrame(
        {"Recommended": [names[item] for item in ranked], "Found": [item in wanted for item in ranked]},
        index=pd.RangeIndex(1, len(ranked) + 1, name="Rank"),
    )
    right.dataframe(frame, key="diagnose.ranked")


def scores_frame(run: Run) -> pd.DataFrame:
    """The model and the baselines as rows, the measures as columns, from the run's evaluation."""
    numbers = library.numbers(run)
    prefixes = {"": run.config.name} | {f"{name}_": title[0].upper() + title[1:] for name, title in BASELINES.items()}
    return pd.DataFrame.from_dict(
        {title: [numbers.get(prefix + name) for name in MEASURES] for prefix, title in prefixes.items()},
        orient="index", columns=list(MEASURES.values()), dtype=float,
    )  # fmt: skip
