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

# Each item of one list is compared with each of the other.
PAIRS = 250_000


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


def check_pairs(response: Sequence[Any], reference: Sequence[Any]) -> None:
    """Let two lists be compared item by item.

    Raises:
        CannotGrade: that would take too long.
    """
    if len(response) * len(reference) > PAIRS:
        raise CannotGrade(
            f"lists of {len(response)} and {len(reference)} items without order make more than "
            f"{PAIRS:,} pairs to compare: keep the order, or compare parts of them"
        )
