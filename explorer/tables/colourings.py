"""Columns of a table as colourings of a map, and the texts of its rows."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from vae_core.analysis import Latents
from vae_core.datasets.tables import Column, Schema
from vae_core.runs import Run

from .. import library
from ..figures.colourings import Colouring, colourings
from .frames import for_plotly, schema_of

#: Columns in the text of a point.
MOST = 14


def rows_of(run: Run, codes: Latents) -> Tensor:
    """The run's test rows `(N, W)`, one for each code; as decoded where its data is not available."""
    data, _ = library.test_data(run)
    if data is not None:
        return data.test.items[: len(codes)]
    return library.decoded_rows(run, torch.from_numpy(codes.mu))


def row_colourings(run: Run, codes: Latents) -> dict[str, Colouring]:
    """Label, columns, rate, distortion and dimensions: title → what a map of these codes can be coloured by."""
    schema, rows, options = schema_of(run), rows_of(run, codes), colourings(codes)
    columns = {
        f"Column: {column.name}": _colouring(column, rows[:, place]) for place, column in enumerate(schema.columns)
    }
    first = {"Label": options.pop("Label")} if "Label" in options else {}
    return first | columns | options


def _colouring(column: Column, values: Tensor) -> Colouring:
    if column.categories:
        names = tuple(map(for_plotly, column.categories))
        missing = values.isnan()
        index = torch.where(missing, float(len(names)), values).numpy().astype(np.int16)
        return Colouring(column.name, index, "", (*names, "missing") if missing.any() else names)
    own = np.array([np.nan if value != value else column.number(value) for value in values.tolist()])
    return Colouring(for_plotly(column.name), own, "", unit="days" if column.kind == "date" else "")


def texts_of(schema: Schema, rows: Tensor) -> list[str]:
    """For each row the lines "name: value" of its columns, for plotly."""
    names = [for_plotly(name) for name in schema.names[:MOST]]
    more = f"<br>and {len(schema.names) - MOST} more" if len(schema.names) > MOST else ""
    return [
        "<br>".join(f"{name}: {for_plotly(text) or '–'}" for name, text in zip(names, texts, strict=False)) + more
        for texts in schema.texts(rows)
    ]
