"""Whether a response follows an instruction, read strictly or loosely."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from attrs import frozen

from rmg_core import GraderScore


@frozen
class Finding:
    """Whether an instruction is followed, and what was found in the response."""

    followed: bool
    reason: str


Check: TypeAlias = Callable[[str], Finding]


def read(check: Check, response: str, *, loose: bool) -> Finding:
    """Return what a check finds in a response, or in any loose version of it.

    A version that is blank follows no instruction. Definition: `test_instruction_following_strict`
    and `_loose` of IFEval (Zhou et al. 2023, section 3.1).
    """
    if not response.strip():
        return Finding(followed=False, reason="the response is empty")
    strict = check(response)
    if strict.followed or not loose:
        return strict
    seen = {response}
    for version, how in _loose_versions(response):
        if version.strip() and version not in seen:
            found = check(version)
            if found.followed:
                return Finding(followed=True, reason=f"{found.reason}, {how}")
        seen.add(version)
    return strict


def graded(check: Check, response: str, *, loose: bool) -> GraderScore:
    """Return the score of a response by one instruction."""
    found = read(check, response, loose=loose)
    return GraderScore(float(found.followed), found.reason)


def counted(count: int, unit: str) -> str:
    """Return a count with its unit, which is in the plural unless it is one."""
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def listed(unit: str, words: Sequence[str]) -> str:
    """Return some words in quotes, with what they are."""
    return f"{unit if len(words) == 1 else f'{unit}s'} {', '.join(map(repr, words))}"


def _loose_versions(response: str) -> Iterator[tuple[str, str]]:
    lines = response.split("\n")
    yield response.replace("*", ""), "without asterisks"
    shorter = {
        "without its first line": lines[1:],
        "without its last line": lines[:-1],
        "without its first and last line": lines[1:-1],
    }
    for how, kept in shorter.items():
        text = "\n".join(kept).strip()
        yield text, how
        yield text.replace("*", ""), f"{how} and without asterisks"
