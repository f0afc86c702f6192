"""Checksums of rows: what a row holds, and whom it belongs to."""

import struct
from hashlib import blake2b
from typing import Any

from rmg_core.store.rows import json_of

_of_score = struct.Struct("<qqdd").pack
_of_others = struct.Struct("<qqd").pack
_of_cell = struct.Struct("<qq").pack
_of_call = struct.Struct("<qqqqddd").pack


def begin_checksum(*fields: str | int | None) -> blake2b:
    """Return a checksum over some values, to which others may be added.

    To copy one and go on takes two thirds of the time of a new one.
    """
    try:
        text = json_of(fields)
    except TypeError:  # a damaged row
        text = ascii(fields)
    return blake2b(text.encode(), digest_size=8)


def outcome_checksum(begun: blake2b, row: tuple[Any, ...]) -> bytes:
    """Return the checksum of a row of `outcomes` without one; `begun` stands for its grader.

    Raises:
        struct.error: a number of it is none.
    """
    number, fingerprint, _, status, score, kind, payload, seconds, attempts = row
    made = begun.copy()
    if status == "score" and kind is None:
        numbers = _of_score(number, attempts, score, seconds)
        made.update(numbers + f"{fingerprint}\n{payload}".encode())
    else:
        numbers = _of_others(number, attempts, seconds)
        made.update(numbers + f"{fingerprint}\n{status}\n{score}\n{kind}\n{payload}".encode())
    return made.digest()


def is_sound(begun: blake2b, row: tuple[Any, ...]) -> bool:
    """Tell whether a row of `outcomes` is as it was written."""
    try:
        return bool(outcome_checksum(begun, row[:-1]) == row[-1])
    except (struct.error, UnicodeEncodeError):
        return False


def link_checksum(begun: blake2b, sample: int, id_text: str | None, repeat: int, to: str) -> bytes:
    """Return the checksum of a row of `cells`; `to` is `address_of` its outcome."""
    made = begun.copy()
    made.update(_of_cell(sample, repeat) + f"{to}\n{id_text}".encode())
    return made.digest()


def address_of(outcome: int, fingerprint: str) -> str:
    """Say which outcome a cell has in a way that survives a better one under its fingerprint."""
    return fingerprint or f"#{outcome}"


def call_checksum(row: tuple[Any, ...]) -> bytes:
    """Return what the checksum of a row of `calls` is; the one that it has is not looked at.

    Raises:
        struct.error: a number of it is none.
    """
    number, key, identity, reply, used, made, usd, queued, served, attempts, _ = row
    unknown = -1  # what no table holds
    numbers = _of_call(
        number,
        attempts,
        unknown if used is None else used,
        unknown if made is None else made,
        unknown if usd is None else usd,
        queued,
        served,
    )
    texts = f"{key}\n{identity}\n{reply}"
    return blake2b(numbers + texts.encode(), digest_size=8).digest()


def is_sound_call(row: tuple[Any, ...]) -> bool:
    """Tell whether a row of `calls` is as it was written."""
    try:
        return bool(call_checksum(row) == row[-1])
    except (struct.error, UnicodeEncodeError):
        return False


def asked_checksum(fingerprint: str, number: int, key: str) -> bytes:
    """Return the checksum of a row of `asked`; the key survives a call that takes its place."""
    return blake2b(f"{fingerprint}\n{number}\n{key}".encode(), digest_size=8).digest()
