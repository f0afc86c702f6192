"""JSON, read strictly: what two readers could read differently is refused with the reason."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

from rmg_core import CannotGrade
from rmg_plugin_format.unreadable import DEPTH, Unreadable, check_characters, quoted, within_depth

Kind: TypeAlias = Literal["object", "array", "string", "number", "boolean", "null"]
KINDS: Sequence[Kind] = get_args(Kind)

_DIGITS = 4300  # of one integer: what Python converts; the time grows with their square
# A text that does not end goes to the end of the response, so that the search stays linear.
_NESTING = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|[\[{]|[\]}]', re.DOTALL)


def read_json(text: str) -> Any:
    """Read a text as one JSON value.

    RFC 8259, and of RFC 7493 (I-JSON) what it demands for a text to mean the same to every
    reader: no name twice in an object, no lone surrogates. Neither are NaN and Infinity JSON.

    Raises:
        Unreadable: it is not one, with the place and the reason.
    """
    if not text or text.isspace():
        raise Unreadable("the response is empty")
    _check_nesting(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except json.JSONDecodeError as fault:
        place = f"line {fault.lineno} column {fault.colno}"
        raise Unreadable(f"not JSON: {_worded(fault.msg)} at {place}") from fault
    _check_texts(value)
    return value


def given_json(value: Any, name: str) -> Any:
    """Take a value of a sample as JSON: a copy in which every object is a dict.

    Raises:
        CannotGrade: it holds what JSON has not (`bad_input`).
    """
    try:
        return _copied(value, 0)
    except Unreadable as fault:
        raise CannotGrade(f"{name}: {fault}", "bad_input") from fault


def kind_of(value: Any) -> Kind:
    """Return which of the six kinds of JSON values it is."""
    return _KIND_OF[type(value)]


_KIND_OF: Mapping[type, Kind] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    dict: "object",
    list: "array",
}


def shown(value: Any) -> str:
    """Write a value for a reason, short."""
    match value:
        case dict():
            return f"an object of {len(value)}" if value else "{}"
        case list():
            return f"an array of {len(value)}" if value else "[]"
        case int() if abs(value) >= 10**_LONG:
            return f"an integer of {len(str(abs(value)))} digits"
        case str():
            return quoted(value)
        case _:
            return json.dumps(value)


_LONG = 40


def _check_nesting(text: str) -> None:
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    for each in _NESTING.finditer(text):
        sign = each[0]
        if sign in ("[", "{"):
            depth += 1
            within_depth(depth)
        elif sign in ("]", "}"):
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Unreadable(f"not JSON that all readers agree on: {quoted(name)} stands twice")
            seen.add(name)
    return made


def _constant(word: str) -> Any:
    raise Unreadable(f"not JSON: it has no number {word}")


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise Unreadable(f"an integer of {len(digits)} digits, and at most {_DIGITS} are read")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Unreadable(f"the number {quoted(digits)} is beyond doubles, which readers use")
    return number


def _check_texts(value: Any) -> None:
    stack = [value]
    while stack:
        match stack.pop():
            case str(text):
                check_characters(text)
            case dict(members):
                stack += members.keys()
                stack += members.values()
            case list(items):
                stack += items
            case _:
                pass


def _copied(value: Any, depth: int) -> Any:
    within_depth(depth)
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case str():
            check_characters(value)
            return str(value)
        case float():
            if not math.isfinite(value):
                raise Unreadable(f"JSON has no number {value}")
            return float(value)
        case Mapping():
            if odd := next((key for key in value if not isinstance(key, str)), None):
                raise Unreadable(f"JSON has no key {odd!r} that is not a text")
            return {str(key): _copied(part, depth + 1) for key, part in value.items()}
        case list() | tuple():
            return [_copied(part, depth + 1) for part in value]
        case _:
            raise Unreadable(f"JSON has no value of type {type(value).__name__}")


def _worded(message: str) -> str:
    return message[:1].lower() + message[1:].removesuffix(" at")
