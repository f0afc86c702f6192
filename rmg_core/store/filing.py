"""Outcomes on their way into the store: new ones, better ones, and those that stay."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from attrs import field, frozen

from rmg_core.outcomes import Cell
from rmg_core.store.catalogue import Place, read_authors
from rmg_core.store.rows import (
    OUTCOME_COLUMNS,
    UNREADABLE,
    Author,
    Row,
    checksum_of,
    found_in,
    is_sound,
    pack,
)
from rmg_core.store.values import Found

_NEW: Final = f"""INSERT INTO outcomes ({", ".join(Row._fields)})
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (fingerprint) DO NOTHING"""

_INSTEAD: Final = """UPDATE outcomes SET fingerprint = ?2, grader = ?3, status = ?4, score = ?5,
kind = ?6, payload = ?7, seconds = ?8, attempts = ?9, checksum = ?10 WHERE outcome = ?1"""

_AT: Final = f"""SELECT {OUTCOME_COLUMNS}
FROM json_each(?) AS asked CROSS JOIN outcomes AS o ON o.fingerprint = asked.value"""

_BARE: Final = f"""SELECT c.sample, k.name, c.repeat, {OUTCOME_COLUMNS}
FROM cells AS c
JOIN columns AS k ON k."column" = c."column"
JOIN outcomes AS o ON o.outcome = c.outcome
WHERE c.sample IN (SELECT value FROM json_each(?)) AND o.fingerprint IS NULL"""


@frozen
class Filed:
    """The number of the outcome of each cell, in their order, and the outcomes that stayed."""

    numbers: Sequence[int]
    stayed: Mapping[str, Found] = field(factory=dict)


def file_addressed(
    connection: sqlite3.Connection,
    places: Mapping[str, Place],
    cells: Sequence[Cell],
    free: int,
    *,
    fresh: bool,
) -> Filed:
    """File outcomes that have a fingerprint, under numbers from `free` on where they are new.

    An outcome that is there stays, unless it is an error, or damaged, or `fresh` is set.
    """
    rows = [
        _row_of(cell, places[cell.grader].author, number)
        for number, cell in enumerate(cells, free)
    ]
    if connection.executemany(_NEW, rows).rowcount == len(rows):
        return Filed(range(free, free + len(rows)))
    found = connection.execute("SELECT outcome FROM outcomes WHERE outcome >= ?", (free,))
    new = {number for (number,) in found}
    late = [cell for number, cell in enumerate(cells, free) if number not in new]
    stored = {row[1]: row for row in rows_at(connection, [cell.fingerprint for cell in late])}
    authors = read_authors(connection)
    better = []
    stayed = {}
    for cell in late:
        row = stored[cell.fingerprint]
        author = authors.get(row.grader, UNREADABLE)
        sound = is_sound(author, row)
        if fresh or not sound or row.status == "error":
            attempts = row.attempts + 1 if sound else 1
            row = _row_of(cell, places[cell.grader].author, row.outcome, attempts)
            stored[cell.fingerprint] = row
            better.append(row)
        else:
            stayed[cell.fingerprint] = found_in(row, author)
    connection.executemany(_INSTEAD, better)
    numbers = [
        number if number in new else stored[cell.fingerprint].outcome
        for number, cell in enumerate(cells, free)
    ]
    return Filed(numbers, stayed)


def file_bare(
    connection: sqlite3.Connection, places: Mapping[str, Place], cells: Sequence[Cell], free: int
) -> Sequence[int]:
    """File outcomes without a fingerprint, each instead of the one that its cell had."""
    last = {(cell.index, cell.grader, cell.repeat): cell for cell in cells}
    asked = orjson.dumps([cell.index for cell in cells]).decode()
    stored = {row[:3]: Row._make(row[3:]) for row in connection.execute(_BARE, (asked,))}
    numbers = {}
    new = []
    instead = []
    for key, cell in last.items():
        author = places[cell.grader].author
        row = stored.get(key)
        if row is None:
            new.append(_row_of(cell, author, free))
            numbers[key] = free
            free += 1
            continue
        numbers[key] = row.outcome
        if _row_of(cell, author, row.outcome, row.attempts) != row:
            attempts = row.attempts + 1 if is_sound(author, row) else 1
            instead.append(_row_of(cell, author, row.outcome, attempts))
    connection.executemany(_NEW, new)
    connection.executemany(_INSTEAD, instead)
    return [numbers[cell.index, cell.grader, cell.repeat] for cell in cells]


def rows_at(connection: sqlite3.Connection, fingerprints: Sequence[str]) -> list[Row]:
    """Return the rows of `outcomes` that have one of the fingerprints."""
    asked = orjson.dumps(fingerprints).decode()
    return [Row._make(row) for row in connection.execute(_AT, (asked,))]


def _row_of(cell: Cell, author: Author, number: int, attempts: int = 1) -> Row:
    status, score, kind, payload = pack(cell.outcome, author.scale)
    address, seconds = cell.fingerprint or None, cell.seconds + 0.0  # SQLite has no -0.0
    content = (number, address, author.number, status, score, kind, payload, seconds, attempts)
    return Row._make((*content, checksum_of(author, content)))
