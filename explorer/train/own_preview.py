"""What was read of a person's own images, and how they are made square, with the preview following."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vae_core.config import BetascopeError
from vae_core.datasets import DataConfig
from vae_core.datasets.base import OWN_SETTINGS
from vae_core.datasets.own import opened, uploads
from vae_core.datasets.own.report import Report, preview_of
from vae_core.training import TrainConfig

from ..images.files import png_address
from ..images.sheets import sheet
from ..shell.errors import explain_error
from .augmentation import augmentation, augmented_bytes
from .choice import dataset_of, saved
from .defaults import PREFIX
from .fields import config_form
from .fit import fit_settings
from .own_report import read, show_report, stamp
from .own_source import heading

#: Data set and names of the files in it that cannot be read, in the session.
UNREADABLE = f"{PREFIX}.unreadable"
#: Settings beside the preview; the others are under "More".
SHAPE = ("fit", "colour", "image_size", "split")


def own_preview(choice: str) -> None:
    """The preview, its settings and the report of the chosen images; nothing before there are any."""
    name = dataset_of(choice)
    if not name:
        st.markdown(
            "**Your own images or table**: files from this browser, a path on the server, or a data set of the Hugging Face hub."
        )
        st.caption(
            "PNG, JPEG, BMP, GIF, WebP, TIFF; 8 or 16 bits, any colours. First-level folders become labels; folders named "
            "train and test become the split; a labels.csv beside the images (file,label,…) may name labels and factors. "
            "Of a table (.csv, .tsv, .parquet) each row is an item, and each column has a name."
        )
        return
    upload = saved().get(choice)
    heading(choice, name)
    try:
        report = uploads.report(upload) if upload else read(name, stamp(name), columns())
        fit_settings(name, report)
        settings = shape_fields(report, name)
        config = DataConfig.from_dict(
            {"name": name} | {key: value for key, value in settings.items() if value is not None}
        )
        address, side = picture(config, stamp(name), augmentation())
    except BetascopeError as error:
        explain_error(error)
        return
    st.image(address, width="stretch", alt="Some of your images, as training will see them")
    st.caption(f"As training will see them: {side} × {side} pixels.")
    show_report(report)


def shape_fields(report: Report, name: str) -> dict[str, Any]:
    """Widgets for how images are read; returns their values, which the form uses, too."""
    values: dict[str, Any] = {}
    with st.container(key="flow-own"):
        for column, setting in zip(st.columns(4), SHAPE, strict=True):
            with column:
                values |= config_form(DataConfig, [setting], PREFIX)
    with st.expander("More"):
        left, right = st.columns(2)
        with left:
            values["background"] = st.color_picker(
                "Colour behind transparency", key=f"{PREFIX}.background", persist_state="session",
                help="Also of margins, where images are padded.",
            )  # fmt: skip
        with right:
            values |= config_form(DataConfig, ["test_share"], PREFIX)
        if name.startswith("hf:") or name.endswith(".parquet"):
            values |= config_form(DataConfig, ["image_column", "label"], PREFIX)
    st.session_state[UNREADABLE] = name, [file for file, _ in report.unreadable]
    if report.unreadable:
        count = len(report.unreadable)
        st.warning(
            f"{count:,} file{'s' * (count > 1)} cannot be read; the names are below.", icon=":material/broken_image:"
        )
        values |= config_form(DataConfig, ["skip_unreadable"], PREFIX)
    return values


def own_settings_of_data() -> dict[str, Any]:
    """The values of all settings beside the preview."""
    return {name: st.session_state.get(f"{PREFIX}.{name}") for name in {*SHAPE, *OWN_SETTINGS, "label"}}


def columns() -> dict[str, str]:
    """The columns of tables of images that the form names."""
    names = ("image_column", "label", "split")
    return {name: st.session_state[f"{PREFIX}.{name}"] for name in names if st.session_state.get(f"{PREFIX}.{name}")}


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={DataConfig: repr, TrainConfig: repr})
def picture(config: DataConfig, version: tuple[int, int], augmentation: TrainConfig | None) -> tuple[str, int]:
    """Data URL of forty images as training will see them, and their side in pixels."""
    images = preview_of(opened(config), config)
    side = images.shape[-1]
    return png_address(sheet(augmented_bytes(images, augmentation), columns=10)), side
