"""JSON as it goes over the wire, with and without the surrogates that no UTF-8 has."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

# An escape is taken whole, so that the "u" after an escaped backslash begins none. A pair of
# surrogates is a character; one alone is none.
_ESCAPE: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def parsed(body: bytes | bytearray) -> dict[str, Any]:
    """Return the JSON object of a body; a lone surrogate in it becomes U+FFFD.

    Raises:
        ValueError: it is not a JSON object.
    """
    try:
        made = orjson.loads(body)
    except orjson.JSONDecodeError:
        mended = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)
        if mended == body:
            raise
        made = orjson.loads(mended)
    match made:
        case dict():
            return made
        case _:
            raise ValueError("it is no JSON object")


def written(document: Mapping[str, Any]) -> bytes:
    """Return the bytes of a JSON object; a lone surrogate in it becomes U+FFFD."""
    try:
        return orjson.dumps(document, default=_plain)
    except orjson.JSONEncodeError:  # besides surrogates, it takes no integer above 64 bit
        text = json.dumps(document, default=_plain, ensure_ascii=False, allow_nan=False)
        return _SURROGATE.sub("\ufffd", text).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a request cannot hold {type(value).__name__}")
