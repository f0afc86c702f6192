"""Whether a store is as it was written, to the last grade."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rmg_core.errors import StoreDamaged, StoreRefused
from rmg_core.store.connection import Connect
from rmg_core.store.listing import (
    BLOCK,
    Names,
    Stored,
    cell_at,
    cells_after,
    fault_of,
    keys_after,
    names_of,
)
from rmg_core.store.opening import open_reader
from rmg_core.store.rows import OUTCOME_COLUMNS, UNREADABLE, Row, id_of, is_sound
from rmg_core.store.values import Finding


def verify(path: Path, *, connect: Connect = sqlite3.connect) -> list[Finding]:
    """Compare all of a store with its checksums; an empty list says that nothing is damaged.

    Raises:
        StoreError: the file is not there, or cannot be read for a reason that is not damage.
    """
    if not path.is_file():
        open_reader(path, connect=connect)
    try:
        reader = open_reader(path, connect=connect)
    except (StoreDamaged, StoreRefused) as fault:
        return [Finding(str(fault))]
    with closing(reader.connection) as connection:
        return list(_findings(connection))


def _findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    yield from _of_the_file(connection)
    named: set[int] = set()
    try:
        connection.execute("BEGIN")
        names = names_of(connection)
        for place in names.places.values():
            if not place.is_sound:
                yield Finding(f"the column {place.name!r} is damaged")
        last = -1
        while stored := _cells_after(connection, last):
            for each in stored:
                if isinstance(each, Finding):
                    yield each
                elif said := fault_of(each, names):
                    named.add(each.row.outcome)
                    yield _finding(each, names, said)
            ...
        yield from _of_unlinked(connection, names, named)
    except sqlite3.DatabaseError as fault:
        yield Finding(f"...")
