"""A preview of a data set, and the model's objective."""

from __future__ import annotations

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.datasets import DATASETS, DataConfig, load, sources
from vae_core.datasets.public import is_here
from vae_core.models import family
from vae_core.training import TrainConfig

from ..images.files import png_address
from ..images.sheets import sheet
from .augmentation import augmentation, augmented_bytes
from .choice import dataset_of, is_own
from .history_preview import history_preview
from .kinds import kind_in_form
from .own_preview import own_preview
from .table_preview import table_preview


def preview(dataset: str) -> tuple[str | None, str]:
    """Data URL of a sheet of images of a registered set (None if it is not downloaded yet), and a caption."""
    source = DATASETS[dataset]
    channels, height, width = source.shape
    text = f"{source.default_size:,} images of {height} × {width} pixels{', in colour' if channels == 3 else ''}"
    if source.factors:
        text += (
            f"; {len(source.factors)} factors known" if len(source.factors) > 8 else f"; {', '.join(source.factors)}"
        )
    if not is_here(dataset):
        return None, f"{text}. It is downloaded when you first train on it."
    try:
        return _preview(dataset, augmentation()), f"{text}{', as training will see them' if augmentation() else ''}."
    except BetascopeError as error:
        return None, str(error)


@st.cache_data(max_entries=32, show_spinner="Opening the images …", hash_funcs={TrainConfig: repr})
def _preview(dataset: str, augmentation: TrainConfig | None) -> str:
    images = load(DataConfig(dataset, size=240), split="test").test.images[:24]
    return png_address(sheet(augmented_bytes(images, augmentation), columns=12))


def about() -> None:
    """The chosen data set and model, and the objective."""
    about_data(st.session_state["train.dataset"])
    model = family(st.session_state["train.model"])
    st.markdown(f"**{model.title}**: {model.about}")
    st.latex(model.formula)


def about_data(dataset: str) -> None:
    """A choice of data in the form: a registered set, or a person's own with what was read."""
    if (kind := kind_in_form()) != "images":
        if (source := sources().get(dataset)) is not None:
            st.markdown(f"**{source.title}**: {source.description}.")
        (history_preview if kind == "history" else table_preview)(dataset, dataset_of(dataset))
    elif is_own(dataset):
        own_preview(dataset)
    elif dataset in DATASETS:
        source = DATASETS[dataset]
        st.markdown(f"**{source.title}**: {source.description}.")
        picture, note = preview(dataset)
        if picture is not None:
            st.image(picture, width="stretch", alt=f"Some images of {source.title}")
        st.caption(note)
