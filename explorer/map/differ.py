"""What differs between two groups of images: dimensions with the images that show it, factors, classes."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import streamlit as st
import torch

from vae_core.analysis import Difference, Differences, Latents, decode, differences
from vae_core.runs import Run

from .. import library
from ..images.files import png_address
from ..images.sheets import sheet
from ..runs.conditions import class_in_view
from .groups import clear_groups, groups_of

#: Dimensions that are shown, those that differ most, and images from A to B in the strip of each.
SHOWN, STEPS = 8, 9
HELP = (
    "σ: standard deviations of all test images. Larger in B: how often a random image of B has the larger value than one of A, "
    "ties counting half; 50 % is no difference. There are no p-values: groups picked on a map of the codes differ in their codes "
    "by how they were picked."
)


def what_differs(run: Run) -> None:
    """The panel below the map, once both groups are set."""
    groups = groups_of(run)
    if len(groups) < 2:
        return
    a, b = groups["A"], groups["B"]
    codes = library.latents(run, [*a, *b])
    found = differences(codes, a, b)
    st.header("What differs between A and B?")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"A: {len(a):,} {run.config.item}s, B: {len(b):,}. Two random groups of this size differ by up to "
            f"{by_chance(len(a), len(b)):.2f} σ in 95 % of dimensions.",
            help=HELP,
        )
        st.button("Clear both", key="map.clear_groups", on_click=clear_groups, args=(run,))
        st.download_button(
            "CSV", lambda: every_difference(found).to_csv(index=False), f"{run.id.replace('/', '-')}-differences.csv",
            "text/csv", icon=":material/download:", key="map.differences_csv", on_click="ignore",
        )  # fmt: skip
    dims = [dim for dim in found.order() if dim not in codes.collapsed()][:SHOWN]
    strips = strips_of(run, codes, found, dims)
    frame = pd.DataFrame(
        {"Dimension": [found.dims[dim].name for dim in dims], **columns([found.dims[dim] for dim in dims])}
    )
    if strips is not None:
        frame.insert(1, "From A to B", [png_address(sheet(images, STEPS, 40)) for images in strips[1:]])
        st.image(
            png_address(sheet(strips[0], STEPS, 96)), alt="Decoded images from the mean code of A to the mean code of B"
        )
        st.caption("Decoded from the mean code of A, left, to that of B, right. In the table one dimension alone goes there, from halfway between the two.")  # fmt: skip
    shown = {"From A to B": st.column_config.ImageColumn(width="large")} | NUMBERS
    st.dataframe(frame, key="map.differences", hide_index=True, row_height=46 if strips is not None else None, column_config=shown)  # fmt: skip
    left, right = st.columns(2, gap="large")
    if found.factors:
        factors = sorted(found.factors, key=lambda one: -abs(one.deviations))
        names = {"Factor": [one.name.replace("_", " ") for one in factors]}
        left.dataframe(pd.DataFrame({**names, **columns(factors)}), key="map.factor_differences", hide_index=True, column_config=NUMBERS)  # fmt: skip
    if found.classes:
        shares = pd.DataFrame(
            [(name, of_a, of_b) for name, (of_a, of_b) in found.classes.items()],
            columns=["Class", "Share of A", "Share of B"],
        )
        percent = dict.fromkeys(["Share of A", "Share of B"], st.column_config.NumberColumn(format="percent"))
        (right if found.factors else left).dataframe(
            shares[(shares["Share of A"] > 0) | (shares["Share of B"] > 0)], key="map.class_shares", hide_index=True, column_config=percent
        )  # fmt: skip


NUMBERS = {
    "Mean of A": st.column_config.NumberColumn(format="%.2f"),
    "Mean of B": st.column_config.NumberColumn(format="%.2f"),
    "B − A in σ": st.column_config.NumberColumn(format="%+.2f", help="In standard deviations of all test images"),
    "Larger in B": st.column_config.NumberColumn(
        format="percent", help="How often a random image of B has the larger value than one of A; 50 % is no difference"
    ),
}


def by_chance(a: int, b: int) -> float:
    """Within how many standard deviations the means of two random groups of these sizes lie in 95 % of cases."""
    return 1.96 * math.sqrt(1 / a + 1 / b)


def columns(found: list[Difference]) -> dict[str, list[float]]:
    """The columns of a table of differences."""
    return {
        "Mean of A": [one.a for one in found],
        "Mean of B": [one.b for one in found],
        "B − A in σ": [one.deviations for one in found],
        "Larger in B": [one.superiority for one in found],
    }


def every_difference(found: Differences) -> pd.DataFrame:
    """All dimensions and factors, in their order."""
    every = found.dims + found.factors
    return pd.DataFrame({"Name": [one.name for one in every], **columns(every)})


def strips_of(run: Run, codes: Latents, found: Differences, dims: list[int]) -> torch.Tensor | None:
    """Images `(1 + len(dims), STEPS, C, H, W)`: from mean to mean, then along each dimension alone; None where nothing is decoded to images."""
    if run.config.data_kind != "images" or not run.config.model.has_decoder or not library.model_of(run).continuous:
        return None
    share = np.linspace(0, 1, STEPS)[:, None]
    line = ((1 - share) * found.mean_a + share * found.mean_b).astype(np.float32)  # (STEPS, D)
    rows = [line]
    for dim in dims:
        row = np.repeat((found.mean_a + found.mean_b)[None] / 2, STEPS, axis=0).astype(np.float32)
        row[:, dim] = line[:, dim]
        rows.append(row)
    label = class_in_view(run, codes)
    return decode(library.model_of(run), torch.from_numpy(np.concatenate(rows)), label).unflatten(0, (len(rows), STEPS))
