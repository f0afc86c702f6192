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
    begins = re.compile(
        rf"[\s*_#>\-`\"'(\[]*VERDICT-{re.escape(nonce)}(?![0-9A-Za-z])(.*)", re.IGNORECASE
    )
    found: dict[str, VerdictLine] = {}
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            continue
        if matched := begins.fullmatch(normalize("NFKC", line)):
            criterion, said = _parted(matched[1], known)
            if criterion is not None:
                found[criterion] = VerdictLine(number, said)
    return {each: found[each] for each in criteria if each in found}


def _parted(rest: str, known: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the criterion of a line, which may have a colon, and what stands for its label."""
    for colon in re.finditer(":", rest):
        criterion = known.get(plain(rest[: colon.start()].strip(" _")).strip(" _"))
        if criterion is not None:
            return criterion, rest[colon.end() :]
    return None, ""
