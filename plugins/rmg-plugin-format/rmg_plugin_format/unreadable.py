"""What a response that is not in the form asked for raises, and how texts stand in reasons."""

import re

SHOWN = 48
REASON = 200


class Unreadable(ValueError):
    """Raised with the reason why a text is not in the form that was asked for."""


def quoted(text: str) -> str:
    """Quote `text` for a reason, cut to 48 characters."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def said(fault: Exception) -> str:
    """Return what a foreign exception says, without advice that is meant for programmers."""
    return cut(str(fault).partition(";")[0])


def cut(text: str) -> str:
    """Put a foreign message on one line of at most 200 characters."""
    line = " ".join(text.split())
    return line if len(line) <= REASON else line[: REASON - 1] + "…"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def check_characters(text: str) -> None:
    """Refuse a text that UTF-8 cannot hold.

    Raises:
        Unreadable: half of a surrogate pair stands alone in it.
    """
    if not text.isascii() and (found := _SURROGATE.search(text)):
        raise Unreadable(f"half of a character (\\u{ord(found[0]):04x}) stands alone in a text")


_SURROGATE = re.compile(r"[\ud800-\udfff]")


def within_depth(depth: int) -> None:
    """Let a depth of nesting pass.

    Raises:
        Unreadable: it is deeper than is read.
    """
    if depth > DEPTH:
        raise Unreadable(f"nested more than {DEPTH} deep, which is not read")


# Schemas and comparisons call themselves once a level, and Python allows a thousand calls; data
# that people use is some ten deep.
DEPTH = 100
