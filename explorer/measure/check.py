"""The scores on codes with known answers."""

from __future__ import annotations

import streamlit as st

from vae_core.metrics.known_answers import self_check

from ..presses import pressed


def check() -> None:
    """A button that computes scores with known answers on this computer, and their table."""
    with st.expander("Check the scores on this computer", icon=":material/fact_check:"):
        st.caption("Scores of hand-made codes beside their known answers; takes about ten seconds.")
        if pressed("Check", key="measure.check"):
            bar = st.progress(0.0)

            def show_progress(done: int, total: int) -> None:
                bar.progress(done / total)

            st.session_state["measure.checks"] = self_check(show_progress)
            bar.empty()
        checks = st.session_state.get("measure.checks")
        if checks:
            wrong = [answer for answer in checks if not answer.holds]
            if wrong:
                st.error(
                    f"{len(wrong)} of {len(checks)} scores differ from their known answers.", icon=":material/error:"
                )
            else:
                st.success(f"All {len(checks)} scores match their known answers.", icon=":material/check:")
            st.dataframe(
                [
                    {"Code": answer.code, "Number": answer.number, "Expected": answer.expected, "Found": answer.found, "Holds": answer.holds}
                    for answer in checks
                ],
                key="measure.checked",
            )  # fmt: skip
