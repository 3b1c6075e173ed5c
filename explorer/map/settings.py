"""The method of a map and its options."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import ALL, LIMIT, PROJECTIONS, MapConfig
from vae_core.runs import Run

from .. import library
from ..runs.names import labels
from ..shell.controls import linked

FEWER = (1000, 2500)
FLAT, DENSE, SPACE = "Flat", "densMAP", "3-D"
SHAPES = {"umap": (FLAT, DENSE, SPACE), "pca": (FLAT, SPACE)}


def choose(run: Run) -> MapConfig:
    """Widgets for the method, the shape and the number of points; returns the settings of the map."""
    codes = library.latents(run)
    methods = [name for name in PROJECTIONS if name != "plane"]
    methods = ["plane", *methods] if codes.dims == 2 else methods
    with st.container(key="flow-map"):
        first, second, third, fourth = st.columns([1.4, 1, 1, 1], vertical_alignment="bottom")
    with first:
        method = linked(
            st.segmented_control, "Projection", methods, "method", f"map.method.{codes.dims == 2}",
            required=True, format_func=lambda name: PROJECTIONS[name].title,
        )  # fmt: skip
    shape, like = FLAT, ""
    if method in SHAPES:
        with second:
            shape = linked(
                st.segmented_control, "Shape", SHAPES[method], "shape", f"map.shape.{method}", required=True,
                help="densMAP preserves local density (Narayan et al. 2021). In 3-D, drag to rotate.",
            )  # fmt: skip
    with third:
        limits = [limit for limit in FEWER if limit < len(codes)] + [LIMIT]
        if library.has_more_codes(run):
            limits.append(ALL)
        names = {limit: f"{limit:,}" for limit in limits} | {LIMIT: f"{len(codes):,}", ALL: "All test images"}
        limit = linked(st.selectbox, "Points", limits, "points", f"map.limit.{run.id}", LIMIT, format_func=names.get)
    others = same_images(run)
    if run.of is not None:
        like = "" if method == "plane" else run.of.id
    elif PROJECTIONS[method].slow and shape == FLAT and others:
        with fourth:
            like = linked(
                st.selectbox, "Keep the places of", ["", *others], "like", f"map.like.{run.id}",
                format_func=(others | {"": "no other model"}).__getitem__,
                help="Starts from that model's map of the same images: images that move are encoded differently.",
            )  # fmt: skip
    return MapConfig(method=method, limit=limit, dims=3 if shape == SPACE else 2, density=shape == DENSE, like=like)


def same_images(run: Run) -> dict[str, str]:
    """Id → label of the other finished runs that were trained on the same images."""
    runs = [other for other in library.openable_runs() if other.config.fingerprint == run.config.fingerprint]
    names = labels(runs)
    return {other.id: names[other.id] for other in runs if other.id != run.id and other.status()["state"] == "done"}
