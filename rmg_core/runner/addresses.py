"""The content address of a cell: what was graded, by what, and which repeat of it."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

import orjson

from rmg_core.datasets import ReadOnlyDict, ReadOnlyList

# By their exact types: a subclass, such as an Enum or a number of numpy, may be more than its JSON.
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_LISTS: Final = frozenset({list, tuple, ReadOnlyList})
_MAPPINGS: Final = frozenset({dict, ReadOnlyDict, OrderedDict, MappingProxyType})
_NEVER_NAN: Final = _SCALARS - {float}
_KEYS: Final = frozenset({str})


def fingerprinter(digest: bytes, repeats: int) -> Callable[[tuple[Any, ...], int], str]:
    """Return what gives a grader's cells their content addresses: 32 hexadecimal digits.

    blake2b over the grader's digest, the repeat, and the inputs as canonical JSON.
    Inputs that are no values of JSON have none, nor has a grader without a digest: the empty
    string, under which nothing is ever found again.
    """
    if not digest:
        return lambda inputs, repeat: ""  # noqa: ARG005 - the shape of the other
    # Begun once and copied, a hash costs half as much.
    begun = [blake2b(digest + repeat.to_bytes(8), digest_size=16) for repeat in range(repeats)]

    def fingerprint(inputs: tuple[Any, ...], repeat: int) -> str:
        # Written out for texts and numbers, as most inputs are: a call of it would cost 0.1 µs.
        try:
            content = dumps(inputs) if are_scalars(map(type, inputs)) else _deep(inputs)
        except TypeError:  # more than 64 bits, half a surrogate pair, or very deep
            content = _spelled_out(inputs)
        if b"null" in content and not _NEVER_NAN.issuperset(map(type, inputs)):
            content = _spelled_out(inputs)  # orjson writes NaN like None
        if not content:
            return ""
        address = begun[repeat].copy()
        address.update(content)
        return address.hexdigest()

    dumps, are_scalars = orjson.dumps, _SCALARS.issuperset
    return fingerprint


def _deep(inputs: tuple[Any, ...]) -> bytes:
    """Write inputs, some of which hold others; empty where they are no values of JSON.

    Raises:
        TypeError: orjson cannot write them.
    """
    try:
        if not all(map(_is_json, inputs)):
            return b""
    except RecursionError:
        return b""
    return orjson.dumps(inputs, default=dict, option=orjson.OPT_SORT_KEYS)


def _spelled_out(inputs: tuple[Any, ...]) -> bytes:
    try:
        return _spelled(inputs).encode()
    except RecursionError:
        return b""


def _is_json(value: Any) -> bool:
    kind = type(value)
    if kind in _SCALARS:
        return True
    if kind in _LISTS:
        # Testing all parts at once is what makes a leaf, such as a message or a vector, cheap.
        return _SCALARS.issuperset(map(type, value)) or all(map(_is_json, value))
    if kind not in _MAPPINGS or not _KEYS.issuperset(map(type, value)):
        return False
    parts = value.values()
    return _SCALARS.issuperset(map(type, parts)) or all(map(_is_json, parts))


def _spelled(value: Any) -> str:
    """Write a value of JSON that orjson cannot write; the text is never that of orjson."""
    kind = type(value)
    if kind is str:
        return ascii(value)
    if kind is int:
        return hex(value)  # `repr` gives up beyond 4,300 digits
    if kind in _LISTS:
        return f"({','.join(map(_spelled, value))})"
    if kind in _MAPPINGS:
        pairs = (f"{key!a}:{_spelled(value[key])}" for key in sorted(value))
        return f"{{{','.join(pairs)}}}"
    return repr(value)
