"""What codes are drawn from: the prior, or a density fitted to the codes of the training images; and the FID of each."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from torch.distributions import Distribution

from vae_core.analysis import DRAWN_FROM, PRIOR, cached_quality, sampler_of
from vae_core.config import BetascopeError
from vae_core.runs import Run

from .. import library
from ..figures.tables import bold, meanings
from ..jobs import commands as background
from ..shell.controls import linked

HELP = (
    "The others are fitted to one draw of q(z|x) for each of up to 10,000 training images, all classes together. They help "
    "where codes of images lie elsewhere than the prior, as those of an autoencoder or at a small β; where the prior fits "
    "already, or the decoder is what blurs, they do not."
)


def chosen_density(run: Run, column: DeltaGenerator) -> Distribution | None:
    """A choice in `column` of what codes are drawn from; None for the prior."""
    if not library.model_of(run).continuous:
        column.caption("Codes are grids of codebook entries: only the family's learned prior draws them.")
        return None
    name = linked(
        column.selectbox, "Draw codes from", list(DRAWN_FROM), "from", "generate.from", format_func=DRAWN_FROM.__getitem__, help=HELP
    )  # fmt: skip
    if name == PRIOR:
        return None
    try:
        return _density(run, run.weights_hash(), name)
    except BetascopeError as error:
        st.info(f"{error} Until then codes are drawn from the prior.", icon=":material/hide_image:")
        return None


@st.cache_resource(
    max_entries=16, show_spinner="Fitting to the codes of the training images …", hash_funcs=library.BY_PATH
)
def _density(run: Run, version: str, name: str) -> Distribution | None:
    return sampler_of(run, name)


def qualities(run: Run) -> None:
    """FID and KID of samples from each density, measured in a process of its own on request."""
    if not library.model_of(run).continuous:
        return
    command = ["metrics", run.id, "--scores", "", "--features", "auto", "--draw-from", ",".join(DRAWN_FROM)]
    found = {name: cached_quality(run, draw_from=name) for name in DRAWN_FROM}
    measured = {name: quality for name, quality in found.items() if quality is not None}
    if measured:
        table = pd.DataFrame(
            [{"Codes from": DRAWN_FROM[name], "FID": quality["fid"], "KID": quality["kid"]} for name, quality in measured.items()]
        ).set_index("Codes from")  # fmt: skip
        style = table.style.format({"FID": "{:.3f}", "KID": "{:.4f}"})
        st.dataframe(
            bold(style, {"FID": False, "KID": False}), key="generate.quality", width=420, column_config=meanings(table)
        )
        first = next(iter(measured.values()))
        floor = "" if first["fid_real"] is None else f"; training images have an FID of {first['fid_real']:.3f}"
        st.caption(
            f"Of {first['images']:,} samples to as many test images, seen through {first['features']}{floor}. "
            "A fitted density does not help where the prior's FID is as small: codes fit the prior there.",
            help="Compare only numbers through the same features. Smaller is better; differences of a few percent are noise.",
        )
    if len(measured) < len(DRAWN_FROM):
        _measure(run, command, len(measured))


def _measure(run: Run, command: list[str], shown: int) -> None:
    """A button that measures what is missing, and the progress; the page runs again when more than `shown` are there."""
    started: set[str] = st.session_state.setdefault("generate.measuring", set())
    if run.id not in started:
        st.button("Measure the FID of each", icon=":material/straighten:", key="generate.measure", on_click=started.add, args=(run.id,))  # fmt: skip
        st.caption("Fits what is missing and trains a small classifier for its features: a minute or two.")
        return
    job = background.job_for(run, command, finished=False)
    assert job is not None, "it is not finished"
    if failure := job.failure():
        st.error(failure, icon=":material/error:")
        background.forget(run, command)
        started.discard(run.id)
        return

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if job.process.poll() is not None:
            if not job.failure():
                background.forget(run, command)
                started.discard(run.id)
            st.rerun()
        done = sum(cached_quality(run, draw_from=name) is not None for name in DRAWN_FROM)
        if done > shown:
            st.rerun()
        st.progress(done / len(DRAWN_FROM), f"Measuring, {job.seconds():.0f} s so far.")

    watch()
