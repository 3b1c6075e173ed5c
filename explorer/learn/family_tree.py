"""The family tree: what each family changes in the loss, by its own formula."""

from __future__ import annotations

import streamlit as st

from vae_core.models import families
from vae_core.models.base import CHANGES, Model
from vae_core.runs import Run

from .. import library
from ..access.modes import allowed
from ..navigation import go
from ..presses import pressed
from ..runs.actions import explore
from .chapter import Chapter


def show() -> None:
    """A choice of what is changed, and the families that change it, each with an example."""
    by_change = {change: [name for name, kind in families().items() if kind.changes == change] for change in CHANGES}

    def title(change: str) -> str:
        return f"{CHANGES[change]} · {len(by_change[change])}"

    st.latex(families()["vae"].formula)
    change = st.pills(
        "What is changed", list(CHANGES), format_func=title, default="nothing", key="learn.change", required=True
    )
    with st.container(key="cards-learn"):
        for name in by_change[change]:
            _card(name, families()[name])


def _card(name: str, kind: type[Model]) -> None:
    with st.container(border=True, key=f"card-learn-{name}", height="stretch"):
        st.markdown(f"**{kind.title}**")
        st.caption(kind.about)
        st.latex(kind.formula)
        if (run := _example(name)) is not None:
            if pressed(f"Explore {run.config.name}", key=f"learn.explore.{name}", icon=":material/tune:"):
                explore(run)
        elif allowed("train") and pressed("Train one", key=f"learn.train.{name}", icon=":material/model_training:"):
            st.session_state["train.model"] = name
            go("train")


def _example(name: str) -> Run | None:
    """A run of this family with a decoder, the gallery's first."""
    runs = sorted(library.openable_runs(), key=lambda run: not run.id.startswith("gallery/"))
    return next((run for run in runs if run.config.family == name and run.config.model.has_decoder), None)


CHAPTER = Chapter(
    question="The family tree",
    text=r"""
Every family minimises something like $D + R$, and changes one thing in it: how much the rate counts, what all codes together must look like, the prior, the
posterior, what counts as the same image. Below is the VAE's own objective, and then each family's, from the code that trains it.
""",
    move="Choose what is changed.",
    notice="Which term is new, and which are still those of the VAE.",
    show=show,
    exercise="A β-VAE with β = 4 and a β-TCVAE with β = 4: which one has the sharper images, and which term makes the difference?",
    answer=r"""
The β-TCVAE. The rate, averaged over images, is the sum of the information $I(x; z)$, the total correlation of the dimensions and each dimension's distance from its
prior (Chen et al. 2018). The β-VAE multiplies all three, and so pays for the information that images need; the β-TCVAE
multiplies the total correlation alone, which is what keeps dimensions apart.
""",
    page="train",
)
