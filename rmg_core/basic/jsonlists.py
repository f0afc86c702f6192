"""The elements of a JSON list, one by one, without holding the list."""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import BinaryIO, Final

from rmg_core.basic.lines import BLANK, CHUNK, ROW_LIMIT, TOO_LONG, unreadable, without_mark


def elements_of(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the line on which each element of a JSON list begins, and its text.

    Raises:
        DataError: the text is not one list, or it cannot be told where an element ends.
    """
    text, line = without_mark(stream.read(CHUNK)), 1
    while text.isspace():
        line += text.count(b"\n")
        text = stream.read(CHUNK)
    if not text:
        return
    opening = len(text) - len(text.lstrip(BLANK))
    line += text.count(b"\n", 0, opening)
    if text[opening : opening + 1] != b"[":
        hint = "write `[{…}, {…}]`; a file with one object a line is named `.jsonl`"
        raise unreadable("is not a list of objects", hint, line)
    start = at = opening + 1
    depth, is_first = 0, True
    while True:
        at, depth, is_whole = _scan(text, at, depth)
        if not is_whole:
            text = _with_more(text[start:], stream, line)
            at, start = at - start, 0
            continue
        element, mark = text[start:at], text[at : at + 1]
        inner = element.strip(BLANK)
        if mark == b"}":
            raise unreadable("has a `}` that closes nothing", "take it out", line)
        if inner or mark == b"," or not is_first:
            yield line + element[: element.find(inner)].count(b"\n"), inner
        if mark == b"]":
            _expect_end(text[at + 1 :], stream)
            return
        line += element.count(b"\n")
        start = at = at + 1
        depth, is_first = 0, False


_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)
_DEEPER: Final = MappingProxyType({b"[": 1, b"{": 1, b"]": -1, b"}": -1})


def _scan(text: bytes, at: int, depth: int) -> tuple[int, int, bool]:
    """Look from `at` on for the mark that ends an element, `depth` levels deep in it.

    Returns where it is, or where to go on when there is more text; the depth; whether it is there.
    """
    for token in _TOKEN.finditer(text, at):
        mark = token[0]
        if mark == b'"':  # the start of a string that does not end here
            return token.start(), depth, False
        depth += _DEEPER.get(mark, 0)
        if depth < 0 or (mark == b"," and not depth):
            return token.start(), depth, True
    return len(text), depth, False


def _with_more(text: bytes, stream: BinaryIO, line: int) -> bytes:
    """Return `text`, an element that begins on `line` or after blank ones, with another chunk."""
    more = stream.read(CHUNK) if len(text) <= ROW_LIMIT else b""
    if more:
        return text + more
    line += text[: len(text) - len(text.lstrip(BLANK))].count(b"\n")
    if len(text) > ROW_LIMIT:
        hint = "is a quote or bracket left open? Else write one object a line, as `.jsonl`"
        raise unreadable(f"the element that begins here {TOO_LONG}", hint, line)
    hint = "is the file cut off, or a quote or bracket left open?"
    raise unreadable("the list is not closed", hint, line)


def _expect_end(text: bytes, stream: BinaryIO) -> None:
    while text:
        if text.strip(BLANK):
            raise unreadable("has text after its list", "a JSON dataset is one list of objects")
        text = stream.read(CHUNK)
