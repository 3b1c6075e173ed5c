"""Map: where the test images lie in latent space."""

import streamlit as st

from explorer.laying import choose, wait_for
from explorer.mapping import about_between, live_map, picked_rows, picks, plain_map, space_map
from explorer.widgets import current_run, empty_state
from vae_core.analysis import LIMIT, PROJECTIONS, map_of

st.title("Map")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    config = choose(run)
    shown = wait_for(run, config)
    with st.container(key="lead-map"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        if shown.dims == 3:
            space_map(run, shown)
        elif not live_map(run, shown):
            plain_map(run, shown)
        count = len(map_of(run, shown if shown.dims == 2 else shown.replace(limit=min(shown.limit, LIMIT))))
        title = PROJECTIONS[shown.method].title
        st.caption(f"{title} of the posterior means of {count:,} test images. {about_between(shown)}")
    with right:
        picks(run, picked_rows(run))
