"""Outcomes on their way into the store: new ones, better ones, and those that stay."""

import sqlite3
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

import orjson
from attrs import frozen

from rmg_core.outcomes import Cell, GraderError
from rmg_core.store.catalogue import UNREADABLE, Author, Place, read_authors
from rmg_core.store.checksums import address_of, is_sound, link_checksum, outcome_checksum
from rmg_core.store.connection import fetched, misled
from rmg_core.store.rows import Row, expanded, id_text_of, pack

# For every None and every bytes Python's sqlite3 looks whether somebody has registered an adapter,
# which takes longer than to bind a text or a bytearray: 1.5 µs an outcome in all.
_NEW: Final = """INSERT INTO outcomes
(outcome, fingerprint, grader, status, score, kind, payload, seconds, attempts, checksum)
VALUES (?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?, ?)
ON CONFLICT (fingerprint) DO NOTHING"""

_INSTEAD: Final = """UPDATE outcomes SET fingerprint = ?2, grader = ?3, status = ?4, score = ?5,
kind = ?6, payload = ?7, seconds = ?8, attempts = ?9, checksum = ?10 WHERE outcome = ?1"""

_AT: Final = expanded("""SELECT o.*
FROM json_each(?) AS asked CROSS JOIN outcomes AS o ON o.fingerprint = asked.value""")

_KINDS: Final = """SELECT o.fingerprint, o.kind
FROM json_each(?) AS asked CROSS JOIN outcomes AS o ON o.fingerprint = asked.value"""

_BARE: Final = expanded("""SELECT c.sample, k.name, c.repeat, c.checksum, o.*
FROM cells AS c
JOIN columns AS k ON k."column" = c."column"
JOIN outcomes AS o ON o.outcome = c.outcome
WHERE c.sample IN (SELECT value FROM json_each(?)) AND o.fingerprint IS NULL""")


@frozen
class Filed:
    """The number of the outcome of each cell, in their order, and those that are new instead."""

    numbers: Sequence[int]
    renewed: Sequence[int] = ()


def file_addressed(
    connection: sqlite3.Connection,
    places: Mapping[str, Place],
    cells: Sequence[Cell],
    free: int,
    *,
    fresh: bool,
    stays: Container[int],
    since: int | None,
) -> Filed:
    """File outcomes that have a fingerprint, under numbers from `free` on where they are new.

    An outcome that is there stays, unless it is damaged, or an error, or `fresh` is set. One that
    these cells brought stays, and so does a sound one with a number above `since` or in `stays`.
    """
    if not cells:
        return Filed(())
    rows = [
        _row_of(cell, places[cell.grader].author, number) for number, cell in enumerate(cells, free)
    ]
    if _insert(connection, rows) == len(rows):
        return Filed(range(free, free + len(rows)))
    numbers = connection.execute("SELECT outcome FROM outcomes WHERE outcome >= ?", (free,))
    new = {number for (number,) in numbers}
    late = [cell for number, cell in enumerate(cells, free) if number not in new]
    stored = {
        row[1]: Row._make(row) for row in rows_at(connection, [cell.fingerprint for cell in late])
    }
    if len(stored) < len({cell.fingerprint for cell in late}):
        raise misled("the index of the fingerprints is not that of the outcomes")
    authors = read_authors(connection)
    better: dict[str, Row] = {}
    for cell in late:
        row = stored[cell.fingerprint]
        author = authors.get(row.grader, UNREADABLE)
        sound = is_sound(author.begun, row)
        is_of_these = row.outcome >= free or cell.fingerprint in better
        is_newer = since is not None and row.outcome > since
        may_stay = is_of_these or is_newer or row.outcome in stays
        is_error = row.status == "error"
        is_better = is_error and not isinstance(cell.outcome, GraderError)
        if not sound or is_better or (not may_stay and (fresh or is_error)):
            attempts = row.attempts + 1 if sound else 1
            row = Row._make(_row_of(cell, places[cell.grader].author, row.outcome, attempts))
            stored[cell.fingerprint] = better[cell.fingerprint] = row
    connection.executemany(_INSTEAD, better.values())
    filed = [
        number if number in new else stored[cell.fingerprint].outcome
        for number, cell in enumerate(cells, free)
    ]
    return Filed(filed, [row.outcome for row in better.values()])


def file_bare(
    connection: sqlite3.Connection, places: Mapping[str, Place], cells: Sequence[Cell], free: int
) -> Sequence[int]:
    """File outcomes without a fingerprint, each instead of the one that its cell had.

    Where it is damaged which one that was, it may be another cell's, and stays.
    """
    last = {(cell.index, cell.grader, cell.repeat): cell for cell in cells}
    asked = orjson.dumps([cell.index for cell in cells]).decode()
    stored = {row[:3]: row[3:] for row in fetched(connection, _BARE, (asked,))}
    numbers = {}
    new = []
    instead = []
    for key, cell in last.items():
        author = places[cell.grader].author
        row = _its_own(cell, places[cell.grader], *stored.get(key, ()))
        if row is None:
            new.append(_row_of(cell, author, free))
            numbers[key] = free
            free += 1
            continue
        numbers[key] = row.outcome
        sound = is_sound(author.begun, row)
        if not (sound and _row_of(cell, author, row.outcome, row.attempts) == row):
            attempts = row.attempts + 1 if sound else 1
            instead.append(_row_of(cell, author, row.outcome, attempts))
    _insert(connection, new)
    connection.executemany(_INSTEAD, instead)
    return [numbers[cell.index, cell.grader, cell.repeat] for cell in cells]


def _its_own(cell: Cell, place: Place, checksum: bytes = b"", *row: Any) -> Row | None:
    """Return the row that a cell has, if it has one and it is sound that this is its own."""
    if not row:
        return None
    to = address_of(row[0], "")
    link = link_checksum(place.begun, cell.index, id_text_of(cell.id), cell.repeat, to)
    return Row._make(row) if link == checksum else None


def kinds_at(connection: sqlite3.Connection, fingerprints: Sequence[str]) -> dict[str, str | None]:
    """Return the kinds of the errors under fingerprints; of other outcomes None."""
    return dict(fetched(connection, _KINDS, (orjson.dumps(fingerprints).decode(),)))


def rows_at(connection: sqlite3.Connection, fingerprints: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the rows of `outcomes` that have one of the fingerprints."""
    return fetched(connection, _AT, (orjson.dumps(fingerprints).decode(),))


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows unless their fingerprints are there; returns how many were not."""
    bound = [
        (n, address, by, status, score, kind or "", payload or "", took, tries, bytearray(checksum))
        for n, address, by, status, score, kind, payload, took, tries, checksum in rows
    ]
    return connection.executemany(_NEW, bound).rowcount


def _row_of(cell: Cell, author: Author, number: int, attempts: int = 1) -> tuple[Any, ...]:
    _, _, _, _, fingerprint, outcome, seconds = cell
    status, score, kind, payload = pack(outcome, author.scale)
    seconds += 0.0  # SQLite has no -0.0
    address = fingerprint or None
    row = number, address, author.number, status, score, kind, payload, seconds, attempts
    return (*row, outcome_checksum(author.begun, row))
