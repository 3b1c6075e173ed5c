"""CSS for what Streamlit's theme cannot set: layouts that follow the width, and crisp pixels.

The prefix of a container's key sets its layout: `cards-` is a grid of cards, `split-` a form beside its result, `flow-` a row
of controls that wraps, `lead-` a row whose last column goes below the others on a narrow window, `stack-` rows whose
columns go below each other there.
"""

from __future__ import annotations

import streamlit as st

CSS = """<style>
[class*="st-key-cards-"] {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, max(13rem, 30%)), 1fr)); gap: 1rem;
}
[class*="st-key-cards-"] > *, [class*="st-key-cards-"] > * > * { width: 100% !important; min-width: 0; height: 100%; }
[data-testid="stMainBlockContainer"] { padding-left: 3rem; padding-right: 3rem; }
@media (max-width: 900px) { [data-testid="stMainBlockContainer"] { padding-left: 1.25rem; padding-right: 1.25rem; } }
[class*="st-key-split-"] { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2rem; align-items: start; }
@media (min-width: 1180px) { [class*="st-key-split-"] { grid-template-columns: 22rem minmax(0, 1fr); } }
[class*="st-key-split-"] > * { width: 100% !important; min-width: 0; }
[class*="st-key-card-"] { transition: border-color .15s, box-shadow .15s; }
[class*="st-key-card-"]:hover { border-color: #7A8AFF; box-shadow: 0 4px 18px rgba(76, 111, 255, .14); }
.st-key-sign-in { max-width: 24rem; margin: 18vh auto 0; padding: 2.5rem 2rem; }
.st-key-sign-in img { border-radius: 0 !important; }
.qr { display: block; width: 16rem; max-width: 100%; border-radius: .4rem; margin-bottom: .4rem; }
.address { color: inherit; overflow-wrap: anywhere; }
.strips { display: grid; grid-template-columns: minmax(0, 1fr) minmax(4.2rem, auto); gap: .4rem .6rem; align-items: center; }
.strips img { width: 100%; border-radius: .3rem; }
.strips div { display: grid; line-height: 1.2; font-size: .8rem; }
.strips span { opacity: .65; font-size: .75rem; font-variant-numeric: tabular-nums; }
.no-picture {
  aspect-ratio: 2 / 1; display: flex; align-items: center; justify-content: center; border-radius: .4rem;
  background: rgba(127, 139, 155, .12); color: rgba(127, 139, 155, .9); font-size: .85rem;
}
[class*="st-key-flow-"] [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
[class*="st-key-flow-"] [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] { min-width: 12.5rem; }
.st-key-flow-own [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] { min-width: 8.5rem; }
.st-key-flow-map [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]:first-child { min-width: 18.7rem; }
@media (max-width: 1000px) {
  [class*="st-key-lead-"] > * > [data-testid="stHorizontalBlock"],
  [class*="st-key-lead-"] > [data-testid="stHorizontalBlock"],
  [class*="st-key-stack-"] [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  [class*="st-key-lead-"] > * > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"],
  [class*="st-key-lead-"] > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] { min-width: 28%; }
  [class*="st-key-lead-"] > * > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]:last-child,
  [class*="st-key-lead-"] > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]:last-child,
  [class*="st-key-stack-"] [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] { min-width: 100%; }
}
.st-key-tasks [data-testid="stBaseButton-secondary"] { padding: .25rem .7rem; }
[data-testid="stImage"] img { image-rendering: pixelated; border-radius: .4rem; }
[class*="st-key-card"] img, [class*="st-key-split-"] img { image-rendering: auto; }  /* shown smaller than they are */
/* Fingers need 44 pixels. */
@media (pointer: coarse) {
  [data-testid^="stBaseButton"], [data-testid="stPopoverButton"], [data-testid="stSidebarNavLink"], [data-testid="stTab"],
  [data-testid="stExpandSidebarButton"], [data-testid="stLogoLink"], [data-testid="stButtonGroup"] button,
  [data-testid="stSelectbox"] [role="group"], [data-testid^="stNumberInputStep"] { min-height: 44px; min-width: 44px; }
}
@media (prefers-reduced-motion: reduce) { [class*="st-key-card-"] { transition: none; } }
/* Filled with the primary colour, which in the dark is a light one. */
[data-testid="stBaseButton-primary"]:not(:disabled), [data-testid="stMultiSelect"] [data-tag], [data-testid="stMultiSelect"] [data-tag] * {
  color: light-dark(#FFFFFF, #11141C);
}
/* A formula that is too wide breaks before a sign, so that nothing has to be scrolled. */
.katex-display > .katex { white-space: normal; }
.katex-display .base { margin: .15em 0; }
</style>"""


def apply_style() -> None:
    """Add the style sheet to the page."""
    st.html(CSS)
