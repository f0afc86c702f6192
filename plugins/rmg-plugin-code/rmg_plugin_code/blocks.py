"""The code of a response: what stands in its fences, or else all of it."""

import re
from collections.abc import Sequence

from attrs import frozen

# Info strings say `python`, `Python 3`, `{.python .numberLines}`, `python title="x.py"`.
_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*(.*)$")
_TAG = re.compile(r"[\w+#-]+")
_LINE = re.compile(r"\r\n|\r|\n")


@frozen
class Block:
    """A piece of code; `tag` is the first word of its fence in lower case, or empty."""

    tag: str
    text: str


def fenced(response: str) -> tuple[Block, ...]:
    """Return what stands in the fences of a response, by the rules of CommonMark.

    A fence is closed by one of the same sign that is at least as long, or by the end. Unlike in
    CommonMark it may be indented as deep as it likes, as it is inside lists.
    """
    found = []
    opened: re.Match[str] | None = None
    lines: list[str] = []
    for line in _LINE.split(response):
        fence = _FENCE.match(line)
        if opened is None:
            if fence is not None and not ("`" in fence[2] and "`" in fence[3]):
                opened, lines = fence, []
        elif fence is not None and fence[2].startswith(opened[2]) and not fence[3].strip():
            found.append(_block(opened, lines))
            opened = None
        else:
            lines.append(line)
    if opened is not None:
        found.append(_block(opened, lines))
    return tuple(found)


def code_in(response: str, tags: Sequence[str], *, fences_only: bool = False) -> tuple[Block, ...]:
    """Return the blocks of a response whose tag is one of `tags`, or empty.

    A response without any fence is one block as a whole, if not `fences_only`. Blocks of white
    space are left out.
    """
    blocks = fenced(response)
    if not blocks and not fences_only:
        blocks = (Block("", response),)
    return tuple(each for each in blocks if each.tag in ("", *tags) and each.text.strip())


def _block(opened: re.Match[str], lines: Sequence[str]) -> Block:
    tag = _TAG.search(opened[3])
    margin = len(opened[1])
    text = "\n".join(line[_indent_of(line, margin) :] for line in lines)
    return Block(tag[0].lower() if tag else "", f"{text}\n")


def _indent_of(line: str, margin: int) -> int:
    """Return how much of the margin that its fence has a line has as well."""
    return min(margin, len(line) - len(line.lstrip(" \t")))
