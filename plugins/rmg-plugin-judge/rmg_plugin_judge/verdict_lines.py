"""The verdict lines of a reply, and the thinking that stands before them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from unicodedata import normalize

from attrs import frozen

from rmg_plugin_judge.labels import plain
from rmg_plugin_judge.values import Unreadable

LONGEST_LINE: Final = 1_000
"""Characters; what is longer is no verdict line."""

THINKING_BEGINS: Final = re.compile(r"\s*<think>", re.IGNORECASE)
THINKING_ENDS: Final = re.compile(r"</think>", re.IGNORECASE)

_BEGINS: Final = re.compile(r"[\s*_#>\-`\"'(\[]*VERDICT-(.*)", re.IGNORECASE)
_GOES_ON: Final = re.compile(r"[0-9A-Za-z]")


@frozen
class VerdictLine:
    """The line of a verdict: its number among the lines, and what stands for the label."""

    number: int
    said: str


def after_thinking(text: str) -> str:
    """Return what a reply says after its thinking.

    Some templates write the beginning of the thinking into the prompt, so that the reply has its
    end alone. A beginning further down is a quotation, and no thinking.

    Raises:
        Unreadable: the thinking does not end, or nothing is said at all.
    """
    ends = [found.end() for found in THINKING_ENDS.finditer(text)]
    if not ends and THINKING_BEGINS.match(text):
        raise Unreadable("the reply ends within its thinking", "truncated")
    said = text[ends[-1] :] if ends else text
    if not said.strip():
        raise Unreadable("the reply has no text", "empty")
    return said


def verdict_lines(
    lines: Sequence[str], criteria: Sequence[str], nonce: str
) -> Mapping[str, VerdictLine]:
    """Return the last verdict line of each criterion, "" being that of a single verdict."""
    known = {plain(each).strip(" _"): each for each in criteria}
    found: dict[str, VerdictLine] = {}
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            continue
        if (rest := _after_nonce(normalize("NFKC", line), nonce)) is not None:
            criterion, said = _parted(rest, known)
            if criterion is not None:
                found[criterion] = VerdictLine(number, said)
    return {each: found[each] for each in criteria if each in found}


def _after_nonce(line: str, nonce: str) -> str | None:
    """Return what follows the nonce of a verdict line, None where the line is none with it.

    The nonce is no part of the expression: it is another one for each question, and to compile
    one took a sixth of what the cell of a judge costs.
    """
    matched = _BEGINS.fullmatch(line)
    if matched is None:
        return None
    given, rest = matched[1][: len(nonce)], matched[1][len(nonce) :]
    if given.casefold() != nonce.casefold() or _GOES_ON.match(rest):
        return None
    return rest


def _parted(rest: str, known: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the criterion of a line, which may have a colon, and what stands for its label."""
    for colon in re.finditer(":", rest):
        criterion = known.get(plain(rest[: colon.start()].strip(" _")).strip(" _"))
        if criterion is not None:
            return criterion, rest[colon.end() :]
    return None, ""
