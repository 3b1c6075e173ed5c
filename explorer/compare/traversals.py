"""The same move in the latent space of every run."""

from __future__ import annotations

import streamlit as st

from vae_core.models.vq_vae import VQVAE
from vae_core.runs import Run
from vae_core.serving import MAX_CODE

from .. import library
from ..components import mount, state_value
from ..runs.abilities import DECODER, able
from ..runs.names import labels
from ..showing import showing
from ..state import fresh_key, session
from .images import same_images
from .props import comparison_props

#: Standard deviations that a slider spans to either side.
REACH = 3.0


def moves_in(text: str, dims: int) -> dict[int, float]:
    """The move in a link: dimension → distance in standard deviations; invalid parts are left out."""
    move = {}
    for part in text.split(","):
        dim, _, amount = part.partition(":")
        try:
            value = float(amount)
        except ValueError:
            continue
        if dim.isdecimal() and int(dim) < dims and abs(value) <= MAX_CODE:
            move[int(dim)] = value
    return move


def _choose_image(image: int) -> None:
    session().set_view("image", str(image) if image else None)


def traversals(runs: list[Run]) -> None:
    """Sliders that make the same move in every run, each from its own code of the image."""
    if not (runs := able(runs, DECODER)):
        return
    runs = [run for run in same_images(runs) if not isinstance(library.model_of(run), VQVAE)]
    if not runs:
        st.info("Codes that are grids of codebook entries have no sliders; see Traverse.", icon=":material/grid_on:")
        return
    ids = [run.id for run in runs]
    current = session().run
    reference = ids.index(current) if current in ids else 0
    last = min(len(library.latents(run)) for run in runs) - 1
    image_in_link = session().view.get("image", "0")
    image = min(int(image_in_link) if image_in_link.isdecimal() else 0, last)
    image = showing(
        st.number_input, "Test image", 0, last, key=fresh_key("compare.image"), value=image, changed=_choose_image, width=150
    )  # fmt: skip
    _choose_image(image)  # the link may have one that these runs do not have
    key = f"compare.live.{'~'.join(ids)}.{reference}"

    def changed() -> None:
        move = state_value(key, "move")
        if isinstance(move, str):
            session().set_view("move", move or None)

    dims = library.latents(runs[reference]).dims
    props = comparison_props(
        runs, labels(runs), reference, image, moves_in(session().view.get("move", ""), dims), REACH
    )
    event = mount("compare", key, props, on_move_change=changed, on_gone_change=lambda: None)
    if event.get("gone"):
        st.rerun()
    st.caption(
        f"Moving a dimension of {labels(runs)[ids[reference]]} by one standard deviation moves its partner by one of its own.",
        help="Partners are dimensions of two runs that encode the same: matched one to one, with the largest sum of |r| "
        "over the codes of the test images.",
    )
