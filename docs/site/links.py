"""Pages that lie outside docs/, links as they are on GitHub, pictures that follow the palette, and the list of decisions."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
#: Path in the project → its place in the site; everything below docs/ is where it is there.
OUTSIDE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "bench/results/README.md": "benches.md",
    "explorer/shell/static/icon.svg": "logo.svg",
}
LINK = re.compile(r"\[([^\[\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
PICTURE = re.compile(r"^!\[(.*)\]\((\S+)-light\.png\)$", re.MULTILINE)


def on_config(config: MkDocsConfig) -> None:
    """A page of the navigation for each decision: `decisions/` stands for all of them."""
    for entry in config.nav or []:
        for title, target in entry.items():
            if isinstance(target, str) and target.endswith("/"):
                pages = sorted(
                    Path(config.docs_dir, target).glob("*.md"), key=lambda page: (page.stem != "README", page.stem)
                )
                entry[title] = [f"{target}{page.name}" for page in pages]


def on_files(files: Files, config: MkDocsConfig) -> None:
    for path, place in OUTSIDE.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / path)))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    source = next((path for path, place in OUTSIDE.items() if place == page.file.src_uri), f"docs/{page.file.src_uri}")
    markdown = LINK.sub(lambda link: _in_site(link, posixpath.dirname(source), page.file.src_uri), markdown)
    folder = posixpath.dirname(page.file.src_uri)

    def both(picture: re.Match[str]) -> str:
        """The light and the dark picture, where there are two: the theme shows that of the palette."""
        text, name = picture.groups()
        if files.get_file_from_path(posixpath.normpath(posixpath.join(folder, f"{name}-dark.png"))) is None:
            return picture[0]
        return f"![{text}]({name}-light.png#only-light)\n![{text}]({name}-dark.png#only-dark)"

    return PICTURE.sub(both, markdown)


def _in_site(link: re.Match[str], folder: str, page: str) -> str:
    """A link to a file of the project as a link to its place in the site; of a file that has none, its text stays."""
    text, target, anchor = link.groups()
    path = posixpath.normpath(posixpath.join(folder, target))
    if (ROOT / path).is_dir():
        path += "/README.md"
    if ":" in target or not (ROOT / path).is_file():
        return link[0]
    if path not in OUTSIDE and not path.startswith("docs/"):
        return text
    place = OUTSIDE.get(path, path.removeprefix("docs/"))
    return f"[{text}]({posixpath.relpath(place, posixpath.dirname(page) or '.')}{anchor or ''})"
