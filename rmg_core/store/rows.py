"""The rows of a store: outcomes as columns, and back."""

import json
import math
import re
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from rmg_core.outcomes import NOTHING, GraderScore, Outcome, Scale, from_json, to_json
from rmg_core.store.values import Found

# orjson reads longer numbers as floats.
_has_long_number: Final = re.compile(r"\d{19}").search


Packed: TypeAlias = tuple[str, float | None, str | None, str | None]
"""Status, score, kind and payload: JSON of what has no column, or None."""


class Row(NamedTuple):
    """A row of `outcomes`, as every query has it.

    Where there is one for every cell, it stays the plain tuple that SQLite gives and takes.
    """

    outcome: int
    fingerprint: str | None
    grader: int | None
    status: str
    score: float | None
    kind: str | None
    payload: str | None
    seconds: float
    attempts: int
    checksum: bytes


def expanded(query: str) -> str:
    """Write the columns of a `Row` for `o.*`: in a store that was migrated they stand otherwise."""
    return query.replace("o.*", ", ".join(f"o.{name}" for name in Row._fields))


def scale_fields(scale: Scale) -> dict[str, Any]:
    made: dict[str, Any] = {"scale": [scale.low, scale.high]}
    if not scale.higher_is_better:
        made["lower_is_better"] = True
    return made


def pack(outcome: Outcome, scale: Scale) -> Packed:
    """Return an outcome as columns; `scale` is the one that need not be written."""
    if isinstance(outcome, GraderScore):
        score = outcome.score
        if score and not outcome.reason and outcome.metadata is NOTHING and outcome.scale is scale:
            return "score", score, None, None
        rest: dict[str, Any] = {}
        if outcome.reason:
            rest["reason"] = outcome.reason
        if outcome.metadata:
            rest["metadata"] = dict(outcome.metadata)
        if outcome.scale is not scale and outcome.scale != scale:
            rest |= scale_fields(outcome.scale)
        if not score and math.copysign(1.0, score) < 0.0:
            rest["score"], score = score, 0.0  # SQLite keeps both as the integer 0
        return "score", score, None, json_of(rest) if rest else None
    rest = to_json(outcome)
    del rest["status"]
    kind = rest.pop("kind", None)
    return outcome.status, None, kind, json_of(rest) if rest else None


def unpack(row: tuple[Any, ...], scale: Scale) -> Outcome:
    """Return the outcome of a row that is as it was written.

    Raises:
        ValueError: a newer rmg wrote it, and this one has no such outcome.
    """
    _, _, _, status, score, kind, payload, _, _, _ = row
    if payload is None and score is not None:
        return GraderScore(score, "", NOTHING, scale)
    rest = {} if payload is None else _rest_of(payload)
    if score is not None and "scale" not in rest:
        score = rest.get("score", score)
        return GraderScore(score, rest.get("reason", ""), rest.get("metadata", NOTHING), scale)
    return from_json({"status": status, "score": score, "kind": kind, **rest})


def found_in(row: tuple[Any, ...], scale: Scale) -> Found:
    """Return a sound row of `outcomes` as it is found.

    Raises:
        ValueError: a newer rmg wrote it, and this one has no such outcome.
    """
    number, fingerprint, _, _, _, _, _, seconds, attempts, _ = row
    outcome = unpack(row, scale)
    return tuple.__new__(Found, (number, fingerprint or "", outcome, seconds, attempts))


def id_text_of(key: str | int | None) -> str | None:
    """Return the id of a sample as JSON; None where it has none."""
    return None if key is None else json_of(key)


def id_of(text: str | None) -> str | int | None:
    if text is None:
        return None
    found: str | int = _read(text, may_have_long_numbers=True)
    return found


def json_of(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # more than 64 bits, or a lone surrogate, which becomes an escape
        return json.dumps(value, allow_nan=False)


def read_json(text: str) -> Any:
    """Return what `json_of` wrote, of what has no number of more than 64 bits."""
    return _read(text, may_have_long_numbers=False)


def _rest_of(payload: str) -> dict[str, Any]:
    has_values = '"metadata":' in payload or '"scale":' in payload
    rest: dict[str, Any] = _read(payload, may_have_long_numbers=has_values)
    return rest


def _read(text: str, *, may_have_long_numbers: bool) -> Any:
    if not (may_have_long_numbers and _has_long_number(text)):
        try:
            return orjson.loads(text)
        except ValueError:  # the escape of a lone surrogate
            pass
    return json.loads(text)
