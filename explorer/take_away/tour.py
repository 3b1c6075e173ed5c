"""A tour as a page: each view with its caption, live where a component can show it without the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vae_core.analysis import LIMIT, PROJECTIONS, MapConfig, keyframe, rows_named
from vae_core.config import BetascopeError
from vae_core.runs import Run, split_id

from .. import library
from ..compare.props import comparison_props
from ..compare.traversals import moves_in
from ..interpolate.keyframes import current_keys
from ..interpolate.path import current_mode, current_position
from ..interpolate.props import interpolation_props
from ..live.map_props import flat_map, map_props
from ..live.props import rates_props
from ..navigation import ENTRIES
from ..runs.conditions import at_current_beta, class_in_view, condition
from ..runs.names import labels
from ..stage.tours import Tour, View, from_bytes
from ..state import Session, valid_code
from ..traverse.position import current_reach
from ..traverse.props import codebook_props, traversal_props
from .contents import REACH, best_map, comparable, contents_of, is_codebook, runtime_of
from .places import Place

#: What a component shows: its name, its props, and the runs that it needs with their maps.
Shown = tuple[str, dict[str, Any], list[tuple[Run, list[MapConfig]]]]


def read_tour(path: Path) -> Tour:
    """The tour in a JSON file.

    Raises:
        BetascopeError: it cannot be read, or is no tour.
    """
    try:
        return from_bytes(path.read_bytes(), str(path))
    except OSError as error:
        raise BetascopeError(f"{path}: cannot be read: {error.strerror}.") from error


def tour_contents(tour: Tour, runs: Sequence[Run], place: Place, shared: Place) -> dict[str, Any]:
    """As `contents`: the views of a tour, as far as they are of these runs, or of moments of their trainings. Of other views there is the
    caption, and where they are.

    Raises:
        BetascopeError: as `contents`.
    """
    given = {run.id: run for run in runs}
    views: list[dict[str, Any]] = []
    needed: dict[tuple[str, float | None], tuple[Run, list[MapConfig]]] = {}
    for number, view in enumerate(tour.views, 1):
        component, props, of = shown_in(view, given) or ("note", {"text": f"A page of the app: {view.link}"}, [])
        title = f"{number}. {ENTRIES[view.page].title}"
        views.append({"title": title, "caption": view.caption, "component": component, "props": props})
        for run, maps in of:
            needed.setdefault((run.id, run.requested_beta), (run, []))[1].extend(maps)
    found: dict[str, dict[str, Any]] = {}
    for run, maps in needed.values():
        of_run = contents_of(run, place, list(dict.fromkeys(maps)))
        found.setdefault(run.id, of_run)["files"] |= of_run["files"]  # each β has codes and maps of its own
    return {"title": tour.title, "tour": True, "runs": found, "views": views, "runtime": runtime_of(shared)}


def shown_in(view: View, given: Mapping[str, Run]) -> Shown | None:
    """What shows a view; None for a view that needs the app, or another run than those `given`."""
    session = Session.from_query(view.query)
    if view.page == "compare" and session.view.get("tab") == "Traversals":
        return _comparison(session, given)
    run = _run(session.run, session, given)
    if run is None:
        return None
    if view.page == "traverse":
        return _traversal(run, session)
    if view.page == "map" and not is_codebook(run):
        return _map(run, session)
    return _interpolation(run, session) if view.page == "interpolate" and not is_codebook(run) else None


def _run(id: str | None, session: Session, given: Mapping[str, Run]) -> Run | None:
    name, step = split_id(id or "")
    return at_current_beta(given[name].at_step(step), session) if name in given else None


def _traversal(run: Run, session: Session) -> Shown:
    row = _whole(session.view.get("row"))
    codes = library.latents(run, [row or 0])
    z = valid_code(session.z.get(session.run or ""), codes.dims)
    row = row if row is not None and row < len(codes) else None
    if z is None:
        row = row or 0
        z = codes.mu[row].tolist()
    if is_codebook(run):
        return "codebook", codebook_props(run, codes, z, row) | {"originals": True}, [(run, [])]
    label = class_in_view(run, codes, row, session)
    props = traversal_props(run, codes, z, row, current_reach(session), condition(run, label))
    return "traversal", props | {"rates": rates_props(run), "originals": True}, [(run, [flat_map(codes)])]


def _map(run: Run, session: Session) -> Shown | None:
    codes, method = library.latents(run), session.view.get("method", "")
    fits = method in PROJECTIONS and (method != "plane" or codes.dims == 2)
    config = MapConfig(method=method, limit=LIMIT) if fits else best_map(codes)
    props = map_props(
        run, codes, config, colour=session.view.get("colour"), picks=session.picked(), z=valid_code(session.z.get(session.run or ""), codes.dims),
        condition=condition(run, class_in_view(run, codes, _whole(session.view.get("row")), session)),
    )  # fmt: skip
    return None if props is None else ("map", props | {"originals": True}, [(run, [config])])


def _interpolation(run: Run, session: Session) -> Shown:
    codes = library.latents(run, [*rows_named(session.view.get("keys", "")), *session.picked()])
    keyframes = [keyframe(text, codes) for text in current_keys(codes, session)]
    label = class_in_view(run, codes, keyframes[0].row, session)
    props = interpolation_props(
        run, codes, keyframes, current_mode(session), current_position(session), condition(run, label)
    )
    return "interpolate", props | {"originals": True}, [(run, [flat_map(codes)])]


def _comparison(session: Session, given: Mapping[str, Run]) -> Shown | None:
    runs = [run for id in session.compared if (run := _run(id, session, given))]
    if len(runs) < 2 or not comparable(runs):
        return None
    ids = [run.id for run in runs]
    reference = ids.index(session.run) if session.run in ids else 0
    move = moves_in(session.view.get("move", ""), library.latents(runs[reference]).dims)
    last = min(len(library.latents(run)) for run in runs) - 1
    image = min(_whole(session.view.get("image")) or 0, last)
    return "compare", comparison_props(runs, labels(runs), reference, image, move, REACH), [(run, []) for run in runs]


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
