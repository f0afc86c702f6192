"""What a JSON response is compared with: one value, or several of which the best counts."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from rmg_core import CannotGrade
from rmg_plugin_format.json_text import given_json, read_json
from rmg_plugin_format.unreadable import Unreadable

Response: TypeAlias = str | Mapping[str, Any] | Sequence[Any]
Reference: TypeAlias = str | bool | int | float | Mapping[str, Any] | Sequence[Any]

ANY_OF: Mapping[str, str] = {
    "help": "the reference is a list of references, of which the best counts"
}


# What it takes to pair the items of a list, beside comparing them.
PAIRING = 25


class Budget:
    """What comparing a response with its references may take.

    Each value of the references has one comparison of its own. Items of lists without order are
    compared each with each, and lists in lists multiply: that is what `comparisons` are for.
    """

    def __init__(self, wanted: Sequence[Any], comparisons: int) -> None:
        self._comparisons = comparisons
        self._left = comparisons + _size(wanted)

    def spend(self, comparisons: int) -> None:
        """Let so many comparisons pass.

        Raises:
            CannotGrade: they are too many (`bad_input`).
        """
        self._left -= comparisons
        if self._left < 0:
            raise CannotGrade(
                f"response and reference take more than {self._comparisons:,} comparisons, which "
                "lists without order and long strings can: keep the order, or compare parts",
                "bad_input",
            )


def _size(wanted: Sequence[Any]) -> int:
    stack = list(wanted)
    size = 0
    while stack:
        size += 1
        each = stack.pop()
        if isinstance(each, dict):
            stack += each.values()
        elif isinstance(each, list):
            size += PAIRING
            stack += each
    return size


def references(reference: Reference, *, any_of: bool) -> Sequence[Any]:
    """Return the values that a response is compared with.

    Raises:
        CannotGrade: one cannot be read, or there is none (`bad_input`).
    """
    if not any_of:
        return [_value(reference, "reference")]
    if isinstance(reference, str) or not isinstance(reference, Sequence) or not reference:
        raise CannotGrade("reference is no list of references, which any_of asks for", "bad_input")
    return [_value(each, f"reference {n}") for n, each in enumerate(reference, 1)]


def _value(reference: Any, name: str) -> Any:
    if not isinstance(reference, str):
        return given_json(reference, name)
    if not reference or reference.isspace():
        raise CannotGrade(f"{name} is empty: there is nothing to compare with", "bad_input")
    try:
        return read_json(reference)
    except Unreadable as fault:
        raise CannotGrade(
            f'{name}: {fault}; a text is read as JSON: a string is written "so"', "bad_input"
        ) from fault
