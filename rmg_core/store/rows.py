"""The rows of a store: outcomes as columns and back, and the checksums over them."""

import json
import math
import re
import struct
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson
from attrs import frozen

from rmg_core.outcomes import (
    NOTHING,
    UNIT,
    GraderScore,
    Outcome,
    Scale,
    from_json,
    to_json,
)
from rmg_core.store.values import Found, StoredGrader

_one_float = struct.Struct("<d").pack
_two_floats = struct.Struct("<dd").pack

# orjson reads longer numbers as floats.
_has_long_number = re.compile(r"\d{19}").search


class Packed(NamedTuple):
    """An outcome as columns; `payload` is JSON of what has no column, None where that is nothing."""

    status: str
    score: float | None
    kind: str | None
    payload: str | None


class Row(NamedTuple):
    """A row of `outcomes`, in the order of `OUTCOME_COLUMNS`."""

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


OUTCOME_COLUMNS: Final = ", ".join(f"o.{name}" for name in Row._fields)


@frozen
class Author:
    """Who made outcomes: a row of `graders`, or the aggregators.

    `key` goes into the checksum of each of its outcomes, so that nobody else can have made them.
    """

    number: int | None
    key: bytes
    scale: Scale


AGGREGATORS: Final = Author(None, bytes(16), UNIT)
UNREADABLE: Final = Author(None, b"unreadable", UNIT)
"""Stands for a row of `graders` that is damaged or gone: no outcome of it is sound."""


def author_of(number: int, fields: tuple[str, ...]) -> Author:
    """Return the author that a row of `graders` tells of; `fields` are in the order of the table.

    Raises:
        ValueError: they are not what was written.
    """
    try:
        made = json.loads(fields[-1])
        low, high = made["scale"]
        scale = Scale(low, high, not made.get("lower_is_better", False))
    except (KeyError, TypeError) as fault:
        raise ValueError(f"not a scale: {fields[-1]!r}") from fault
    return Author(number, _digest(_json(fields).encode(), 16), UNIT if scale == UNIT else scale)


def fields_of(grader: StoredGrader) -> tuple[str, ...]:
    """Return a grader as its row in `graders` has it, but for its number."""
    return (
        grader.digest.hex(),
        grader.name,
        grader.distribution,
        grader.release,
        grader.version,
        grader.source,
        grader.options,
        _json(_scale_fields(grader.scale)),
    )


def _scale_fields(scale: Scale) -> dict[str, Any]:
    made: dict[str, Any] = {"scale": [scale.low, scale.high]}
    if not scale.higher_is_better:
        made["lower_is_better"] = True
    return made


def pack(outcome: Outcome, scale: Scale) -> Packed:
    """Return an outcome as columns; `scale` is the one that need not be written."""
    if isinstance(outcome, GraderScore):
        score = outcome.score
        rest: dict[str, Any] = {}
        if outcome.reason:
            rest["reason"] = outcome.reason
        if outcome.metadata:
            rest["metadata"] = dict(outcome.metadata)
        if outcome.scale is not scale and outcome.scale != scale:
            rest |= _scale_fields(outcome.scale)
        if not score and math.copysign(1.0, score) < 0.0:
            rest["score"], score = score, 0.0  # SQLite keeps both as the integer 0
        return Packed("score", score, None, _json(rest) if rest else None)
    rest = to_json(outcome)
    del rest["status"]
    kind = rest.pop("kind", None)
    return Packed(outcome.status, None, kind, _json(rest) if rest else None)


def unpack(row: Row, scale: Scale) -> Outcome:
    """Return the outcome of a row that is as it was written.

    Raises:
        ValueError: a newer rmg wrote it, and this one has no such outcome.
    """
    _, _, _, status, score, kind, payload, _, _, _ = row
    if payload is None and score is not None:
        return GraderScore(score, "", NOTHING, scale)
    rest = _rest_of(payload)
    if score is not None and "scale" not in rest:
        score = rest.get("score", score)
        return GraderScore(score, rest.get("reason", ""), rest.get("metadata", NOTHING), scale)
    if score is not None:
        rest = {"score": score, **rest}
    return from_json({"status": status, "kind": kind, **rest})


def checksum_of(author: Author, content: tuple[Any, ...]) -> bytes:
    """Return what the checksum of a row of `outcomes` is, whose other columns are `content`.

    Raises:
        struct.error: a number of it is none.
    """
    number, fingerprint, _, status, score, kind, payload, seconds, attempts = content
    # Two floats if there is a score, or one: a score that became NULL is not taken for 0.0.
    floats = _two_floats(score, seconds) if status == "score" else _one_float(seconds)
    texts = f"{number}\n{fingerprint}\n{status}\n{kind}\n{attempts}\n{payload}"
    return blake2b(author.key + floats + texts.encode(), digest_size=8).digest()


def is_sound(author: Author, row: Row) -> bool:
    """Tell whether a row of `outcomes` is as it was written."""
    if row[4] is not None and row[3] != "score":
        return False
    try:
        return checksum_of(author, row[:-1]) == row[-1]
    except (struct.error, UnicodeEncodeError):
        return False


def found_in(row: Row, author: Author) -> Found:
    """Return a sound row of `outcomes` as it is found.

    Raises:
        ValueError: a newer rmg wrote it, and this one has no such outcome.
    """
    number, fingerprint, _, _, _, _, _, seconds, attempts, _ = row
    return Found(number, fingerprint or "", unpack(row, author.scale), seconds, attempts)


def column_key(number: int, name: str) -> bytes:
    """Return what goes into the checksum of every cell of a column."""
    return _digest(f"{number}\n{name}".encode(), 16)


def link_checksum(key: bytes, sample: int, id_text: str | None, repeat: int, to: str) -> bytes:
    """Return the checksum of a row of `cells`; `to` is `address_of` its outcome."""
    link = f"{sample}\n{repeat}\n{to}\n{id_text}"
    return blake2b(key + link.encode(), digest_size=8).digest()


def address_of(outcome: int, fingerprint: str) -> str:
    """Say which outcome a cell has in a way that survives a better one under its fingerprint."""
    return fingerprint or f"#{outcome}"


def column_checksum(*fields: str | int | None) -> bytes:
    return _digest(_json(fields).encode(), 8)


def id_text_of(key: str | int | None) -> str | None:
    """Return the id of a sample as JSON; None where it has none."""
    return None if key is None else _json(key)


def id_of(text: str | None) -> str | int | None:
    if text is None:
        return None
    found: str | int = _read(text, has_numbers=True)
    return found


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # more than 64 bits, or a lone surrogate, which becomes an escape
        return json.dumps(value, allow_nan=False)


def _read(text: str, *, has_numbers: bool) -> Any:
    if not (has_numbers and _has_long_number(text)):
        try:
            return orjson.loads(text)
        except ValueError:  # the escape of a lone surrogate
            pass
    return json.loads(text)


def _rest_of(payload: str | None) -> dict[str, Any]:
    if payload is None:
        return {}
    has_numbers = '"metadata":' in payload or '"scale":' in payload
    rest: dict[str, Any] = _read(payload, has_numbers=has_numbers)
    return rest


def _digest(content: bytes, size: int) -> bytes:
    return blake2b(content, digest_size=size).digest()
