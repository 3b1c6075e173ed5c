"""`glossary`: what technical words mean."""

from __future__ import annotations

import argparse
from typing import Any

from ..config import BetascopeError
from ..glossary import WORDS, as_markdown, by_spelling
from .console import echo


def glossary_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="as on a page; all of them without one")
    parser.add_argument("--markdown", action="store_true", help="print the page of the docs")


def glossary(options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    if options.markdown:
        echo(as_markdown().rstrip())
        return {"words": {word.name: word.text for word in WORDS}}, 0
    known = by_spelling()
    unknown = [word for word in options.words if word.lower() not in known]
    if unknown:
        raise BetascopeError(f"The glossary has no {unknown[0]!r}; without a word, all of them are listed.")
    found = [known[word.lower()] for word in options.words] or list(WORDS)
    for word in found:
        echo(f"{word.name}: {word.text}")
    return {"words": {word.name: word.text for word in found}}, 0
