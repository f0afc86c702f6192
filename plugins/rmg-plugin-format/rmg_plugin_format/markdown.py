"""Markdown, as markdown-it-py reads it: headings, tables, and which elements there are."""

import functools
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from attrs import frozen

from rmg_core import CannotGrade

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONGEST = 200_000
"""Characters of a response; a megabyte of brackets takes the library some nine seconds."""

Element: TypeAlias = Literal[
    "bold",
    "bullet_list",
    "code",
    "code_block",
    "heading",
    "html",
    "image",
    "italic",
    "link",
    "ordered_list",
    "paragraph",
    "quote",
    "rule",
    "strikethrough",
    "table",
]
ELEMENTS: Sequence[Element] = get_args(Element)

_ELEMENT_OF: dict[str, Element] = {
    "strong_open": "bold",
    "bullet_list_open": "bullet_list",
    "code_inline": "code",
    "code_block": "code_block",
    "fence": "code_block",
    "heading_open": "heading",
    "html_block": "html",
    "html_inline": "html",
    "image": "image",
    "em_open": "italic",
    "link_open": "link",
    "ordered_list_open": "ordered_list",
    "paragraph_open": "paragraph",
    "blockquote_open": "quote",
    "hr": "rule",
    "s_open": "strikethrough",
    "table_open": "table",
}
_BREAK = re.compile(r"\r\n?")
# A bar that is no part of a cell: in tables of GFM only a backslash makes one, even in code.
_BAR = re.compile(r"(?<!\\)\|")


@frozen
class Heading:
    level: int
    text: str


@frozen
class Table:
    """A table as it is written: the cells of its header, and the number of cells of each row."""

    header: Sequence[str]
    widths: Sequence[int]


@frozen
class Document:
    elements: frozenset[Element]
    headings: Sequence[Heading]
    tables: Sequence[Table]
    has_open_fence: bool


def read_markdown(text: str) -> Document:
    """Read a text: every text is Markdown.

    Raises:
        CannotGrade: it has more than 200,000 characters (`bad_input`), of which the library may
            take seconds.
    """
    if len(text) > LONGEST:
        said = f"the response has {len(text):,} characters, and Markdown is read up to {LONGEST:,}"
        raise CannotGrade(said, "bad_input")
    text = _BREAK.sub("\n", text)
    lines = text.split("\n")
    tokens = _parser().parse(text)
    every = [part for token in tokens for part in (token, *(token.children or ()))]
    return Document(
        elements=frozenset(_ELEMENT_OF[t.type] for t in every if t.type in _ELEMENT_OF),
        headings=list(_headings(tokens)),
        tables=list(_tables(tokens, lines)),
        has_open_fence=any(_is_open(token, lines) for token in tokens if token.type == "fence"),
    )


@functools.lru_cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _headings(tokens: "Sequence[Token]") -> Iterator[Heading]:
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            parts = inside.children or ()
            words = "".join(p.content or (" " if p.type == "softbreak" else "") for p in parts)
            yield Heading(int(token.tag[1:]), " ".join(words.split()))


def _tables(tokens: "Sequence[Token]", lines: Sequence[str]) -> Iterator[Table]:
    header: list[str] | None = None
    widths: list[int] = []
    for token, inside in zip(tokens, [*tokens[1:], None], strict=True):
        match token.type:
            case "table_open":
                header, widths = None, []
            case "thead_open":
                header = []
            case "th_open" if header is not None and inside is not None:
                header.append(" ".join(inside.content.split()))
            case "tr_open" if token.map and header is not None:
                widths.append(_cells(lines[token.map[0]]))
            case "table_close":
                yield Table(header or (), widths[1:])
            case _:
                pass


def _cells(line: str) -> int:
    """Count the cells that are written, where the parser adds missing ones and drops others."""
    row = line.strip().lstrip("> ")
    row = row.removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return len(_BAR.split(row))


def _is_open(fence: "Token", lines: Sequence[str]) -> bool:
    if fence.map is None:
        return False
    first, end = fence.map
    last = lines[end - 1].strip().lstrip("> ") if end - 1 > first else ""
    return not (last.startswith(fence.markup) and not last.strip(fence.markup[0]))
