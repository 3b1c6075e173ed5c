"""Traverse of a run on a table: sliders, and the row that they decode to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import streamlit as st

from vae_core.analysis import Latents
from vae_core.datasets.tables import Schema
from vae_core.runs import Run

from .. import library
from ..components import mount
from ..tables.frames import schema_of
from .position import current_code, current_reach, remember
from .props import sliders_props


def row_sliders(run: Run, codes: Latents) -> None:
    """A slider per latent dimension beside the decoded row, what changes most on top."""
    z, row = current_code(run, codes)
    key = f"traverse.rows.{run.id}"

    def changed() -> None:
        remember(run, key, codes.dims)

    props = rows_props(run, codes, z, row, current_reach())
    event = mount("rows", key, props, on_z_change=changed, on_reach_change=changed, on_gone_change=lambda: None)
    if event.get("gone"):
        st.rerun()
    _, why = library.test_data(run)
    if why:
        st.info(f"{why} Until then rows are decoded from their stored codes.", icon=":material/table_rows:")


def rows_props(run: Run, codes: Latents, z: Sequence[float], row: int | None, reach: float) -> dict[str, Any]:
    """For rows.js: the sliders, the columns with the places of their parameters, and the texts of the test row in view."""
    schema = schema_of(run)
    data, _ = library.test_data(run)
    return list_props(run, codes, z, row, reach) | {
        "columns": columns_props(schema),
        "original": None if data is None or row is None else schema.texts(data.test.items[row : row + 1])[0],
    }


def list_props(run: Run, codes: Latents, z: Sequence[float], row: int | None, reach: float) -> dict[str, Any]:
    """For rows.js: the sliders, and what an item is called."""
    return sliders_props(run, codes, z, row, reach) | {"originals": False, "item": run.config.item}


def columns_props(schema: Schema) -> list[dict[str, Any]]:
    """The columns as values.js takes them."""
    widths = [column.cardinality if column.cardinality > 2 else 1 for column in schema.columns]
    return [
        {
            "name": column.name, "kind": column.kind, "categories": list(column.categories), "mean": column.mean, "std": column.std,
            "digits": column.digits, "start": start, "width": width,
        }
        for column, width, start in zip(schema.columns, widths, accumulate(widths, initial=0), strict=False)
    ]  # fmt: skip
