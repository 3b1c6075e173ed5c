"""Repair: an image of which a part is hidden, noisy or small, and what the model makes of it."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from vae_core.analysis import Latents
from vae_core.analysis.apply.degradations import LEAST_NOISE, MOST_NOISE, TASKS, factors_of
from vae_core.runs import Run

from .. import library
from ..components import mount, state_value
from ..images.originals import missing_data_notice
from ..live.props import about
from ..navigation import go
from ..presses import pressed
from ..runs.conditions import condition, condition_field
from ..state import VIEW, session, valid_code
from .batch import over_test_images
from .needs import is_of_indices, lacks_gradients

#: Standard deviation of the noise at first.
NOISE = 0.3


def repair(run: Run) -> None:
    """The component, and the same over many test images."""
    if lacks_gradients(run):
        return
    if is_of_indices(run, "no gradient leads from one to a better one, so there is no repair with them"):
        return
    codes = library.latents(run)
    row = row_in_view(codes)
    label = condition_field(run, codes, row)
    key = f"apply.repair.{run.id}"
    z = valid_code(st.session_state.get(f"{key}.z"), codes.dims)

    def changed() -> None:
        remember(run, key, codes)

    props = repair_props(run, codes, row) | {"z": z, "condition": condition(run, label)}
    names = ("row", "task", "mask", "sigma", "factor", "draws", "z")
    event = mount("repair", key, props, on_gone_change=lambda: None, **{f"on_{name}_change": changed for name in names})
    if event.get("gone"):
        st.rerun()
    if z is not None and pressed("Open in Traverse", icon=":material/tune:", key="apply.traverse"):
        session().set_code(run.id, z)
        go("traverse")
    missing_data_notice(run)
    over_test_images(run, props["task"], props["sigma"], props["factor"])


def row_in_view(codes: Latents) -> int:
    """The test image in the link, else the first picked one, else the first."""
    text = session().view.get("image", "")
    if text.isdecimal() and int(text) < len(codes):
        return int(text)
    return next((row for row in session().picked() if row < len(codes)), 0)


def repair_props(run: Run, codes: Latents, row: int) -> dict[str, Any]:
    """For repair.js; what the link says where it fits."""
    view, side = session().view, run.config.model.shape[1]
    factors = factors_of(side)
    factor = view.get("squares", "")
    return about(run) | {
        "row": row,
        "images": len(codes),
        "originals": not library.why_no_originals(run),
        "task": view["task"] if view.get("task") in TASKS else "hide",
        "sigma": noise_of(view.get("noise", "")),
        "factors": factors,
        "factor": int(factor) if factor in map(str, factors) else factors[len(factors) // 2],
        "mask": view.get("mask", "") or left_half(side),
        "draws": view.get("draws") == "1",
    }


def noise_of(text: str) -> float:
    """The noise in the link, else the usual one."""
    try:
        sigma = float(text)
    except ValueError:
        return NOISE
    return sigma if LEAST_NOISE <= sigma <= MOST_NOISE else NOISE


def left_half(side: int) -> str:
    """The mask of the left half as mask.js writes it: no visible pixels, then half a row hidden and half visible, over and over."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    half = lambda pixels: (digits[pixels // 36] if pixels >= 36 else "") + digits[pixels % 36]
    return ".".join(["0", *[half(side // 2), half(side - side // 2)] * side])


def remember(run: Run, key: str, codes: Latents) -> None:
    """Put what a person changed in the browser into the link, if it is valid."""
    row, task, mask, z = (state_value(key, name) for name in ("row", "task", "mask", "z"))
    sigma, factor, draws = (state_value(key, name) for name in ("sigma", "factor", "draws"))
    if isinstance(row, int) and 0 <= row < len(codes):
        session().set_view("image", str(row))
    if task in TASKS:
        session().set_view("task", None if task == "hide" else task)
    if isinstance(mask, str) and re.fullmatch(r"[0-9a-z]+(\.[0-9a-z]+)*", mask):
        session().set_view("mask", mask if len(mask) <= VIEW["mask"] else None)
    if isinstance(sigma, int | float):
        session().set_view("noise", None if sigma == NOISE else f"{sigma:.2g}")
    if isinstance(factor, int) and 0 < factor < 100:
        session().set_view("squares", str(factor))
    if isinstance(draws, bool):
        session().set_view("draws", "1" if draws else None)
    st.session_state[f"{key}.z"] = valid_code(z, codes.dims)
