"""State that all pages share: one typed session, its accessor, and its query parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from vae_core.serving import MAX_CODE

#: Session key: the query parameters that were written last.
ADDRESS = "address"
MAX_DIMS = 512
MAX_PICKS = 24
#: Settings of pages that a link carries: query parameter → the longest value it takes.
VIEW = {
    "reach": 4,
    "row": 9,
    "class": 4,
    "beta": 8,
    "method": 12,
    "colour": 60,
    "points": 7,
    "of": 5,
    "itemcolour": 40,
    "shape": 8,
    "like": 120,
    "keys": 400,
    "path": 12,
    "at": 8,
    "tab": 24,
    "image": 9,
    "from": 9,
    "move": 400,
    "task": 5,
    "mask": 400,
    "noise": 4,
    "squares": 2,
    "draws": 1,
    "mix": 400,
    "chapter": 1,
    "learnt": 6,
    "time": 9,
    "stage": 5,
    "a": 2000,
    "b": 2000,
    "tour": 16_000,
    "n": 3,
}
#: Of them those that are no part of the view: another view that is opened leaves them as they are.
AROUND = ("learnt", "stage", "tour", "n")


@dataclass
class Session:
    """What a person is looking at.

    run: id of the run in view. z: the code of the sliders, by run id. picks: indices of picked test
    images, by run id. compared: ids of the runs on the Compare page. view: settings of pages.
    """

    run: str | None = None
    z: dict[str, list[float]] = field(default_factory=dict)
    picks: dict[str, list[int]] = field(default_factory=dict)
    compared: list[str] = field(default_factory=list)
    view: dict[str, str] = field(default_factory=dict)

    def picked(self) -> list[int]:
        """The picks of the run in view."""
        return self.picks.get(self.run or "", [])

    def pick(self, run: str, indices: Sequence[int]) -> None:
        """Replace a run's picks, at most `MAX_PICKS`, and reset the keyframes to them."""
        self.picks[run] = list(dict.fromkeys(indices))[:MAX_PICKS]
        self.set_view("keys", None)

    def move_to(self, run: str) -> None:
        """Look at another moment of the training of the run in view: at the same test images, or at the same code if it is of none."""
        before, self.run = self.run or "", run
        self.picks[run] = self.picks.get(before, [])
        if "row" in self.view:
            self.z.pop(run, None)
        elif before in self.z:
            self.z[run] = self.z[before]

    def set_code(self, run: str, z: Sequence[float], row: int | None = None) -> None:
        """Set the code of a run's sliders; `row` is the test image that has this code, if any."""
        self.z[run] = [round(float(value), 4) for value in z]
        self.set_view("row", None if row is None else str(row))
        if row is not None:
            self.set_view("class", None)  # the image's own class

    def set_view(self, name: str, value: str | None) -> None:
        """Set a page's setting; None removes it, so that the default holds."""
        if value is None:
            self.view.pop(name, None)
        else:
            self.view[name] = value

    def to_query(self) -> dict[str, str]:
        """Query parameters that reopen this view."""
        run = self.run or ""
        query = {"run": run}
        if z := self.z.get(run):
            query["z"] = ",".join(f"{round(value, 4):.6g}" for value in z)
        if picks := self.picks.get(run):
            query["picks"] = ",".join(map(str, picks))
        if self.compared:
            query["compare"] = ",".join(self.compared)
        return {name: value for name, value in (query | self.view).items() if value}

    @classmethod
    def from_query(cls, query: dict[str, str]) -> Session:
        """The inverse of `to_query`; a value that does not parse is left out."""
        session = cls(run=query.get("run") or None)
        if session.run:
            z = _numbers(query.get("z", ""))
            if z:
                session.z[session.run] = z
            picks = [int(value) for value in _numbers(query.get("picks", "")) if value >= 0 and value == int(value)]
            if picks:
                session.pick(session.run, picks)
        session.view = {name: query[name] for name, longest in VIEW.items() if 0 < len(query.get(name, "")) <= longest}
        session.compared = list(dict.fromkeys(id for id in query.get("compare", "").split(",") if id))
        return session


def _numbers(text: str) -> list[float]:
    """Comma-separated finite numbers; an empty list if any part is not one."""
    try:
        numbers = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        return []
    return numbers if len(numbers) <= MAX_DIMS and all(map(math.isfinite, numbers)) else []


def valid_code(value: object, dims: int) -> list[float] | None:
    """A code sent by the browser as a list of `dims` finite numbers within ±`MAX_CODE`; None for anything else."""
    if not isinstance(value, list) or len(value) != dims:
        return None
    if not all(isinstance(part, int | float) and not isinstance(part, bool) for part in value):
        return None
    return [float(part) for part in value] if all(abs(part) <= MAX_CODE for part in value) else None


def session() -> Session:
    """The session of this browser tab; the first call reads the query parameters."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session.from_query(st.query_params.to_dict())
    return st.session_state["session"]


def reopen(query: dict[str, str]) -> None:
    """Show the view that a link with these query parameters opens; what is around a view stays as it is."""
    before, fresh = session(), Session.from_query({name: text for name, text in query.items() if name not in AROUND})
    fresh.view |= {name: before.view[name] for name in AROUND if name in before.view}
    st.session_state["session"] = fresh
    st.session_state.pop("map.picked", None)


def fresh_key(key: str) -> str:
    """The key of a page's widget: another one for each view of a tour, so that no widget brings its last state along.

    It depends on the address alone: after a restart of the server a component is the same one, and reports what was moved meanwhile.
    """
    number = session().view.get("n")
    return key if not number or key.startswith("frame.") else f"{key}.{number}"


def show_in_address() -> None:
    """Write the session into the address bar, so that copying it copies the view.

    Also where the request's address is that of the session already: the browser may have sent it before it had received the address that was written last.
    """
    query = session().to_query()
    if query != st.query_params.to_dict() or query != st.session_state.get(ADDRESS):
        st.query_params.from_dict(query)
        st.session_state[ADDRESS] = query
