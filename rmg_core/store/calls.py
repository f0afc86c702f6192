"""The calls of models in a store: kept under their keys, and linked to the cells that made them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from rmg_core.models import Call
from rmg_core.store.checksums import asked_checksum, call_checksum, is_sound_call
from rmg_core.store.connection import fetched, misled
from rmg_core.store.listing import BLOCK
from rmg_core.store.rows import json_of, read_json
from rmg_core.store.values import Asked, CallTotals

_AT: Final = """SELECT c.call, c.key, m.identity, c.reply,
c.input_tokens, c.output_tokens, c.usd, c.queued, c.served, c.attempts, c.checksum
FROM calls AS c LEFT JOIN models AS m ON m.model = c.model WHERE c.key = ?"""

_AFTER: Final = _AT.replace("c.key = ?", "c.call > ? ORDER BY c.call LIMIT ?")

_LINKS: Final = """SELECT a.fingerprint, a.number, a.checksum, c.key
FROM asked AS a LEFT JOIN calls AS c ON c.call = a.call
WHERE a.fingerprint = ? ORDER BY a.number"""

_LINKS_AFTER: Final = """SELECT a.fingerprint, a.number, a.checksum, c.key,
EXISTS (SELECT 1 FROM outcomes AS o WHERE o.fingerprint = a.fingerprint)
FROM asked AS a LEFT JOIN calls AS c ON c.call = a.call
WHERE (a.fingerprint, a.number) > (?, ?) ORDER BY a.fingerprint, a.number LIMIT ?"""

_NEW: Final = """INSERT INTO calls
(call, key, model, reply, input_tokens, output_tokens, usd, queued, served, attempts, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO NOTHING"""

_INSTEAD: Final = """UPDATE calls SET call = ?1, model = ?3, reply = ?4, input_tokens = ?5,
output_tokens = ?6, usd = ?7, queued = ?8, served = ?9, attempts = ?10, checksum = ?11
WHERE key = ?2"""

_ASKED: Final = """INSERT INTO asked (fingerprint, number, call, checksum)
VALUES (?, ?, (SELECT call FROM calls WHERE key = ?), ?)
ON CONFLICT (fingerprint, number)
DO UPDATE SET call = excluded.call, checksum = excluded.checksum
WHERE call IS NOT excluded.call OR checksum IS NOT excluded.checksum"""

_TOTALS: Final = """SELECT m.identity, count(*), ifnull(sum(c.input_tokens), 0),
ifnull(sum(c.output_tokens), 0), sum(c.usd), count(*) - count(c.usd)
FROM calls AS c JOIN models AS m ON m.model = c.model GROUP BY m.model ORDER BY m.model"""

_UNUSED: Final = """SELECT count(*) FROM calls WHERE call NOT IN (
    SELECT a.call FROM asked AS a JOIN outcomes AS o ON o.fingerprint = a.fingerprint
    WHERE o.outcome IN (SELECT outcome FROM cells)
)"""

_FORGET_LINKS: Final = """DELETE FROM asked WHERE fingerprint NOT IN (
    SELECT fingerprint FROM outcomes WHERE fingerprint IS NOT NULL
)"""

_FORGET: Final = "DELETE FROM calls WHERE call NOT IN (SELECT call FROM asked)"

_FORGET_MODELS: Final = "DELETE FROM models WHERE model NOT IN (SELECT model FROM calls)"


class CallRow(NamedTuple):
    """A row of `calls` with the identity of its model."""

    call: int
    key: str
    identity: str | None
    reply: str
    input_tokens: int | None
    output_tokens: int | None
    usd: float | None
    queued: float
    served: float
    attempts: int
    checksum: bytes


def keep_calls(
    connection: sqlite3.Connection, calls: Sequence[Call], last: int, *, fresh: bool
) -> None:
    """Keep calls under their keys, in the transaction that is open.

    A call that is there stays, unless it is damaged, or `fresh` is set and its number is not
    above `last`. What takes its place has a new number.
    """
    [free] = connection.execute("SELECT ifnull(max(call), 0) + 1 FROM calls").fetchone()
    models = _numbers_of(connection, {call.model for call in calls})
    rows = [_row_of(call, number) for number, call in enumerate(calls, free)]
    if connection.executemany(_NEW, [_bound(row, models) for row in rows]).rowcount == len(rows):
        return
    found = connection.execute("SELECT call FROM calls WHERE call >= ?", (free,))
    new = {number for (number,) in found}
    instead: dict[str, CallRow] = {}
    moved = []
    for row in rows:
        if row.call in new or row.key in instead:
            continue
        stored = row_at(connection, row.key)
        if stored is None:
            raise misled("the index of the keys is not that of the calls")
        if not is_sound_call(stored) or (fresh and stored.call <= last):
            instead[row.key] = row
            moved.append((row.call, stored.call))
    connection.executemany(_INSTEAD, [_bound(row, models) for row in instead.values()])
    connection.executemany("UPDATE asked SET call = ? WHERE call = ?", moved)


def link_calls(connection: sqlite3.Connection, asked: Sequence[Asked]) -> None:
    """Say which calls cells made, in the transaction that is open."""
    rows = [(*link, bytearray(asked_checksum(*link))) for link in asked]
    connection.executemany(_ASKED, rows)


def unlink_calls(connection: sqlite3.Connection, fingerprints: set[str]) -> None:
    """Forget which calls cells made, in the transaction that is open."""
    connection.executemany(
        "DELETE FROM asked WHERE fingerprint = ?", [(each,) for each in fingerprints]
    )


def forget_calls(connection: sqlite3.Connection) -> int:
    """Delete the calls that no outcome was made of, and return how many."""
    connection.execute(_FORGET_LINKS)
    forgotten = connection.execute(_FORGET).rowcount
    connection.execute(_FORGET_MODELS)
    return forgotten


def row_at(connection: sqlite3.Connection, key: str) -> CallRow | None:
    """Return the call under a key, which may be damaged."""
    found = fetched(connection, _AT, (key,))
    return CallRow._make(found[0]) if found else None


def rows_after(connection: sqlite3.Connection, call: int) -> list[CallRow]:
    """Return the next calls by their numbers; none is the end."""
    return [CallRow._make(row) for row in fetched(connection, _AFTER, (call, BLOCK))]


def call_of(row: CallRow) -> Call:
    """Return a sound call."""
    number, key, identity, reply, used, made, usd, queued, served, attempts, _ = row
    answer = read_json(reply)
    return Call(key, identity or "", answer, used, made, usd, queued, served, attempts, number)


def calls_under(connection: sqlite3.Connection, fingerprint: str) -> list[Call]:
    """Return the calls that a cell made.

    Raises:
        ValueError: one of them is damaged; it says which.
    """
    made = []
    for _, number, checksum, key in fetched(connection, _LINKS, (fingerprint,)):
        is_own = _is_its_own(fingerprint, number, checksum, key)
        row = row_at(connection, key) if is_own else None
        if row is None or not is_sound_call(row):
            raise ValueError(f"call {number} of fingerprint {fingerprint}")
        made.append(call_of(row))
    return made


def damaged_links(connection: sqlite3.Connection) -> Iterator[tuple[str, int, bool]]:
    """Yield the links of cells to their calls that are not as they were written.

    Each is a fingerprint, the number of the call, and whether there is an outcome of it.
    """
    last: tuple[str, int] = ("", -1)
    while rows := fetched(connection, _LINKS_AFTER, (*last, BLOCK)):
        for fingerprint, number, checksum, key, has_outcome in rows:
            if not _is_its_own(fingerprint, number, checksum, key):
                yield fingerprint, number, bool(has_outcome)
        if len(rows) < BLOCK:
            return
        fingerprint, number, *_ = rows[-1]
        # After what is no fingerprint nothing can be asked for, and out of order there is no end.
        is_address = isinstance(fingerprint, str) and fingerprint.isascii()
        if not is_address or (fingerprint, number) <= last:
            yield fingerprint, number, True
            return
        last = fingerprint, number


def totals_in(connection: sqlite3.Connection) -> dict[str, CallTotals]:
    return {identity: CallTotals(*sums) for identity, *sums in fetched(connection, _TOTALS)}


def unused_in(connection: sqlite3.Connection) -> int:
    """Return how many calls `forget_calls` would delete after the outcomes that no cell has."""
    [count] = connection.execute(_UNUSED).fetchone()
    return int(count)


def _is_its_own(fingerprint: str, number: int, checksum: bytes, key: str | None) -> bool:
    try:
        return key is not None and asked_checksum(fingerprint, number, key) == checksum
    except UnicodeEncodeError:
        return False


def _row_of(call: Call, number: int) -> CallRow:
    usd = None if call.usd is None else call.usd + 0.0  # SQLite has no -0.0
    seconds = call.queued + 0.0, call.served + 0.0
    tokens = call.input_tokens, call.output_tokens
    reply = json_of(dict(call.reply))
    row = (number, call.key, call.model, reply, *tokens, usd, *seconds, call.attempts, b"")
    return CallRow(*row[:-1], call_checksum(row))


def _bound(row: CallRow, models: Mapping[str | None, int]) -> tuple[Any, ...]:
    return (*row[:2], models[row.identity], *row[3:10], bytearray(row.checksum))


def _numbers_of(connection: sqlite3.Connection, identities: set[str]) -> dict[str | None, int]:
    """Return the numbers of models, whose rows are made where there are none."""
    numbers: dict[str | None, int] = {}
    for identity in sorted(identities):
        query = "INSERT INTO models (identity) VALUES (?) ON CONFLICT (identity) DO NOTHING"
        connection.execute(query, (identity,))
        query = "SELECT model FROM models WHERE identity = ?"
        [numbers[identity]] = connection.execute(query, (identity,)).fetchone()
    return numbers
