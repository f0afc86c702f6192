"""The cells of a store as they stand in it, and what is wrong with one."""

import sqlite3
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Self

from attrs import field, frozen

from rmg_core.outcomes import Cell
from rmg_core.store.catalogue import UNREADABLE, Author, Place, read_authors, read_places
from rmg_core.store.checksums import address_of, is_sound, link_checksum
from rmg_core.store.connection import fetched
from rmg_core.store.rows import Row, expanded, found_in, id_of, json_of

BLOCK: Final = 1000
"""Rows that are read at once: 200 cost as much a row, and so do 5,000."""

_AFTER: Final = expanded("""SELECT c.sample, c."column", c.repeat, c.checksum, s.id, o.*
FROM cells AS c
LEFT JOIN samples AS s ON s.sample = c.sample
LEFT JOIN outcomes AS o ON o.outcome = c.outcome
WHERE c.sample > ? ORDER BY c.sample, c."column", c.repeat""")

_ONE: Final = _AFTER.replace("c.sample > ?", 'c.sample = ? AND c."column" = ? AND c.repeat = ?')

_RANKED: Final = """SELECT DISTINCT k.name FROM outcomes AS o
JOIN cells AS c ON c.outcome = o.outcome
JOIN columns AS k ON k."column" = c."column"
WHERE o.status = 'rank' AND k.position IS NOT NULL"""

_TEXT_IDS: Final = "SELECT 1 FROM samples WHERE json_type(id) <> 'integer' LIMIT 1"

_GRADED: Final = """SELECT DISTINCT c.sample, s.id, o.fingerprint IS NOT NULL FROM cells AS c
JOIN samples AS s ON s.sample = c.sample
JOIN outcomes AS o ON o.outcome = c.outcome
JOIN columns AS k ON k."column" = c."column"
WHERE k.name = ? AND c.sample IN (SELECT value FROM json_each(?))"""
_OF_SAMPLE: Final = _AFTER.replace("c.sample > ?", "c.sample = ?")

_KEYS: Final = """SELECT sample, "column", repeat FROM cells
WHERE sample > ? ORDER BY sample, "column", repeat"""


class Stored(NamedTuple):
    """A row of `cells` with its sample and its outcome, of which all may be damaged or absent."""

    sample: int
    column: int
    repeat: int
    checksum: bytes
    id_text: str | None
    row: Row

    @classmethod
    def of_key(cls, key: tuple[int, int, int]) -> Self:
        """Stand for a cell of which nothing else can be read."""
        return cls(*key, b"", None, Row._make([None] * len(Row._fields)))

    def is_after(self, sample: int) -> bool:
        return isinstance(self.sample, int) and self.sample > sample


@frozen
class Names:
    """What the numbers in cells and outcomes stand for."""

    authors: Mapping[int | None, Author]
    places: Mapping[int, Place] = field(factory=dict)


def names_of(connection: sqlite3.Connection) -> Names:
    authors = read_authors(connection)
    return Names(authors, read_places(connection, authors))


def cells_after(connection: sqlite3.Connection, sample: int) -> list[Stored]:
    """Return the cells of the next samples, each with all of its cells; none is the end."""
    return [_stored(row) for row in fetched(connection, _AFTER, (sample,), _whole_samples)]


def ranked_in(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the names of the columns in which a rank is."""
    return frozenset(name for (name,) in fetched(connection, _RANKED))


def has_text_ids(connection: sqlite3.Connection) -> bool:
    """Tell whether the id of a sample is no whole number."""
    return bool(fetched(connection, _TEXT_IDS))


def graded_in(
    connection: sqlite3.Connection, column: str, samples: Sequence[int]
) -> dict[tuple[int, str | None], bool]:
    """Return those of the samples that have a cell in a column, with the ids that they had.

    Of each whether it was graded: what a condition has held back has no fingerprint.
    """
    rows = fetched(connection, _GRADED, (column, json_of(samples)))
    return {(sample, key): bool(was_graded) for sample, key, was_graded in rows}


def cells_of_sample(connection: sqlite3.Connection, sample: int) -> list[Stored]:
    return [_stored(row) for row in fetched(connection, _OF_SAMPLE, (sample,))]


def keys_after(connection: sqlite3.Connection, sample: int) -> list[tuple[int, int, int]]:
    """Return what `cells_after` would, without a look at samples and outcomes."""
    return fetched(connection, _KEYS, (sample,), _whole_samples)


def cell_at(connection: sqlite3.Connection, key: tuple[int, int, int]) -> Stored:
    rows = fetched(connection, _ONE, key)
    return _stored(rows[0]) if rows else Stored.of_key(key)


def _whole_samples(cursor: sqlite3.Cursor) -> list[Any]:
    rows = cursor.fetchmany(BLOCK)
    while len(rows) >= BLOCK and (more := cursor.fetchone()) is not None:
        if more[0] != rows[-1][0]:
            break
        rows.append(more)
    cursor.close()
    return rows


def _stored(row: tuple[Any, ...]) -> Stored:
    return Stored._make((*row[:5], Row._make(row[5:])))


def fault_of(stored: Stored, names: Names) -> str:
    """Say what of a cell is not as it was written; nothing where all is."""
    place, row = names.places.get(stored.column), stored.row
    if place is None or not place.is_sound:
        return "its column is damaged"
    if row.outcome is None:
        return "its outcome is gone"
    if not is_sound(names.authors.get(row.grader, UNREADABLE).begun, row):
        return "its outcome is damaged"
    sample, _, repeat, checksum, id_text, _ = stored
    to = address_of(row.outcome, row.fingerprint or "")
    try:
        is_its_own = link_checksum(place.begun, sample, id_text, repeat, to) == checksum
    except (struct.error, UnicodeEncodeError):
        is_its_own = False
    return "" if is_its_own else "whose outcome it is, is damaged"


def cell_of(stored: Stored, names: Names) -> Cell:
    """Return a sound cell.

    Raises:
        ValueError: a newer rmg wrote it, and this one has no such outcome.
    """
    name = names.places[stored.column].name
    found = found_in(stored.row, names.authors[stored.row.grader].scale)
    key = id_of(stored.id_text)
    return Cell(
        stored.sample, key, name, stored.repeat, found.fingerprint, found.outcome, found.seconds
    )
