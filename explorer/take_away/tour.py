"""A tour as a page: each view with its caption, live where a component can show it without the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vae_core.analysis import LIMIT, PROJECTIONS, Keyframe, Latents, MapConfig, at_nearest, keyframe
from vae_core.config import BetascopeError
from vae_core.runs import Run, split_id

from .. import library
from ..compare.props import comparison_props
from ..compare.traversals import moves_in
from ..interpolate.props import interpolation_props
from ..live.map_props import flat_map, map_props
from ..live.props import rates_props
from ..navigation import ENTRIES
from ..runs.names import labels
from ..stage.tours import Tour, View, from_bytes
from ..state import Session
from ..traverse.props import codebook_props, traversal_props
from .contents import REACH, best_map, comparable, condition_of, contents_of, is_codebook, runtime_of
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
    needed: dict[str, tuple[Run, list[MapConfig]]] = {}
    for number, view in enumerate(tour.views, 1):
        component, props, of = shown_in(view, given) or ("note", {"text": f"A page of the app: {view.link}"}, [])
        views.append(
            {
                "title": f"{number}. {ENTRIES[view.page].title}",
                "caption": view.caption,
                "component": component,
                "props": props,
            }
        )
        for run, maps in of:
            needed.setdefault(run.id, (run, []))[1].extend(maps)
    return {
        "title": tour.title,
        "tour": True,
        "runs": {id: contents_of(run, place, list(dict.fromkeys(maps))) for id, (run, maps) in needed.items()},
        "views": views,
        "runtime": runtime_of(shared),
    }


def shown_in(view: View, given: Mapping[str, Run]) -> Shown | None:
    """What shows a view; None for a view that needs the app, or another run than those `given`."""
    session = Session.from_query(view.query)
    if view.page == "compare" and session.view.get("tab") == "Traversals":
        return _comparison(session, given)
    found = _run(session.run, session.view.get("beta", ""), given)
    if found is None:
        return None
    row = int(session.view.get("row", "0")) if session.view.get("row", "0").isdecimal() else 0
    codes = library.latents(found, [row])
    if view.page == "traverse":
        return _traversal(found, codes, session, min(row, len(codes) - 1))
    if view.page == "map" and not is_codebook(found):
        return _map(found, codes, session)
    return _interpolation(found, codes, session) if view.page == "interpolate" and not is_codebook(found) else None


def _run(id: str | None, beta: str, given: Mapping[str, Run]) -> Run | None:
    name, step = split_id(id or "")
    if name not in given:
        return None
    return at_nearest(given[name].at_step(step), _number(beta, 1.0))


def _traversal(run: Run, codes: Latents, session: Session, row: int) -> Shown:
    z = session.z.get(session.run or "", [])
    of_image = None if len(z) == codes.dims and "row" not in session.view else row
    z = z if len(z) == codes.dims else codes.mu[row].tolist()
    if is_codebook(run):
        return "codebook", codebook_props(run, codes, z, of_image) | {"originals": True}, [(run, [])]
    condition = condition_of(run, codes, row)
    props = traversal_props(run, codes, z, of_image, REACH, condition) | {"rates": rates_props(run), "originals": True}
    return "traversal", props, [(run, [flat_map(codes)])]


def _map(run: Run, codes: Latents, session: Session) -> Shown | None:
    method = session.view.get("method", "")
    fits = method in PROJECTIONS and (method != "plane" or codes.dims == 2)
    config = MapConfig(method=method, limit=LIMIT) if fits else best_map(codes)
    z = session.z.get(session.run or "", [])
    props = map_props(
        run, codes, config, colour=session.view.get("colour"), picks=session.picked(), z=z if len(z) == codes.dims else None,
        condition=condition_of(run, codes, 0),
    )  # fmt: skip
    return None if props is None else ("map", props | {"originals": True}, [(run, [config])])


def _interpolation(run: Run, codes: Latents, session: Session) -> Shown:
    keys = session.view.get("keys") or "~".join(map(str, session.picked()[:4])) or "0~1"
    ends: list[Keyframe] = [keyframe(text, codes) for text in keys.split("~")]
    mode, at = session.view.get("path", "linear"), _number(session.view.get("at", ""), 0.5)
    props = interpolation_props(run, codes, ends, mode, at, condition_of(run, codes, 0)) | {"originals": True}
    return "interpolate", props, [(run, [flat_map(codes)])]


def _comparison(session: Session, given: Mapping[str, Run]) -> Shown | None:
    runs = [run for id in session.compared if (run := _run(id, "", given))]
    if len(runs) < 2 or not comparable(runs):
        return None
    ids = [run.id for run in runs]
    reference = ids.index(session.run) if session.run in ids else 0
    image = int(session.view.get("image", "0")) if session.view.get("image", "0").isdecimal() else 0
    move = moves_in(session.view.get("move", ""), library.latents(runs[reference]).dims)
    return "compare", comparison_props(runs, labels(runs), reference, image, move, REACH), [(run, []) for run in runs]


def _number(text: str, default: float) -> float:
    try:
        return float(text)
    except ValueError:
        return default
