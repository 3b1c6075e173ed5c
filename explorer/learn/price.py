"""The price of a nat: β through one model that knows every β."""

from __future__ import annotations

from vae_core.analysis import IMAGES

from .. import library
from ..components import mount
from ..live.props import about, rates_props
from .chapter import Chapter

MODEL = "gallery/digits-every-beta"
ROWS = list(range(12))


def show() -> None:
    """β, the point on the curve, the rate of each dimension, images."""
    run = library.find(MODEL).at_beta(1.0)
    curve = rates_props(run)
    assert curve is not None, f"{MODEL} has a curve over β in its cache"
    props = about(run) | {"rows": ROWS, "at": curve["at"], "curve": curve | {"images": IMAGES}}
    mount("price", "learn.price", props, on_gone_change=lambda: None)


CHAPTER = Chapter(
    question="The price of a nat",
    text=r"""
An image costs $-\mathrm{ELBO} = D + R$ nats: the **rate** $R$ to send its code, and the **distortion** $D$ to mend what the decoder gets wrong. β sets a
price: training minimises $D + \beta R$, so a nat of code is bought only where it saves more than β nats of distortion. Each β is a
point on one curve, and its slope there is $-\beta$ (Alemi et al. 2018). For a linear model the answer is **reverse
water-filling**: a dimension is used as long as its variance stands above a water level that rises with β, so the weakest drown first.
""",
    move="β, from cheap to dear, and back.",
    notice="The point runs along the curve. Dimensions fall silent one by one, and with each a kind of difference between images is gone.",
    show=show,
    exercise="Where is −ELBO = D + R smallest along the slider, and why there?",
    answer="""
Close to β = 1, where the objective is −ELBO itself: any other β minimises something else. Below 1 the code is too dear for what it saves, above it
details are left out that would have paid. That is the reason why a β-VAE with β = 4 has a worse ELBO and may still have the
code that you prefer to look at.
""",
    page="compare",
)
