"""What mkdocs is told beside `mkdocs.yml`: the pages that stand at the root of the repository."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "LICENSE": "license.md"}
"""The files of the root that are pages of the site, and where they stand in it."""

FIRST = ("index.md", "quickstart.md")
SECTIONS = {
    "tutorial": "Tutorial",
    "how-to": "How to",
    "reference": "Reference",
    "explanation": "Explanation",
    "benchmarks": "Benchmarks",
}

_LINK = re.compile(r"(?<=\]\()([^)#\s]+)(?=[)#])")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages of the root."""
    for name, page in PAGES.items():
        text = (ROOT / name).read_text("utf-8")
        content = text if name.endswith(".md") else f"# Licence\n\n```text\n{text}```\n"
        files.append(File.generated(config, page, content=content))
    config.nav = list(_nav([each.src_uri for each in files.documentation_pages()]))
    return files


def _nav(pages: list[str]) -> Iterator[str | dict[str, list[str]]]:
    """Put every page under its section, so that none can be forgotten."""
    first = [page for page in FIRST if page in pages]
    last = [page for page in pages if "/" not in page and page not in first]
    yield from first
    for folder, title in SECTIONS.items():
        if inside := sorted(page for page in pages if page.startswith(f"{folder}/")):
            yield {title: inside}
    yield from last


def on_page_markdown(markdown: str, page: Page, config: Any, files: Files) -> str:  # noqa: ARG001
    """Let links lead where their pages stand in the site."""
    place = page.file.src_uri
    origin = next((name for name, uri in PAGES.items() if uri == place), f"docs/{place}")
    return _LINK.sub(lambda found: _link(found[1], origin, place), markdown)


def _link(target: str, origin: str, place: str) -> str:
    if ":" in target:
        return target
    there = _plain(PurePosixPath(origin).parent / target)
    uri = PAGES.get(there) or there.removeprefix("docs/")
    ups = "../" * (len(PurePosixPath(place).parts) - 1)
    return ups + uri


def _plain(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
