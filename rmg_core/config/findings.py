"""What is wrong with a value, before it is known where the value stands."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from attrs import evolve, frozen

from rmg_core.config.kinds import said, words
from rmg_core.config.positions import KeyPath
from rmg_core.errors import RmgError
from rmg_core.hints import near_miss, suggestion


@frozen
class Fault:
    """One thing that is wrong with a table, and what to do about it.

    `path` leads from the table to what is wrong; `at` tells whether its key or its value is.
    """

    path: KeyPath
    message: str
    hint: str = ""
    at: Literal["key", "value"] = "value"

    @classmethod
    def unknown(
        cls,
        path: KeyPath,
        message: str,
        word: str,
        known: Iterable[str],
        at: Literal["key", "value"] = "value",
    ) -> "Fault":
        """Make one of a word that is not known, with its near miss or else the known ones."""
        return cls(path, message, suggestion(word, known), at)


@frozen
class OptionsError(RmgError):
    """A table cannot be the options of a class; holds every fault found."""

    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return "\n".join(f"{f.message}; {f.hint}" if f.hint else f.message for f in self.faults)


@frozen
class Finding:
    """A fault before it is known whose options these are.

    `said` goes on after the subject, which is what stands at `subject`; without one, `said` is a
    sentence. `is_other_kind` tells that the value is of another type altogether.
    """

    path: KeyPath
    said: str
    hint: str = ""
    subject: KeyPath | None = ()
    is_other_kind: bool = False

    def under(self, step: str | int) -> "Finding":
        subject = None if self.subject is None else (step, *self.subject)
        return evolve(self, path=(step, *self.path), subject=subject)

    def named(self, noun: str, owner: str) -> Fault:
        dotted = ".".join(map(str, self.subject or ()))
        if self.subject is None:
            message = f"{owner}: {self.said}"
        elif not dotted:
            message = f"{owner} {self.said}"
        elif noun:
            message = f"{noun} {dotted!r} of {owner} {self.said}"
        else:
            message = f"{dotted} {self.said}"
        is_of_value = self.subject is None or self.subject == self.path
        return Fault(self.path, message, self.hint, "value" if is_of_value else "key")


class Refused(Exception):
    """Carries findings up to where their subject is known."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings)
        self.findings = findings


def own_words(
    fault: Exception, values: Mapping[str, Any], name: str, path: KeyPath = ()
) -> Finding:
    """Take a pack's own message, and find out which option it speaks of."""
    first = fault.args[0] if fault.args else ""
    text = (first if isinstance(first, str) else str(fault)).strip().rstrip(".")
    text = text or f"it is refused ({type(fault).__name__})"
    found = re.match(r"'?(\w+)(?:\.([\w.-]+))?'?(?: (must|is|has|needs|names|counts)\b)?", text)
    if found and found[1] in values:
        inner = values[found[1]]
        is_key = isinstance(inner, Mapping) and found[2] in inner
        path = (found[1], found[2]) if is_key else (found[1], *(path if found[1] == name else ()))
        if found[3] and (is_key or not found[2]):
            return Finding(path, text[found.start(3) :], subject=path)
        return Finding(path, text, subject=None)
    return Finding((name, *path) if name else (), text, subject=None)


def near(value: Any, choices: Sequence[str]) -> str:
    """Offer the near miss of a text."""
    nearest = near_miss(value, choices) if isinstance(value, str) else None
    return f"did you mean {nearest!r}?" if nearest else ""


def other_kind(value: Any, kind: Any, hint: str = "") -> Refused:
    """Say that a value is not of the type that is asked for."""
    return Refused(
        [Finding((), f"must be {words(kind)}, not {said(value)}", hint, is_other_kind=True)]
    )
