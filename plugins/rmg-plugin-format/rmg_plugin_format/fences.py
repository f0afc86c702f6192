"""Fenced blocks of Markdown: where they begin, what is in them, and whether they end."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias, get_args

from attrs import frozen

from rmg_plugin_format.unreadable import Unreadable, counted

Fence: TypeAlias = Literal["none", "allowed", "required", "within"]
FENCES: Sequence[Fence] = get_args(Fence)
FENCE: Mapping[str, str] = {
    "help": "`none`: the whole response is read; `allowed`: it may be one fenced block; "
    "`required`: it must be; `within`: the one fenced block counts, whatever stands around it"
}

_OPENING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^\r\n]*)\Z")


@frozen
class Block:
    """A fenced block: its language in lower case, its text, its first and last line, its end."""

    language: str
    text: str
    first: int
    last: int
    is_closed: bool


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the fenced blocks of a text, as CommonMark finds them outside of lists and quotes."""
    row = 0
    while row < len(lines):
        opening = _OPENING.match(lines[row])
        if opening is None or (opening[1][0] == "`" and "`" in opening[2]):
            row += 1
            continue
        closing = re.compile(rf" {{0,3}}{re.escape(opening[1])}{opening[1][0]}*[ \t]*\Z")
        end = next((i for i in range(row + 1, len(lines)) if closing.match(lines[i])), None)
        last = len(lines) - 1 if end is None else end
        inside = lines[row + 1 : len(lines) if end is None else end]
        language = opening[2].split()[0].lower() if opening[2].split() else ""
        yield Block(language, "\n".join(inside), row, last, end is not None)
        row = last + 1


def unfenced(response: str, fence: Fence, languages: Sequence[str]) -> str:
    """Return what is to be read of a response: all of it, or what its one fenced block holds.

    A block counts when it names one of the languages, or none.

    Raises:
        Unreadable: there is no such block, or more than one, or it does not end.
    """
    if fence == "none":
        return response
    lines = response.strip().split("\n")
    lines = [line.removesuffix("\r") for line in lines]
    found = list(blocks(lines))
    if fence == "within":
        named = [each for each in found if each.language in languages]
        found = named or [each for each in found if not each.language]
    elif len(found) != 1 or (found[0].first, found[0].last) != (0, len(lines) - 1):
        if fence == "allowed":
            return response
        raise Unreadable("the response is not one fenced block and nothing else")
    if len(found) != 1:
        raise Unreadable(f"{counted(len(found), 'fenced block')} of {languages[0]} or no language")
    [block] = found
    if block.language and block.language not in languages:
        raise Unreadable(f"the fenced block says that it is {block.language!r}")
    if not block.is_closed:
        raise Unreadable("the fenced block does not end")
    return block.text
