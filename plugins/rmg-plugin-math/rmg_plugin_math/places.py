r"""Where an answer stands in a response: in a `\boxed{}`, or after a marker."""

import re
from collections.abc import Iterator, Sequence

from rmg_core import CannotGrade

SHOWN = 48

_BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])\s*(\{)?")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def boxes(text: str) -> Iterator[str | None]:
    r"""Yield what stands in each `\boxed{}` or `\fbox{}`, from left to right.

    A box in a box is a part of it. One that has no braces, or is not closed, yields None.

    >>> list(boxes(r"so \boxed{\frac{1}{2}}, not \boxed{3"))
    ['\\frac{1}{2}', None]
    """
    place = 0
    while found := _BOX.search(text, place):
        if not found[1]:
            yield None
            place = found.end()
            continue
        end = closing(text, found.end())
        if end is None:  # everything that follows is inside
            yield None
            return
        yield text[found.end() : end]
        place = end + 1


def closing(text: str, start: int) -> int | None:
    r"""Find the brace that closes the one before `start`; `\{` and `\}` are signs.

    >>> closing("{a{b}}", 1)
    5
    """
    depth = 1
    for found in _BRACE.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    return None


def marked(text: str, marker: str) -> Sequence[str]:
    r"""Return what follows each `marker`, in any case: the rest of its line, or the next line.

    >>> marked("Answer: **42**\nfinal answer:\n7.", "answer:")
    ('42', '7')
    """
    pattern = re.compile(rf"{re.escape(marker)}[*_ \t]*(?:\n\s*)?([^\n]*)", re.IGNORECASE)
    return tuple(bare(found[1]) for found in pattern.finditer(text))


def bare(text: str) -> str:
    """Leave out the white space, stars and full stop around an answer.

    >>> bare(" **42**. ")
    '42'
    """
    return text.strip().rstrip(".。").strip().strip("*_`").strip().rstrip(".。").strip()


def after(text: str, mark: str) -> str | None:
    """Return what follows the last `mark`; all of it without a mark, None where it is missing.

    >>> after("<think>1 or 2?</think>2", "</think>")
    '2'
    """
    if not mark:
        return text
    _, found, rest = text.rpartition(mark)
    return rest if found else None


def alternatives(reference: str | Sequence[str]) -> Sequence[str]:
    """Return one reference or a list of them as a sequence.

    Raises:
        CannotGrade: the list is empty (`bad_input`).
    """
    if isinstance(reference, str):
        return (reference,)
    if not reference:
        raise CannotGrade("reference is an empty list: there is nothing to compare", "bad_input")
    return reference


def quoted(text: str) -> str:
    """Quote `text` for a reason, cut to 48 characters."""
    text = " ".join(text.split())
    text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return f"'{text}'" if text.isprintable() else repr(text)  # LaTeX keeps its single backslashes
