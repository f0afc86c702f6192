"""JSON values: how a text is read as one, and the key by which two are the same."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, TypeGuard

SHOWN = 60

# Comparisons call themselves once or twice a level, and Python allows a thousand calls.
DEPTH = 100


def read_json(text: str) -> Any:
    """Read a text as JSON.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    try:
        return within_depth(json.loads(text, parse_constant=_refuse), "JSON that is ")
    except json.JSONDecodeError as fault:
        raise ValueError(f"no JSON ({fault.msg}, character {fault.pos + 1})") from fault
    except RecursionError as fault:
        raise ValueError(f"JSON that is nested more than {DEPTH} deep") from fault


def within_depth(value: Any, said: str = "") -> Any:
    """Return a value as it is, unless it is nested more than 100 deep.

    Raises:
        ValueError: it is.
    """
    level = [value]
    for _ in range(DEPTH + 1):
        level = [part for each in level for part in _inside(each)]
        if not level:
            return value
    raise ValueError(f"{said}nested more than {DEPTH} deep")


def size_of(value: Any) -> int:
    """Return how many values there are in one, itself among them."""
    size, level = 0, [value]
    while level:
        size += len(level)
        level = [part for each in level for part in _inside(each)]
    return size


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, str):
        return ()
    if isinstance(value, Mapping):
        return value.values()
    return value if is_list(value) else ()


def key_of(value: Any) -> Any:
    """Return a key that two values share when they are equal as JSON.

    1 and 1.0 are one number, and `true` is none; tables have no order, lists do.

    >>> key_of({"a": 1, "b": [2]}) == key_of({"b": [2.0], "a": 1.0})
    True
    >>> key_of(True) == key_of(1)
    False
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "{}", frozenset((name, key_of(each)) for name, each in value.items())
    if is_list(value):
        return "[]", tuple(key_of(each) for each in value)
    if isinstance(value, float) and math.isnan(value):
        return "number", "nan"  # which is not equal to itself
    return value if is_number(value) else (type(value).__name__, repr(value))


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def kind(value: Any) -> str:
    """Return the word of JSON Schema for the type of a value.

    >>> [kind(each) for each in (True, 1, 1.5, "a", [], {}, None)]
    ['boolean', 'integer', 'number', 'string', 'array', 'object', 'null']
    """
    if value is None:
        return "null"
    for word, types in _KINDS:
        if isinstance(value, types):
            return word
    return "array" if is_list(value) else type(value).__name__


def write_json(value: Any) -> str:
    return json.dumps(value, default=_plain)


def shown(value: Any) -> str:
    """Write a value for a reason, cut to 60 characters."""
    try:
        text = repr(value) if isinstance(value, str) else write_json(value)
    except ValueError:  # which data may hold, and JSON that is read may not
        text = "a value with a number of more digits than Python writes"
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


_KINDS: tuple[tuple[str, type], ...] = (
    ("boolean", bool),
    ("integer", int),
    ("number", float),
    ("string", str),
    ("object", Mapping),
)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if is_list(value) else repr(value)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"no JSON ({word} is no value of it)")
