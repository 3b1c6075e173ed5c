"""Collapse and its cures: four trainings of the same model, which differ in how the rate is paid for."""

from __future__ import annotations

from typing import Any

from vae_core.runs import Run

from .. import library
from ..components import mount
from ..live.props import about
from .chapter import Chapter

#: Run → its title, and what is different in it.
MODELS = {
    "gallery/digits-collapsed": ("β = 1 from the first step", "The rate costs its full price before the decoder can use it."),
    "gallery/digits-annealed": ("KL annealing", "β rises from 0 to 1 over the first half of the training."),
    "gallery/digits-cyclical": ("Cyclical annealing", "β rises from 0 to 1 four times."),
    "gallery/digits-free-bits": ("Free bits", "The first half nat of each dimension costs nothing."),
}  # fmt: skip
ROWS = list(range(8))


def show() -> None:
    """The trainings side by side, at the same step."""
    runs = [library.find(id) for id in MODELS]
    steps = [step for step, _ in runs[0].moments()]
    props = {
        "trainings": [training(run, steps) for run in runs],
        "steps": steps,
        "rows": ROWS,
        "shape": about(runs[0])["shape"],
    }
    mount("collapse", "learn.collapse", props, on_gone_change=lambda: None)


def training(run: Run, steps: list[int]) -> dict[str, Any]:
    """Of one training: the weight of the rate, the distortion and the rate of each dimension at these steps."""
    records, model = {record["step"]: record for record in run.history()}, library.model_of(run)
    title, caption = MODELS[run.id]
    return {
        "run": run.id, "title": title, "caption": caption, "beta": [model.weight(step) for step in steps],
        "distortion": [records[step]["distortion"] for step in steps],
        "rates": [records[step]["rate_per_dim"] for step in steps],
    }  # fmt: skip


CHAPTER = Chapter(
    question="Collapse and its cures",
    text=r"""
At the start of a training the decoder cannot read codes yet, so a code saves no distortion, and every nat of it costs β. The encoder learns within a few steps to
say nothing: $q(z \mid x) = p(z)$ for every image, the rate is 0, and every image is decoded as the mean of all. This is **posterior collapse** (Bowman et al. 2016).
A shallow model leaves that place by itself; a deep one may stay there, as in the first column, or wake a dimension or two. The cures change the price of the first
nats: **KL annealing** lets β rise from 0, **cyclical annealing** does so again and again (Fu et al. 2019), **free bits** give each dimension some nats
for nothing, $\sum_d \max(\lambda, R_d)$ (Kingma et al. 2016).
""",
    move="Training time, from the untrained network to the end, or press play.",
    notice="In the first column the bars vanish within the first steps and the images become one. The other columns never pass through that place.",
    show=show,
    exercise="All four end at the same price, β = 1. Why do they not end at the same place?",
    answer="""
Because the objective has several places where a training can rest. With a code that says nothing, no small change of the decoder helps and no small change of the
encoder helps, only both together; annealing keeps the code alive until the decoder reads it. It is no cure where the price itself is too high: with β = 4
these digits end without any code, annealed or not, since no dimension saves four nats of distortion for each of its own. Then the remedy is a smaller β.
""",
    page="diagnose",
)
