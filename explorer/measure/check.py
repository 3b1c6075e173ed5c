"""The scores on codes with known answers."""

from __future__ import annotations

import streamlit as st

from vae_core.metrics.known_answers import self_check


def check() -> None:
    """Known answers on this machine."""
    with st.expander("Check the scores on this computer", icon=":material/fact_check:"):
        st.caption("Hand-made codes with known answers: expected beside found. About ten seconds.")
        if st.button("Check", key="measure.check"):
            bar = st.progress(0.0)
            st.session_state["measure.checks"] = self_check(lambda done, total: bar.progress(done / total))
            bar.empty()
        checks = st.session_state.get("measure.checks")
        if checks:
            wrong = [one for one in checks if not one.holds]
            if wrong:
                st.error(f"{len(wrong)} of {len(checks)} known answers are not found here.", icon=":material/error:")
            else:
                st.success(f"All {len(checks)} known answers are found.", icon=":material/check:")
            st.dataframe(
                [
                    {"Code": one.code, "Number": one.number, "Expected": one.expected, "Found": one.found, "Holds": one.holds}
                    for one in checks
                ],
                key="measure.checked",
            )  # fmt: skip
