"""Stores of older versions, and how each is brought to the next."""

import sqlite3
import struct
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

from rmg_core.store.catalogue import read_authors
from rmg_core.store.rows import OUTCOME_COLUMNS, Row, checksum_of
from rmg_core.store.schema import TABLES, VERSION, seal


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring the tables from `version` to the present one, in the transaction that is open."""
    connection.execute("DROP VIEW results")
    for each in range(version, VERSION):
        MIGRATIONS[each](connection)
    connection.execute(TABLES["results"])
    seal(connection)


def _count_attempts(connection: sqlite3.Connection) -> None:
    """Give the outcomes of version 0 their first attempt."""
    connection.execute(
        "ALTER TABLE outcomes ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1 CHECK (attempts >= 1)"
    )
    authors = read_authors(connection)
    last = 0
    while batch := connection.execute(
        f"SELECT {OUTCOME_COLUMNS} FROM outcomes AS o WHERE o.outcome > ? "
        "ORDER BY o.outcome LIMIT 1000",
        (last,),
    ).fetchall():
        last = batch[-1][0]
        renewed = []
        for row in map(Row._make, batch):
            author = authors.get(row.grader)
            # What was damaged before must not look sound now.
            if author is not None and _checksum_without_attempts(author.key, row) == row.checksum:
                renewed.append((checksum_of(author, row), row.outcome))
        connection.executemany("UPDATE outcomes SET checksum = ? WHERE outcome = ?", renewed)


def _checksum_without_attempts(key: bytes, row: Row) -> bytes | None:
    numbers = (row.score, row.seconds) if row.status == "score" else (row.seconds,)
    try:
        floats = struct.pack(f"<{len(numbers)}d", *numbers)
    except struct.error:
        return None
    texts = f"{row.outcome}\n{row.fingerprint}\n{row.status}\n{row.kind}\n{row.payload}"
    return blake2b(key + floats + texts.encode(), digest_size=8).digest()


MIGRATIONS: Final[Mapping[int, Callable[[sqlite3.Connection], None]]] = MappingProxyType(
    {0: _count_attempts}
)
