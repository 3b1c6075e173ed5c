"""What axe-core finds in a page as it is now: the rules of WCAG 2.1, levels A and AA, and its best practices."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

from explorer.learn.chapters import CHAPTERS
from explorer.navigation import ENTRIES

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES = ("light", "dark")
#: Every page, and every chapter of Learn. Their tabs are found on them.
PLACES = (
    *("" if name == "home" else name for name in ENTRIES),
    *(f"learn?chapter={number}" for number in range(2, len(CHAPTERS) + 1)),
)
RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => [id, target.flat(9).join(" in "), html.slice(0, 200), failureSummary]));
}"""
#: Rule and place of what is Streamlit's own and can't be reached by a theme or style: the zone for files has a label beside its role.
STREAMLIT = [("presentation-role-conflict", 'data-testid="stFileUploaderDropzone"')]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
THEMED = "scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme"


class Violation(NamedTuple):
    """rule: as axe-core names it. element: where, as selectors from the innermost shadow tree on. why: what to change."""

    rule: str
    element: str
    html: str
    why: str


def violations(page: Page) -> list[Violation]:
    """Those of everything on the page, closed popovers and tabs in the background left out."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{SCRIPT.read_text('utf8')}; 0")
    found = [Violation(*each) for each in page.evaluate(RUN, TAGS)]
    return [each for each in found if not any(each.rule == rule and place in each.html for rule, place in STREAMLIT)]


def turn(page: Page, scheme: str) -> None:
    """Show the page, which follows the system's setting, "light" or "dark"."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.wait_for_function(THEMED, arg=scheme)
