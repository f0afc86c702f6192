"""JSON objects in a reply, read strictly."""

import re
from collections.abc import Iterable
from json import JSONDecoder
from typing import Any, Final

from attrs import frozen

from rmg_plugin_judge.labels import plain
from rmg_plugin_judge.values import Unreadable
from rmg_plugin_judge.verdict_lines import THINKING_BEGINS, THINKING_ENDS

MOST_PLACES: Final = 1_000
"""So many braces, from the end, are looked at as the beginning of an object."""


@frozen
class JsonObject:
    """An object of a reply, and the text that stands before it."""

    value: dict[str, Any]
    before: str = ""


_FENCE: Final = re.compile(r"```[a-z]{0,10}\s*\Z", re.IGNORECASE)


class _Repeating(dict[str, Any]):
    """An object that says a key twice."""


def _as_object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    given = list(pairs)
    made = dict(given)
    if len(made) == len(given):
        return made
    keys = [key for key, _ in given]
    twice = next(key for key in keys if keys.count(key) > 1)
    # Whatever it says of a nonce counts, so that an object before it does not step in.
    nonces = [value for key, value in given if key == "nonce"]
    return _Repeating(made | {"nonce": nonces, "twice": twice})


def _no_number(said: str) -> Any:
    raise ValueError(said)


# Numbers stay as they are written: 4 and 4.0 are read as labels are, and no 1e999 is infinite.
_DECODER: Final = JSONDecoder(
    object_pairs_hook=_as_object, parse_int=str, parse_float=str, parse_constant=_no_number
)


def last_object(text: str, nonce: str, *, may_think: bool) -> JsonObject:
    """Return the verdict of a text: the text as an object, or the last object that is one.

    An object is a verdict where it has the key `verdict`, and `nonce` with the right value.
    Within a thinking it does not count (`may_think`).

    Raises:
        Unreadable: there is none, or a key of it stands there twice.
    """
    if not text.strip():
        raise Unreadable("the reply has no text", "empty")
    found = _found(text, nonce, may_think=may_think)
    if found is None:
        raise Unreadable(f'the reply has no object with "verdict" and the nonce {nonce}')
    if twice := _repeated(found.value):
        raise Unreadable(f"the object of the reply says {twice!r:.80} twice")
    return found


def _found(text: str, nonce: str, *, may_think: bool) -> JsonObject | None:
    begins = len(text) - len(text.lstrip())
    whole, end = _decoded(text, begins)
    if _is_verdict(whole, nonce) and not text[end:].strip():
        return JsonObject(whole)
    earliest = _after_thinking(text) if may_think else 0
    places = [found.start() for found in re.finditer(r"\{", text[earliest:])]
    for place in reversed(places[-MOST_PLACES:]):
        value, end = _decoded(text, earliest + place)
        if _is_verdict(value, nonce) and not (may_think and THINKING_ENDS.search(text, end)):
            return JsonObject(value, _FENCE.sub("", text[earliest : earliest + place]))
    return None


def _after_thinking(text: str) -> int:
    """Return where the thinking ends for sure: it may go on to a later end, outside an object."""
    if not THINKING_BEGINS.match(text):
        return 0
    ends = THINKING_ENDS.search(text)
    if not ends:
        raise Unreadable("the reply ends within its thinking", "truncated")
    return ends.end()


def _decoded(text: str, place: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return None, place


def _is_verdict(value: Any, nonce: str) -> bool:
    if not isinstance(value, dict) or not {"nonce", "verdict"} <= set(value):
        return False
    told = value["nonce"] if isinstance(value, _Repeating) else [value["nonce"]]
    return any(isinstance(each, str) and plain(each) == plain(nonce) for each in told)


def _repeated(value: dict[str, Any]) -> str:
    """Return a key that the verdict or its object of labels says twice."""
    if isinstance(value, _Repeating):
        return str(value["twice"])
    verdict = value["verdict"]
    return str(verdict["twice"]) if isinstance(verdict, _Repeating) else ""
