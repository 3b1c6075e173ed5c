"""Runs side by side at the same share of their trainings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from vae_core.runs import Run

from ..live.props import FEWEST
from ..shell.controls import linked

#: Share of the steps that stands for the untrained model on the log scale.
BEGINNING = 1e-4


def at_training_time(runs: Sequence[Run]) -> list[Run]:
    """A slider over the share of the training; returns each run at its nearest moment. Runs without snapshots stay at their end, and
    there is no slider if all do.
    """
    trained = [run for run in runs if run.of is None and len(run.moments()) >= FEWEST]
    if not trained:
        return list(runs)
    steps = [step for step, _ in trained[0].moments()]
    shares = [float(f"{step / steps[-1]:.3g}") for step in steps]
    share = linked(
        st.select_slider, "Training time", shares, "time", f"compare.time.{trained[0].id}", shares[-1], width=420,
        format_func=lambda share: f"{share:.3g} of the steps" if share < 1 else "end",
        help="Each run at its snapshot nearest to this share of its steps; the snapshots are spaced on a log scale.",
    )  # fmt: skip
    return [at_share(run, share) if run in trained else run for run in runs]


def at_share(run: Run, share: float) -> Run:
    """The run at the moment nearest to this share of its steps, on a log scale."""
    moments = run.moments()
    last = moments[-1][0]

    def distance(step: int) -> float:
        return abs(math.log(max(BEGINNING, step / last)) - math.log(max(BEGINNING, share)))

    return min(moments, key=lambda moment: distance(moment[0]))[1]
