"""The one that reads a store: outcomes by their fingerprints, and the cells of the last run."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from threading import Lock
from typing import Final

from attrs import define, field

from rmg_core.errors import StoreDamaged, StoreRefused
from rmg_core.outcomes import Cell
from rmg_core.store.catalogue import Place, read_authors, read_places
from rmg_core.store.connection import telling
from rmg_core.store.filing import rows_at
from rmg_core.store.rows import (
    OUTCOME_COLUMNS,
    UNREADABLE,
    Author,
    Row,
    address_of,
    found_in,
    id_of,
    is_sound,
    link_checksum,
)
from rmg_core.store.schema import meta_of
from rmg_core.store.values import Found

BLOCK: Final = 1000
"""Rows that are read at once: 200 cost as much a row, and so do 5,000."""

_CELLS: Final = f"""SELECT c.sample, c."column", c.repeat, c.checksum, s.id, {OUTCOME_COLUMNS}
FROM cells AS c
LEFT JOIN samples AS s ON s.sample = c.sample
LEFT JOIN outcomes AS o ON o.outcome = c.outcome
WHERE c.sample > ? ORDER BY c.sample, c."column", c.repeat"""


@define(eq=False)
class Reader:
    """Reads, in several threads if need be, one after the other.

    Whatever is read is compared with its checksum. No transaction outlasts a call, so that the
    writer is never kept from using its -wal again.
    """

    connection: sqlite3.Connection
    file: str
    _lock: Lock = field(factory=Lock)

    def find(self, fingerprints: Iterable[str]) -> dict[str, Found]:
        asked = iter(fingerprints)
        found: dict[str, Found] = {}
        with self._lock, telling(self.file, "read"):
            authors = read_authors(self.connection)
            while block := list(islice(asked, BLOCK)):
                for row in rows_at(self.connection, block):
                    author = authors.get(row.grader, UNREADABLE)
                    if is_sound(author, row):
                        found[row[1]] = self._found(row, author)
        return found
