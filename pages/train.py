"""Train: choose data, model and β; watch it learn."""

import streamlit as st

from explorer import library, previews, training_form
from explorer.watching import WATCHED, live_view, watched_runs
from explorer.widgets import explain_error
from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS
from vae_core.models import MODELS


def form() -> None:
    """The settings, and the button that queues what they describe."""
    training_form.seed_defaults()
    training_form.preset_pills()
    left, right = st.columns(2)
    with left:
        dataset = training_form.data_field()
    with right:
        model = training_form.family_field()
    if dataset == training_form.OWN:
        dataset = training_form.path_field()
    try:
        has_beta = "beta" in MODELS[model].Config.__dataclass_fields__
        betas = training_form.beta_field(training_form.shape_of(dataset)) if has_beta else None
        settings = training_form.model_and_training_fields(model)
    except BetascopeError as error:
        explain_error(error)
        return
    label = f"Train {len(betas)} models" if betas and len(betas) > 1 else "Train"
    if st.button(label, key="train.start", type="primary", icon=":material/play_arrow:", width="stretch"):
        train(dataset, model, betas, settings)


def train(dataset: str, model: str, betas: list[float] | None, settings: dict) -> None:
    source = DATASETS.get(dataset)
    wait = f"Downloading {source.title}, once …" if source and source.download else "Opening the images …"
    try:
        with st.spinner(wait):
            runs = training_form.start(dataset, model, betas, settings)
    except BetascopeError as error:
        explain_error(error)
        return
    st.session_state[WATCHED] = [run.id for run in runs]  # what trains already joins them
    st.rerun()


def about() -> None:
    """What is about to be trained, on what, to minimise what."""
    dataset, model = st.session_state["train.dataset"], MODELS[st.session_state["train.model"]]
    if dataset in DATASETS:
        source = DATASETS[dataset]
        st.markdown(f"**{source.title}**: {source.description}.")
        picture, note = previews.preview(dataset)
        if picture is not None:
            st.image(picture, width="stretch", alt=f"Some images of {source.title}")
        st.caption(note)
    st.markdown(f"**{model.title}**: {model.about}")
    st.latex(model.formula)


st.title("Train")
with st.container(key="split-train"):
    with st.container():
        form()
    with st.container():
        if watched_runs():
            active = bool(library.active_runs())
            st.fragment(live_view, run_every=1.5 if active else None)(active)
            with st.expander("Data and objective", icon=":material/info:"):
                about()
        else:
            about()
