"""Rows of JSON text: read without losing or guessing anything, or refused with the reason."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson
from attrs import frozen

from rmg_core.datasets import BadRow

DEPTH_LIMIT: Final = 64

_LEAST_INTEGER: Final = -(2**63)
_GREATEST_INTEGER: Final = 2**64 - 1
_BACKSLASH: Final = ord("\\")
_PLAIN: Final = frozenset({str, int, bool, type(None)})


@frozen
class NotARow(Exception):
    """Text that is not one JSON object; `line` and `column` count from 1 within the text."""

    message: str
    hint: str
    line: int = 1
    column: int | None = None

    def at(self, line: int) -> BadRow:
        """Return the refusal of a text that begins on `line`."""
        return BadRow(line + self.line - 1, self.message, self.hint, self.column)


def parse_row(text: bytes) -> dict[str, Any]:
    """Return the object that `text` is, in UTF-8.

    Raises:
        NotARow: it is not an object; or it has one key twice, lists and objects more than 64 deep,
            or a number that would not keep its value.
    """
    try:
        row = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise _not_json(text, fault) from None
    if type(row) is not dict:
        raise NotARow(f"is {_SAID[type(row)]}, not an object", "write one object for each sample")
    keys = len(row)
    if not _PLAIN.issuperset(map(type, row.values())):
        keys = _count_keys(row, 1, text)
    colons = text.count(b":")
    if colons != keys and not _colons_are_kept(row, text, colons):
        _refuse_repeated_key(text)
    return row


def _colons_are_kept(row: dict[str, Any], text: bytes, colons: int) -> bool:
    """Tell whether `row` written out again has every colon of `text`.

    A key that stood there twice has lost one, and only an escaped colon in a text can make up for
    it. This costs a tenth of what looking at every pair does.
    """
    if _BACKSLASH in text and (b"\\u003a" in text or b"\\u003A" in text):
        return False
    return orjson.dumps(row).count(b":") == colons


def _count_keys(value: dict[str, Any] | list[Any], depth: int, text: bytes) -> int:
    """Count the keys in `value`, at a depth that counts from 1.

    Raises:
        NotARow: `value` is too deep, or a float in it was written as an integer.
    """
    if depth > DEPTH_LIMIT:
        raise NotARow(f"is more than {DEPTH_LIMIT} levels deep", "make it flatter")
    parts: Iterable[Any] = value
    keys = 0
    if isinstance(value, dict):
        parts, keys = value.values(), len(value)
    for part in parts:
        kind = type(part)
        if kind is dict or kind is list:
            keys += _count_keys(part, depth + 1, text)
        elif kind is float and not _LEAST_INTEGER < part < _GREATEST_INTEGER:
            _refuse_large_integer(text)
    return keys


def _refuse_repeated_key(text: bytes) -> None:
    def check(pairs: list[tuple[str, Any]]) -> None:
        key, times = Counter(key for key, _ in pairs).most_common(1)[0] if pairs else ("", 0)
        if times > 1:
            raise NotARow(f"has the key {key!r} {times} times in one object", "keep one of them")

    json.loads(text, object_pairs_hook=check)


def _refuse_large_integer(text: bytes) -> None:
    def check(digits: str) -> None:
        # Python takes its time over thousands of digits, and refuses them in the end.
        if len(digits) > 20 or not _LEAST_INTEGER <= int(digits) <= _GREATEST_INTEGER:
            said = digits if len(digits) <= 40 else f"{digits[:20]}… of {len(digits):,} digits"
            raise NotARow(f"the integer {said} needs more than 64 bits", "write it as a text")

    json.loads(text, parse_int=check)


_SAID: Final[Mapping[type, str]] = MappingProxyType(
    {
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        type(None): "null",
    }
)

_NO_NUMBERS: Final = ("NaN", "Infinity", "nan", "inf")

_FAULTS: Final = (
    # what the parser says, what is wrong, what to do
    ("infinity", "the number is too large for a float", "write it as a text"),
    ("surrogate", "an escape is half a character", "is the text cut inside one? Write it whole"),
    ("depth", f"is more than {DEPTH_LIMIT} levels deep", "make it flatter"),
    ("byte order mark", "has a byte order mark", "only the start of a file may have one"),
    ("control character", "has a control character in a text", "write it as an escape, as in \\n"),
)


def _not_json(text: bytes, fault: orjson.JSONDecodeError) -> NotARow:
    """Say what is wrong with `text` in the words of whoever wrote the file."""
    try:
        decoded = text.decode().rstrip()
    except UnicodeDecodeError as at:
        place = _place(text[: at.start].decode())
        said = f"is not UTF-8: byte 0x{text[at.start]:02x}"
        return NotARow(said, "convert the file to UTF-8", *place)
    return NotARow(*_reason(decoded, fault), *_place(decoded[: fault.pos]))


def _reason(text: str, fault: orjson.JSONDecodeError) -> tuple[str, str]:
    rest = text[fault.pos :]
    if "\0" in text:
        return "holds a NUL byte", "is the file damaged, or not text?"
    if not rest:
        return "ends too early", "is it cut off? A line break in a text is written \\n"
    for word in _NO_NUMBERS:
        if rest.startswith(word):
            return f"{word} is not JSON", "write null, or leave the field out"
    for part, message, hint in _FAULTS:
        if part in fault.msg:
            return message, hint
    if rest.startswith("'"):
        return "has single quotes", "JSON has double quotes: write the row with `json.dumps`"
    return f"is not JSON: {fault.msg}", "write one JSON object for each sample"


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")
