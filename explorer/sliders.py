"""A slider per latent dimension: takes a code, returns the code the person set."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vae_core.analysis import Latents
from vae_core.runs import Run

#: More sliders than this wait in a fold.
VISIBLE = 12


def slider_key(run: Run, dim: int) -> str:
    return f"traverse.z.{run.id}.{dim}"


def set_sliders(run: Run, z: Sequence[float]) -> None:
    """Move the sliders to a code; only in a callback or before they are drawn."""
    for dim, value in enumerate(z):
        st.session_state[slider_key(run, dim)] = float(value)


def limits(codes: Latents, dim: int, reach: float) -> tuple[float, float]:
    """Lowest and highest value of a slider: the centre ± `reach` standard deviations."""
    centre, deviation = codes.spread()
    return float(centre[dim] - reach * deviation[dim]), float(centre[dim] + reach * deviation[dim])


def code_sliders(run: Run, codes: Latents, z: Sequence[float], reach: float) -> list[float]:
    """Sliders ordered by what each dimension carries; collapsed dimensions and a long tail are folded away."""
    collapsed = set(codes.collapsed())
    active = [dim for dim in codes.order() if dim not in collapsed]
    found = list(z)
    for dim in active[:VISIBLE]:
        found[dim] = _slider(run, codes, z, dim, reach)
    for dims, words in ((active[VISIBLE:], "more dimensions"), (sorted(collapsed), "collapsed: these carry nothing")):
        if dims:
            with st.expander(f"{len(dims)} {words}"):
                for dim in dims:
                    found[dim] = _slider(run, codes, z, dim, reach)
    return found


def _slider(run: Run, codes: Latents, z: Sequence[float], dim: int, reach: float) -> float:
    low, high = limits(codes, dim, reach)
    key = slider_key(run, dim)
    st.session_state[key] = min(max(float(st.session_state.get(key, z[dim])), low), high)
    weight = codes.weight_per_dim()[dim]
    unit = "nats" if codes.rate is not None else "variance"
    words = (
        f"**z{dim}** · {weight:.2f} {unit}" if dim not in codes.collapsed() else f":gray[z{dim} · {weight:.3f} {unit}]"
    )
    return st.slider(words, low, high, step=(high - low) / 120, key=key, format="%.2f")
