"""The glossary has every technical word that the pages use, each once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.compare.numbers import COLUMNS, OTHER_SCORES
from explorer.measure.table import BETTER, QUALITY, TITLES
from vae_core.analysis import ACCURACIES, PROJECTIONS, WITHOUT_FACTORS
from vae_core.glossary import WORDS, as_markdown, by_spelling, is_exact, meaning, words_in
from vae_core.metrics import METRICS

ROOT = Path(__file__).parents[1]
#: Words with two capitals, and Greek letters, in any text of the app: what looks technical without a list of English.
TECHNICAL = re.compile(
    r"(?<![\w/.*-])(?:[A-Za-z]*[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?:-[A-Z]+)?|[a-zβ]-[A-Z]{2,}|[αβγλμσ](?:_norm)?)(?![\w/.*-])"
)
#: File formats, programs and the like: known to whoever uses them, and no words of this field.
PLAIN = {"AM", "API", "BMP", "CPU", "CSV", "FashionMNIST", "GB", "GIF", "GPU", "GPUs", "GitHub", "HTML", "HTTP", "HTTPS", "ID", "IDs", "II", "JPEG", "JSON", "JavaScript", "LAN", "LaTeX", "MB", "MLflow", "MNIST", "MP4", "MathML", "MiB", "NPY", "NPZ", "NumPy", "OK", "ONNX", "OpenSSL", "PDF", "PM", "PNG", "PgDn", "PgUp", "PyTorch", "QR", "RGB", "RGBA", "SQL", "SVG", "TIFF", "TSV", "TensorBoard", "URL", "USB", "WebAssembly", "WebGL", "WebP", "ZIP", "kB"}  # fmt: skip
#: Names in the code.
NAMES = {"ABC", "LA", "LatentMap"}
#: Settings of single families, which the form explains in place.
OF_ONE_FAMILY = {"α", "γ", "λ"}


def texts() -> Iterator[tuple[str, str]]:
    """(file, text) of what the app says: strings with a space or a capital in Python, and in the browser's modules."""
    for path in [*sorted((ROOT / "explorer").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]:
        if path.parent.name in ("access", "watching", "live", "shell"):  # headers, variables, routes
            continue
        tree = ast.parse(path.read_text("utf8"))
        comments = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and id(node) not in comments else None
            if isinstance(text, str) and re.search(r"[a-z] [a-z]|^[A-Z]", text) and not re.search(r"[{`]", text):
                yield path.name, text
    for path in sorted((ROOT / "explorer" / "components").rglob("*.js")):
        source = re.sub(r"^\s*(//|\*|/\*).*$", "", path.read_text("utf8"), flags=re.MULTILINE)
        for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', source):
            if re.search(r"[a-z] [a-z]", literal):
                yield path.name, literal


def test_no_technical_word_is_missing() -> None:
    missing: dict[str, tuple[str, str]] = {}
    seen = 0
    for file, text in texts():
        for match in TECHNICAL.finditer(text):
            seen += 1
            if match[0] not in PLAIN | NAMES | OF_ONE_FAMILY and not words_in([match[0]]):
                missing[match[0]] = (file, text[:100])
    assert seen > 150
    assert not missing


def test_every_number_has_an_entry() -> None:
    titles = [
        *COLUMNS.values(), *TITLES.values(), *BETTER, *QUALITY.values(), *ACCURACIES.values(),
        *(metric.title for metric in METRICS.values()), *(number.title for number in WITHOUT_FACTORS.values()),
        *(projection.title for projection in PROJECTIONS.values()), *(title for title, *_ in OTHER_SCORES.values()),
    ]  # fmt: skip
    assert len(titles) > 40
    assert [title for title in titles if title.lower() not in by_spelling()] == []


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_a_text_is_short_and_whole(word) -> None:
    assert 20 < len(word.text) < 260
    assert word.text[-1] == "."
    assert not word.text[0].islower() or word.text.startswith("β")
    assert not re.search(r"[<>`]", word.text)


def test_words_are_found_in_running_text() -> None:
    text = (
        "The rate of each latent dimension, its total correlation (TC) and the learning rate; q(z), ELBOs no, β-TCVAE."
    )
    names = [word.name for word in words_in([text])]
    assert names == ["Rate", "Latent dimension", "TC(z) in nats", "Learning rate", "Aggregate posterior", "β-TCVAE"]
    assert words_in(["Generated at a moderate pace; tc and Seeding"]) == []
    assert meaning("beta") == meaning("β")
    assert is_exact("TC")
    assert not is_exact("Rate–distortion plane")
    with pytest.raises(KeyError):
        meaning("nothing")


def test_the_page_of_the_docs_is_the_glossary() -> None:
    written = (ROOT / "docs" / "glossary.md").read_text("utf8")
    assert written == as_markdown(), "python -m vae_core glossary --markdown 2> docs/glossary.md"
