"""Imports point one way, and heavy libraries load only when used."""

import ast
from pathlib import Path

import pytest

from .loading import loaded_by

ROOT = Path(__file__).parents[1]
LAYERS = [
    {"config", "cores", "glossary", "logs", "places"},
    {"paths"},
    {"likelihoods", "row_likelihoods", "divergences", "schedules", "ssim"},
    {"datasets", "networks"},
    {"models"},
    {"training"},
    {"runs"},
    {"metrics"},
    {"analysis"},
    {"serving", "jobs", "export"},
    {"imports", "doctor"},
    {"cli"},
    {"__main__", "__init__"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
#: Inside vae_core.analysis, the same.
ANALYSIS_LAYERS = [
    {"cache"},
    {"codes"},
    {"maps", "images", "tables", "histories"},
    {"scores", "checks"},
    {"apply"},
    {"__init__"},
]
ANALYSIS_LEVEL = {name: level for level, names in enumerate(ANALYSIS_LAYERS) for name in names}
CORE = sorted((ROOT / "vae_core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
#: A page's own folder in `explorer`, if it has one; none of them imports another.
WINGS = {path.stem for path in PAGES}
EXPLORER_LAYERS = [
    {"access"},
    {"state", "navigation", "library", "presses", "showing"},
    {"figures", "images", "jobs"},
    {"live", "runs", "tables", "histories"},
    {"components", "watching"},
    {"stage"},
    {"shell"},
    WINGS,
    {"take_away"},
    {"notebook"},
]
EXPLORER_LEVEL = {name: level for level, names in enumerate(EXPLORER_LAYERS) for name in names}
EXPLORER = sorted((ROOT / "explorer").rglob("*.py"))


def room(path: Path, package: str = "vae_core") -> str:
    """The file or package right below `package`."""
    part = path.relative_to(ROOT / package).parts[0]
    return part.removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Dotted names of the modules that a file imports, relative ones made absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_imports_downward_only(path):
    mine = room(path)
    for name in imported(path):
        assert name.split(".")[0] not in ("streamlit", "explorer", "pages", "pickle"), name
        if name.startswith("vae_core."):
            other = name.split(".")[1]
            if other != mine:
                assert LEVEL[other] < LEVEL[mine], f"{mine} imports {other}"
                assert not (mine == "models" and other == "datasets"), "models never import datasets"


@pytest.mark.parametrize("path", [path for path in CORE if room(path) == "analysis"], ids=lambda path: path.name)
def test_analysis_imports_downward_only(path):
    package = path.relative_to(ROOT / "vae_core" / "analysis").parts[0].removesuffix(".py")
    for name in imported(path):
        if name.startswith("vae_core.analysis."):
            other = name.split(".")[2]
            assert other == package or ANALYSIS_LEVEL[other] < ANALYSIS_LEVEL[package], f"{package} imports {other}"


@pytest.mark.parametrize("path", EXPLORER, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_explorer_imports_downward_only_and_no_wing_another(path):
    mine = room(path, "explorer")
    for name in imported(path):
        assert name.split(".")[0] not in ("pages", "bench", "tests"), name
        if name.startswith("explorer."):
            other = name.split(".")[1]
            if other != mine and mine != "__init__":
                assert EXPLORER_LEVEL[other] < EXPLORER_LEVEL[mine], f"{mine} imports {other}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_short_and_shows_its_own_wing(path):
    assert len(path.read_text().splitlines()) <= 30
    wings = {name.split(".")[1] for name in imported(path) if name.startswith("explorer.")} & WINGS
    assert wings <= {path.stem}


def test_every_button_has_a_callback_or_remembers_its_press():
    """Streamlit forgets a press whose run of the script is ended by the next report (explorer/presses.py)."""
    for path in [*EXPLORER, *PAGES]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.button":
                assert "on_click" in {keyword.arg for keyword in node.keywords}, f"{path}:{node.lineno}"


def test_every_folder_of_the_explorer_has_its_place():
    assert {room(path, "explorer") for path in EXPLORER} - {"__init__"} <= set(EXPLORER_LEVEL)


def test_the_reader_of_imports_sees_every_form(tmp_path, monkeypatch):
    """The test above is worth as much as this."""
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    path = tmp_path / "vae_core" / "models" / "some.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "import a.b\nfrom . import c\nfrom .. import d\nfrom ..e.f import g\ndef h():\n    from x import y\n"
    )
    expected = {"a.b", "vae_core.models.c", "vae_core.d", "vae_core.e.f.g", "x.y"}
    assert imported(path) == expected


def test_every_room_has_its_place():
    assert {room(path) for path in CORE} == set(LEVEL)
    inside = {path.stem for path in (ROOT / "vae_core" / "analysis").iterdir() if path.name != "__pycache__"}
    assert inside == set(ANALYSIS_LEVEL)


def test_nothing_loads_a_pickle():
    for path in [*CORE, *EXPLORER, *PAGES]:
        tree = ast.parse(path.read_text())
        # With `weights_only=True` torch reads tensors and plain values, and refuses everything else.
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        safe = [id(call.func) for call in calls if "weights_only=True" in map(ast.unparse, call.keywords)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and id(node) not in safe:
                assert (node.value.id, node.attr) not in {("torch", "load"), ("torch", "save")}, path
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert ast.unparse(node.value) == "False", path


def test_importing_the_core_loads_nothing_heavy():
    heavy = ("umap", "numba", "zuko", "openTSNE", "sklearn", "torchvision", "streamlit", "pandas")
    assert loaded_by("import vae_core", heavy) == "[]"


def test_the_server_starts_without_what_its_first_page_can_do_without():
    heavy = (
        "scipy",
        "umap",
        "numba",
        "zuko",
        "openTSNE",
        "sklearn",
        "torchvision",
        "onnx",
        "onnxruntime",
        "pandas",
        "av",
    )
    assert loaded_by("import app", heavy) == "[]"


def test_what_is_optional_is_loaded_where_it_is_used_only():
    optional = ("tensorboard", "torch.utils.tensorboard", "wandb", "mlflow", "huggingface_hub", "onnxruntime")
    assert (
        loaded_by(
            "import vae_core.runs.recorder, vae_core.cli.train, vae_core.cli.import_, vae_core.export.int8", optional
        )
        == "[]"
    )
