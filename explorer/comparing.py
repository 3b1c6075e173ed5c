"""What the Compare page shows: the same images through every run, one move in all of them, their numbers."""

from __future__ import annotations

import streamlit as st

from vae_core.analysis import denoise, reconstruct
from vae_core.models.denoising_autoencoder import DenoisingAutoencoder
from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run
from vae_core.serving import MAX_CODE

from . import library
from .comparison import best_in_bold, error_sheet, labels, table
from .components import mount, said
from .conditions import keep_condition
from .evidence import rate_planes
from .images import png_address, sheet
from .scenes import comparison_scene, multirate_scene
from .state import session

IMAGES = 10
#: Standard deviations that a slider spans to either side.
REACH = 3.0


def side_by_side(runs: list[Run]) -> None:
    """The same test images through every run that was trained on them."""
    data, why = library.test_data(runs[0])
    if data is None:
        st.info(f"{why} Numbers and traversals below need no data.", icon=":material/hide_image:")
        return
    same = same_images(runs)
    options, toggle = st.columns([4, 2], vertical_alignment="bottom")
    last = max(0, len(data.test) - IMAGES)
    first = options.slider("First test image", 0, last, 0, key="compare.first") if last else 0
    errors = toggle.toggle("Error maps", key="compare.errors")
    rows = slice(first, first + IMAGES)
    labels_of_rows = None if data.test.labels is None else data.test.labels[rows]
    row("Original", sheet(data.test.images[rows], IMAGES), f"test images {first} to {first + IMAGES - 1}")
    for run in same:
        if run.config.model.betas:
            along_beta(run, same, list(range(rows.start, rows.stop)))
            continue
        model = library.model_of(run)
        found = reconstruct(model, data.test.images[rows], labels_of_rows)
        words = f"distortion {found.distortion.mean():.1f} nats, MSE {found.scores['mse'].mean():.4f} on these"
        row(labels(runs)[run.id], sheet(found.means, IMAGES), words)
        if errors:
            row("", error_sheet(found.errors, IMAGES), "|x − x̂|, dark 0 to yellow 1")
        if isinstance(model, DenoisingAutoencoder):
            spoiled, clean = denoise(model, data.test.images[rows])
            row("", sheet(spoiled, IMAGES), "what it sees in training")
            row("", sheet(clean, IMAGES), f"denoised, MSE {(clean - found.originals).square().mean():.4f}")


def along_beta(run: Run, runs: list[Run], rows: list[int]) -> None:
    """A model that is told β: its reconstructions follow a slider, and the others lie beside its curve."""
    key = f"compare.beta.{run.id}"
    scene = multirate_scene(run, runs, labels(runs), rows)
    if scene is None:
        return
    left, right = st.columns([2, 9], vertical_alignment="center")
    left.markdown(f"**{labels(runs)[run.id]}**")
    left.caption("one training, every β: drag it")
    with right:
        found = mount(
            "multirate", key, scene, on_beta_change=lambda: keep_condition(run, said(key, "beta")), on_gone_change=lambda: None
        )  # fmt: skip
    if found.get("gone"):
        st.rerun()


def row(title: str, pixels: object, words: str) -> None:
    left, right = st.columns([2, 9], vertical_alignment="center")
    left.markdown(f"**{title}**" if title else "")
    left.caption(words)
    right.image(png_address(pixels), width="stretch", alt=f"{title} {words}")


def same_images(runs: list[Run]) -> list[Run]:
    """The runs that saw what the first one saw; the others are named."""
    same = [run for run in runs if run.config.fingerprint == runs[0].config.fingerprint]
    if others := [labels(runs)[run.id] for run in runs if run not in same]:
        st.info(f"Shown below only in numbers, for they saw other images: {', '.join(others)}.", icon=":material/info:")
    return same


def move_of(dims: int) -> dict[int, float]:
    """The move that the link carries; parts that do not fit are left out."""
    found = {}
    for part in session().view.get("move", "").split(","):
        dim, _, amount = part.partition(":")
        try:
            value = float(amount)
        except ValueError:
            continue
        if dim.isdecimal() and int(dim) < dims and abs(value) <= MAX_CODE:
            found[int(dim)] = value
    return found


def traversals(runs: list[Run]) -> None:
    """One drag makes the same move in every run, each from its own code of the image."""
    runs = [run for run in same_images(runs) if not isinstance(library.model_of(run), VQVAE)]
    if not runs:
        st.info("Codes that are grids of words have no sliders; see Traverse.", icon=":material/grid_on:")
        return
    ids = [run.id for run in runs]
    reference = ids.index(session().run) if session().run in ids else 0
    last = min(len(library.latents(run)) for run in runs) - 1
    kept = session().view.get("image", "0")
    chosen = st.session_state.get("compare.image", int(kept) if kept.isdecimal() else 0)
    st.session_state["compare.image"] = min(chosen, last)
    image = int(st.number_input("Test image", 0, last, key="compare.image", width=150))
    session().keep("image", str(image) if image else None)
    key = f"compare.live.{'~'.join(ids)}.{reference}"

    def changed() -> None:
        moved = said(key, "move")
        if isinstance(moved, str):
            session().keep("move", moved or None)

    dims = library.latents(runs[reference]).dims
    scene = comparison_scene(runs, labels(runs), reference, image, move_of(dims), REACH)
    found = mount("compare", key, scene, on_move_change=changed, on_gone_change=lambda: None)
    if found.get("gone"):
        st.rerun()
    st.caption(
        f"A move of one standard deviation in a dimension of {labels(runs)[ids[reference]]} is one in its partner. "
        "Partners carry the same thing: one to one, with the largest sum of |r| over the codes of the test images."
    )


def numbers(runs: list[Run]) -> None:
    frame = table(runs)
    st.dataframe(best_in_bold(frame), key="compare.table")
    st.caption(
        "On the whole test split; ELBO, distortion and rate in nats per image. Best in bold where one is best. Each row is one seed."
    )
    st.download_button(
        "CSV", frame.to_csv(), "betascope-comparison.csv", "text/csv", icon=":material/download:", key="compare.csv"
    )
    rate_planes(runs, "compare")
