"""Formulas between dollars become MathML when the site is built, which browsers draw without a script or a font of ours."""

from __future__ import annotations

import html
import logging
import re

from latex2mathml.converter import convert
from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.hooks.formulas")
FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)


def on_page_content(text: str, page: Page, **_: object) -> str:
    return FORMULA.sub(lambda formula: _mathml(formula[2], formula[1] == "div", page), text)


def _mathml(source: str, block: bool, page: Page) -> str:
    mathml = convert(html.unescape(source), display="block" if block else "inline")
    if "\\" in mathml:
        log.warning(f"{page.file.src_uri}: a command of LaTeX in {source!r} is unknown")
    return f'<div class="formula">{mathml}</div>' if block else mathml
