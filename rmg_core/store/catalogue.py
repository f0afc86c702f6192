"""The graders and columns of a store: whose the outcomes are, and under which names."""

import json
import sqlite3
from collections.abc import Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import Final

from attrs import frozen

from rmg_core.outcomes import UNIT, Scale
from rmg_core.store.checksums import begin_checksum
from rmg_core.store.connection import fetched
from rmg_core.store.rows import json_of, scale_fields
from rmg_core.store.values import Column, StoredGrader

_GRADERS: Final = """SELECT
grader, digest, name, distribution, release, version, source, options, scale FROM graders"""

_NEW_GRADER: Final = """INSERT INTO graders
(digest, name, distribution, release, version, source, options, scale)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

_MENDED_GRADER: Final = """UPDATE graders SET
name = ?, distribution = ?, release = ?, version = ?, source = ?, options = ?, scale = ?
WHERE grader = ?"""

_COLUMNS: Final = 'SELECT "column", name, position, grader, repeats, checksum FROM columns'

_NEW_COLUMN: Final = """INSERT INTO columns
("column", name, position, grader, repeats, checksum) VALUES (?, ?, ?, ?, ?, ?)"""


@frozen
class Author:
    """Who made outcomes: a row of `graders`, or the aggregators.

    With `begun` begins the checksum of each of its outcomes, so that nobody else can have made it.
    """

    number: int | None
    begun: blake2b
    scale: Scale


AGGREGATORS: Final = Author(None, begin_checksum("aggregators"), UNIT)
UNREADABLE: Final = Author(None, begin_checksum("unreadable"), UNIT)
"""Stands for a row of `graders` that is damaged or gone: no outcome of it is sound."""


@frozen
class Place:
    """A column as its cells are written and read; `position` is None out of the present run."""

    number: int
    name: str
    position: int | None
    repeats: int
    author: Author
    begun: blake2b
    is_sound: bool = True


def read_authors(connection: sqlite3.Connection) -> dict[int | None, Author]:
    """Read whose outcomes there are; who cannot be read is left out."""
    authors: dict[int | None, Author] = {None: AGGREGATORS}
    for number, *fields in fetched(connection, _GRADERS):
        if (author := _author_of(number, fields)) is not None:
            authors[number] = author
    return authors


def read_places(
    connection: sqlite3.Connection, authors: dict[int | None, Author]
) -> dict[int, Place]:
    """Read the columns by their numbers."""
    return {row[0]: _place_of(row, authors) for row in fetched(connection, _COLUMNS)}


def read_columns(connection: sqlite3.Connection) -> list[Column]:
    """Read the columns of the present run in their order.

    Raises:
        ValueError: one of them, or its grader, is damaged; it says which.
    """
    graders = {row[0]: row[1:] for row in fetched(connection, _GRADERS)}
    rows = [row for row in fetched(connection, _COLUMNS) if row[2] is not None]
    made = []
    for row in sorted(rows, key=itemgetter(2)):
        _, name, _, grader, repeats, _ = row
        try:
            stored = None if grader is None else _grader_of(graders[grader])
            is_sound = _is_sound(row)
        except (KeyError, TypeError, ValueError):
            is_sound = False
        if not is_sound:
            raise ValueError(f"column {name!r}")
        made.append(Column(name, stored, repeats))
    return made


def write_columns(connection: sqlite3.Connection, columns: Sequence[Column]) -> dict[str, Place]:
    """Make the columns those of a run, in the transaction that is open.

    The cells of a column that another grader made before are forgotten; a column that the run
    does not have stays, without a position.
    """
    stored = fetched(connection, _COLUMNS)
    before = {row[1]: row for row in stored if _is_sound(row)}
    if len(before) < len(stored):  # what stands in a damaged column may be anybody's
        sound = json_of([row[0] for row in before.values()])
        query = 'DELETE FROM cells WHERE "column" NOT IN (SELECT value FROM json_each(?))'
        connection.execute(query, (sound,))
    free = max((row[0] for row in before.values()), default=0)
    wanted: list[tuple[int, str, int | None, int | None, int]] = []
    for position, column in enumerate(columns):
        grader = _number_of(connection, column)
        if column.name not in before:
            free += 1
            number = free
        else:
            number, _, _, former, _, _ = before.pop(column.name)
            if former != grader:
                connection.execute('DELETE FROM cells WHERE "column" = ?', (number,))
        wanted.append((number, column.name, position, grader, column.repeats))
    for number, name, _, grader, repeats, _ in before.values():
        wanted.append((number, name, None, grader, repeats))
    rows = [(*row, begin_checksum(*row).digest()) for row in wanted]
    connection.execute("DELETE FROM columns")
    connection.executemany(_NEW_COLUMN, rows)
    authors = read_authors(connection)
    return {row[1]: _place_of(row, authors) for row in rows if row[2] is not None}


def _place_of(
    row: tuple[int, str, int | None, int | None, int, bytes], authors: dict[int | None, Author]
) -> Place:
    number, name, position, grader, repeats, _ = row
    author = authors.get(grader, UNREADABLE)
    begun = begin_checksum(number, name)
    return Place(number, name, position, repeats, author, begun, _is_sound(row))


def _is_sound(row: tuple[int, str, int | None, int | None, int, bytes]) -> bool:
    return begin_checksum(*row[:-1]).digest() == row[-1]


def _number_of(connection: sqlite3.Connection, column: Column) -> int | None:
    """Return the number of a column's grader, whose row is made where there is none.

    The digest stands for all but the scale: what else differs was damaged, and is written anew.
    Outcomes that were made on an older scale of the same grader stay on it.
    """
    if column.grader is None:
        return None
    fields = _fields_of(column.grader)
    found = fetched(connection, f"{_GRADERS} WHERE digest = ?", fields[:1])
    if not found:
        return connection.execute(_NEW_GRADER, fields).lastrowid
    number, *stored = found[0]
    scale = fields[-1] if _author_of(number, stored) is None else stored[-1]
    if (*stored[:-1], stored[-1]) != (*fields[:-1], scale):
        connection.execute(_MENDED_GRADER, (*fields[1:-1], scale, number))
    return int(number)


def _fields_of(grader: StoredGrader) -> tuple[str, ...]:
    return (
        grader.digest.hex(),
        grader.name,
        grader.distribution,
        grader.release,
        grader.version,
        grader.source,
        grader.options,
        json_of(scale_fields(grader.scale)),
    )


def _grader_of(fields: Sequence[str]) -> StoredGrader:
    digest, name, distribution, release, version, source, options, _ = fields
    author = _author_of(0, fields)
    if author is None:
        raise ValueError(fields[-1])
    return StoredGrader(
        bytes.fromhex(digest),
        name,
        distribution,
        release,
        version,
        source,
        options,
        author.scale,
    )


def _author_of(number: int, fields: Sequence[str]) -> Author | None:
    """Return the author that a row of `graders` tells of; None where it cannot be read."""
    try:
        made = json.loads(fields[-1])
        low, high = made["scale"]
        scale = Scale(low, high, not made.get("lower_is_better", False))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return Author(number, begin_checksum(*fields), UNIT if scale == UNIT else scale)
