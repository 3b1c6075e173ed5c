"""Each mode allows what the table says: at every route, form and process that the app has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import vae_core
from explorer.access import client, modes
from explorer.access.modes import ACTIONS, Denied, Mode, allowed, mode, needs, require, why_off
from explorer.access.owners import claim, is_own, owner_of
from vae_core.config import ConfigError

ROOT = Path(__file__).parents[2]
#: What changes, starts or takes something: the last parts of what is called → the action that must be asked for, or several.
POWERFUL = {
    "submit": {"train"}, "start_worker": {"train"}, "resume": {"control"}, "request": {"control"}, "uploads.add": {"upload"},
    "unpack": {"upload"}, "uploads.rename": {"delete"}, "uploads.delete": {"delete"}, "store.delete": {"delete"}, "rename": {"name"},
    "background": {"compute"}, "subprocess.run": {"take_away", "path", "upload"}, "subprocess.Popen": {"compute"},
    "HALL.go": {"lead"}, "HALL.show": {"lead"}, "MAP_SERVICE.request": {"compute"},
    "rmtree": set(), "unlink": set(), "write_json": set(), "write_text": set(), "write_bytes": set(), "mkdir": set(),
}  # fmt: skip
#: Of them those that any object may have.
METHODS = {"unlink", "write_text", "write_bytes", "mkdir", "rmtree", "start_worker"}
#: Functions that call one of these without asking, and why that is right.
EXEMPT = {
    "explorer/shell/startup.py:resume_queue": "at the start, what was allowed before goes on",
    "explorer/access/enforcement.py:stop_over_time": "the server itself pauses runs",
    "explorer/access/owners.py:claim": "writes whose something is that was allowed",
    "explorer/jobs/commands.py:_start": "job_for asks",
    "explorer/jobs/maps.py:_start": "lay_out asks",
    "explorer/train/elsewhere.py:_run": "_imported asks",
    "explorer/live/repair.py:repair": "its unpack is of a frame, in memory",
    "explorer/train/elsewhere.py:placed": "_imported asks",
}
FILES = [path for path in sorted((ROOT / "explorer").rglob("*.py")) if path.parts[-2] not in ("take_away", "notebook")]


@pytest.fixture(params=list(Mode))
def each_mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Mode:
    monkeypatch.setenv(modes.VARIABLE, request.param)
    return request.param


@pytest.fixture
def someone() -> Iterator[None]:
    token = client.REQUEST.set("someone")
    yield
    client.REQUEST.reset(token)


def test_the_mode_is_personal_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(modes.VARIABLE, raising=False)
    assert mode() == Mode.PERSONAL
    monkeypatch.setenv(modes.VARIABLE, "public")
    with pytest.raises(ConfigError, match="'public': choose one of personal, class, exhibit"):
        mode()


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_on_where_the_table_says(each_mode: Mode, action: str) -> None:
    ran = []

    @needs(action)
    def act() -> None:
        ran.append(action)

    if each_mode in ACTIONS[action].modes:
        act()
        assert ran
        assert allowed(action)
    else:
        with pytest.raises(Denied, match="is off here"):
            act()
        assert not ran
        assert why_off(action).startswith(ACTIONS[action].title)


@pytest.mark.parametrize("action", [name for name, action in ACTIONS.items() if action.owned])
def test_in_a_class_each_owns_what_they_made(
    action: str, tmp_path: Path, someone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(modes.VARIABLE, "class")
    with pytest.raises(Denied, match=f"{tmp_path.name} is not yours"):
        require(action, tmp_path)
    claim(tmp_path)
    require(action, tmp_path)
    assert owner_of(tmp_path) == "someone"
    client.REQUEST.set("another")
    claim(tmp_path)
    assert not is_own(tmp_path)
    with pytest.raises(Denied, match="is not yours"):
        require(action, tmp_path)
    monkeypatch.setenv(modes.VARIABLE, "personal")
    require(action, tmp_path)


def test_nobody_owns_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(modes.VARIABLE, "class")
    claim(tmp_path)
    assert not is_own(tmp_path)
    (tmp_path / "owner.json").write_text('{"owner": "nobody"}')
    assert not is_own(tmp_path)
    (tmp_path / "owner.json").write_text("[")
    assert owner_of(tmp_path) == ""


def called(node: ast.Call) -> str:
    """The name of what is called, with the one before it: "uploads.add", "submit", "store.delete"."""
    function = node.func
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute):
        before = function.value
        if isinstance(before, ast.Call):
            before = before.func
        name = before.attr if isinstance(before, ast.Attribute) else before.id if isinstance(before, ast.Name) else ""
        return f"{name}.{function.attr}".strip(".")
    return ""


def powerful_calls(function: ast.AST) -> set[str]:
    names = {called(node) for node in ast.walk(function) if isinstance(node, ast.Call)}
    return {key for key in POWERFUL for name in names if name == key or (key in METHODS and name.endswith(f".{key}"))}


def asked_for(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The actions that a function or its decorators ask for."""
    calls = [
        node for part in (*function.decorator_list, function) for node in ast.walk(part) if isinstance(node, ast.Call)
    ]
    return {
        str(node.args[0].value)
        for node in calls
        if called(node).rsplit(".")[-1] in ("needs", "require") and node.args and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_whatever_has_power_asks_first(path: Path) -> None:
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        name = f"{path.relative_to(ROOT)}:{function.name}"
        for key in powerful_calls(function):
            if name not in EXEMPT:
                asked = asked_for(function)
                assert asked >= POWERFUL[key] if len(POWERFUL[key]) == 1 else asked, (
                    f"{name} calls {key} without asking"
                )


def test_exempt_functions_are_there_and_have_power() -> None:
    for name in EXEMPT:
        file, function = name.split(":")
        tree = ast.parse((ROOT / file).read_text())
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        found = [node for node in ast.walk(tree) if isinstance(node, kinds) and node.name == function]
        assert found, name
        assert any(powerful_calls(node) for node in found), name


def test_the_reader_of_calls_sees_every_form() -> None:
    text = "def f():\n    library.store().delete(id)\n    uploads.add(x)\n    x.unlink()\n    submit(y)\n    subprocess.run(z)"
    assert powerful_calls(ast.parse(text)) == {"store.delete", "uploads.add", "unlink", "submit", "subprocess.run"}
    decorated = ast.parse('@needs("train")\ndef f():\n    modes.require("name", x)').body[0]
    assert asked_for(decorated) == {"train", "name"}  # type: ignore[arg-type]


def _start() -> Any:
    from explorer.train.start import start

    return start("digits", "vae", [{"seed": 0}], {"epochs": 1})


def _uploaded() -> Any:
    from explorer.train.own_source import saved_upload

    return saved_upload([("a.csv", b"a,b\n1,2\n" * 20)])


def _imported_run() -> Any:
    from explorer.home.imported import imported

    return imported(SimpleNamespace(size=10, name="a.zip", read=lambda: b""))  # type: ignore[arg-type]


def _opened_elsewhere() -> Any:
    from explorer.train.elsewhere import _imported

    return _imported("/somewhere", [], [], False)


def _opened_files() -> Any:
    from explorer.train.elsewhere import _imported

    return _imported("", [SimpleNamespace(size=3, name="x.onnx", getvalue=lambda: b"x")], [], False)


PLACES = {
    _start: "train", _uploaded: "upload", _imported_run: "upload", _opened_elsewhere: "path", _opened_files: "upload",
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_forms_are_refused_in_an_exhibit_before_anything_happens(
    place: Any, monkeypatch: pytest.MonkeyPatch, store: vae_core.Store
) -> None:
    monkeypatch.setenv(modes.VARIABLE, "exhibit")
    monkeypatch.setenv("VAE_STORE_DIR", str(store.root))
    with pytest.raises(Denied, match=f"^{ACTIONS[PLACES[place]].title[:20]}"):
        place()
    assert not store.root.exists()


def test_the_table_in_the_docs_is_that_of_the_code() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    assert modes.table() in page, "run `python -m explorer.access` and put what it prints into docs/deploy.md"
    from explorer.access import limits

    assert limits.table() in page
