"""Map: where the test images lie in latent space."""

import streamlit as st

from explorer import background, library
from explorer.figures import colourings, map_figure
from explorer.navigation import go
from explorer.pictures import caption_of, say_what_is_missing, show_pairs
from explorer.state import session
from explorer.widgets import current_run, empty_state
from vae_core.analysis import PROJECTIONS, MapConfig, map_of
from vae_core.runs import Run

SHOWN = 24


def choose(run: Run) -> tuple[MapConfig, str]:
    """The method, the number of points and the colour."""
    codes = library.latents(run)
    methods = [name for name in PROJECTIONS if name != "plane"]
    methods = ["plane", *methods] if codes.dims == 2 else methods
    with st.container(key="flow-map"):
        left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
    with left:
        method = st.segmented_control(
            "Projection",
            methods,
            default=methods[0],
            required=True,
            format_func=lambda name: PROJECTIONS[name].title,
            key="map.method",
        )
    with middle:
        colour = st.selectbox("Colour", list(colourings(codes)), key=f"map.colour.{run.id}")
    with right:
        limits = sorted({min(limit, len(codes)) for limit in (1000, 2500, 5000)})
        limit = st.selectbox("Points", limits, index=limits.index(min(5000, len(codes))), key=f"map.limit.{run.id}")
    # One cached layout serves every set that is smaller than the limit.
    return MapConfig(method=method, limit=5000 if limit == len(codes) <= 5000 else limit), colour


def wait_for(run: Run, config: MapConfig) -> MapConfig:
    """The map to show now: PCA while a slow one is laid out elsewhere."""
    job = background.lay_out(run, config) if PROJECTIONS[config.method].slow else None
    if job is None:
        return config
    title = PROJECTIONS[config.method].title
    if failure := job.failure():
        st.error(f"{title} failed: {failure} PCA is shown instead.", icon=":material/error:")
        st.button("Try again", on_click=background.forget, args=(run, config), key="map.again")
        return config.replace(method="pca")

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if background.lay_out(run, config) is None or job.failure():
            st.rerun()
        st.info(
            f"{title} is being laid out, {job.seconds():.0f} s so far; PCA is shown meanwhile. The first takes up to a minute.",
            icon=":material/hourglass_top:",
        )

    watch()
    return config.replace(method="pca")


def picks(run: Run, rows: list[int]) -> None:
    """The picked images and where to go with them."""
    if not rows:
        st.markdown("**Pick images**")
        st.caption("Click a point, or draw a lasso around some. Double-click the map to let go.")
        say_what_is_missing(run)
        return
    st.markdown(f"**{len(rows)} picked**" if len(rows) > 1 else f"**{caption_of(run, rows[0]).capitalize()}**")
    show_pairs(run, rows[:SHOWN])
    more = f" The first {SHOWN} are shown." if len(rows) > SHOWN else ""
    st.caption(f"Originals over reconstructions.{more}")
    say_what_is_missing(run)
    with st.container(horizontal=True):
        if st.button("Traverse from the first", icon=":material/tune:", key="map.traverse"):
            session().z[run.id] = library.latents(run).mu[rows[0]].tolist()
            go("traverse")
        if len(rows) > 1 and st.button(
            "Interpolate the first two", icon=":material/conversion_path:", key="map.interpolate"
        ):
            session().pick(rows[:2])
            go("interpolate")


st.title("Map")
run = current_run()
if run is None:
    empty_state("There is no trained model to look at yet.", "train", "Train one")
else:
    config, colour = choose(run)
    shown = wait_for(run, config)
    with st.container(key="lead-map"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        kept = session().picked()
        figure = map_figure(map_of(run, shown), colourings(library.latents(run))[colour], kept)
        event = st.plotly_chart(
            figure, on_select="rerun", selection_mode=("points", "box", "lasso"), key=f"map.figure.{run.id}.{shown.method}",
            config={"scrollZoom": True, "displaylogo": False}, alt=f"{PROJECTIONS[shown.method].title} of the codes",
        )  # fmt: skip
        st.caption(
            f"{PROJECTIONS[shown.method].title} of the posterior means of {min(shown.limit, len(library.latents(run))):,} test images."
        )
    chosen = [int(point["customdata"]) for point in event["selection"]["points"] if "customdata" in point]
    if chosen:
        session().pick(chosen[:SHOWN])
    with right:
        picks(run, chosen or [row for row in kept if row < len(library.latents(run))])
