"""The graders and columns of a store: whose the outcomes are, and under which names."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from rmg_core.store.rows import (
    AGGREGATORS,
    UNREADABLE,
    Author,
    author_of,
    column_checksum,
    column_key,
    fields_of,
)
from rmg_core.store.values import Column

_FIELDS: Final = "digest, name, distribution, release, version, source, options, scale"
_COLUMNS: Final = '"column", name, position, grader, repeats, checksum'


@frozen
class Place:
    """A column as its cells are written and read; `position` is None out of the present run."""

    number: int
    name: str
    position: int | None
    repeats: int
    author: Author
    key: bytes
    is_sound: bool = True


def read_authors(connection: sqlite3.Connection) -> dict[int | None, Author]:
    """Read whose outcomes there are; who cannot be read is left out."""
    authors: dict[int | None, Author] = {None: AGGREGATORS}
    for number, *fields in connection.execute(f"SELECT grader, {_FIELDS} FROM graders"):
        try:
            authors[number] = author_of(number, tuple(fields))
        except ValueError:
            continue
    return authors


def read_places(
    connection: sqlite3.Connection, authors: dict[int | None, Author]
) -> dict[int, Place]:
    """Read the columns by their numbers."""
    return {
        row[0]: _place_of(row, authors)
        for row in connection.execute(f"SELECT {_COLUMNS} FROM columns")
    }


def write_columns(connection: sqlite3.Connection, columns: Sequence[Column]) -> dict[str, Place]:
    """Make the columns those of a run, in the transaction that is open.

    The cells of a column that another grader made before are forgotten; a column that the run
    does not have stays, without a position.
    """
    before = {
        name: (number, position, grader, repeats)
        for number, name, position, grader, repeats, _ in connection.execute(
            f"SELECT {_COLUMNS} FROM columns"
        )
    }
    free = max((number for number, *_ in before.values()), default=0)
    wanted = []
    for position, column in enumerate(columns):
        grader = _number_of(connection, column)
        if column.name not in before:
            free += 1
            number = free
        else:
            number, _, former, _ = before.pop(column.name)
            if former != grader:
                connection.execute('DELETE FROM cells WHERE "column" = ?', (number,))
        wanted.append((number, column.name, position, grader, column.repeats))
    for name, (number, _, grader, repeats) in before.items():
        wanted.append((number, name, None, grader, repeats))
    rows = [(*row, column_checksum(*row)) for row in wanted]
    connection.execute("DELETE FROM columns")
    connection.executemany(f"INSERT INTO columns ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", rows)
    authors = read_authors(connection)
    return {row[1]: _place_of(row, authors) for row in rows if row[2] is not None}


def _place_of(
    row: tuple[int, str, int | None, int | None, int, bytes], authors: dict[int | None, Author]
) -> Place:
    number, name, position, grader, repeats, checksum = row
    is_sound = column_checksum(*row[:-1]) == checksum
    author = authors.get(grader, UNREADABLE)
    return Place(number, name, position, repeats, author, column_key(number, name), is_sound)


def _number_of(connection: sqlite3.Connection, column: Column) -> int | None:
    """Return the number of a column's grader, whose row is made where there is none.

    The digest stands for all but the scale: what else differs was damaged, and is written anew.
    Outcomes that were made on an older scale of the same grader stay on it.
    """
    if column.grader is None:
        return None
    fields = fields_of(column.grader)
    found = connection.execute(
        f"SELECT grader, {_FIELDS} FROM graders WHERE digest = ?", fields[:1]
    ).fetchone()
    if found is None:
        return connection.execute(
            f"INSERT INTO graders ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", fields
        ).lastrowid
    number, *stored = found
    scale = stored[-1] if _can_be_read(stored) else fields[-1]
    if (*stored[:-1], stored[-1]) != (*fields[:-1], scale):
        connection.execute(
            "UPDATE graders SET name = ?, distribution = ?, release = ?, version = ?, "
            "source = ?, options = ?, scale = ? WHERE grader = ?",
            (*fields[1:-1], scale, number),
        )
    return int(number)


def _can_be_read(fields: Sequence[str]) -> bool:
    try:
        author_of(0, tuple(fields))
    except ValueError:
        return False
    return True
