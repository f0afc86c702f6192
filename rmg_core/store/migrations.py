"""Stores of older versions, and how each is brought to the next."""

import secrets
import sqlite3
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from rmg_core.store.catalogue import Author, read_authors
from rmg_core.store.checksums import outcome_checksum
from rmg_core.store.connection import fetched
from rmg_core.store.rows import Row, expanded
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
    query = expanded("SELECT o.* FROM outcomes AS o WHERE outcome > ? ORDER BY outcome LIMIT 1000")
    while batch := fetched(connection, query, (last,)):
        last = batch[-1][0]
        renewed = []
        for row in map(Row._make, batch):
            author = authors.get(row.grader)
            # What was damaged before must not look sound now.
            if author is not None and _checksum_without_attempts(author, row) == row.checksum:
                renewed.append((outcome_checksum(author.begun, row[:-1]), row.outcome))
        connection.executemany("UPDATE outcomes SET checksum = ? WHERE outcome = ?", renewed)


def _checksum_without_attempts(author: Author, row: Row) -> bytes | None:
    numbers = [row.outcome, *([row.score] if row.status == "score" else []), row.seconds]
    made = author.begun.copy()
    try:
        made.update(struct.pack("<q" + "d" * (len(numbers) - 1), *numbers))
    except struct.error:
        return None
    texts = f"{row.fingerprint}\n{row.status}\n{row.kind}\n{row.payload}"
    made.update(texts.encode("utf-8", "replace"))
    return made.digest()


def _keep_calls(connection: sqlite3.Connection) -> None:
    """Make the tables of the calls of models, which version 1 did not keep."""
    for name in ("models", "calls", "asked", "asked_of_call", "replies"):
        connection.execute(TABLES[name])
    connection.execute("INSERT INTO meta VALUES ('salt', ?)", (secrets.token_hex(16),))


MIGRATIONS: Final[Mapping[int, Callable[[sqlite3.Connection], None]]] = MappingProxyType(
    {0: _count_attempts, 1: _keep_calls}
)
