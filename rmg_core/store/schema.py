"""The tables of a store, and whether a file has them."""

import secrets
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

from rmg_core.errors import StoreRefused

VERSION: Final = 2
UPGRADE: Final = "run `pip install --upgrade rmg-core`"
APPLICATION: Final = 0x726D6773  # "rmgs" in the header of the file, which `file` can show

# Foreign keys are declared for whoever reads, and checked by `verify`: to enforce them costs 1 µs
# a cell. A score that is NaN arrives as NULL; the largest number that passes is that of floats.
TABLES: Final[Mapping[str, str]] = {
    "meta": """CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID""",
    "graders": """CREATE TABLE graders (
    grader INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    distribution TEXT NOT NULL,
    release TEXT NOT NULL,
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    options TEXT NOT NULL,
    scale TEXT NOT NULL
)""",
    "columns": """CREATE TABLE columns (
    "column" INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    position INTEGER UNIQUE CHECK (position >= 0),
    grader INTEGER REFERENCES graders,
    repeats INTEGER NOT NULL CHECK (repeats >= 1),
    checksum BLOB NOT NULL
)""",
    "samples": """CREATE TABLE samples (
    sample INTEGER PRIMARY KEY CHECK (sample >= 0),
    id TEXT
)""",
    "outcomes": """CREATE TABLE outcomes (
    outcome INTEGER PRIMARY KEY,
    fingerprint TEXT UNIQUE CHECK (
        fingerprint IS NULL OR (fingerprint <> '' AND grader IS NOT NULL)
    ),
    grader INTEGER REFERENCES graders,
    status TEXT NOT NULL,
    score REAL,
    kind TEXT,
    payload TEXT CHECK (payload IS NULL OR json_valid(payload)),
    seconds REAL NOT NULL CHECK (seconds >= 0),
    attempts INTEGER NOT NULL CHECK (attempts >= 1),
    checksum BLOB NOT NULL,
    CHECK (
        CASE status
            WHEN 'score' THEN (score > -9e999 AND score < 9e999) IS TRUE AND kind IS NULL
            WHEN 'error' THEN score IS NULL AND kind IS NOT NULL AND payload IS NOT NULL
            WHEN 'rank' THEN score IS NULL AND kind IS NULL AND payload IS NOT NULL
            WHEN 'skip' THEN score IS NULL AND kind IS NULL
            ELSE FALSE
        END
    )
)""",
    "cells": """CREATE TABLE cells (
    sample INTEGER NOT NULL REFERENCES samples,
    "column" INTEGER NOT NULL REFERENCES columns,
    repeat INTEGER NOT NULL CHECK (repeat >= 0),
    outcome INTEGER NOT NULL REFERENCES outcomes,
    checksum BLOB NOT NULL,
    PRIMARY KEY (sample, "column", repeat)
) WITHOUT ROWID""",
    "another_sample": """CREATE TRIGGER another_sample AFTER UPDATE OF id ON samples
BEGIN
    DELETE FROM cells WHERE sample = old.sample;
END""",
    "models": """CREATE TABLE models (
    model INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE CHECK (json_valid(identity))
)""",
    "calls": """CREATE TABLE calls (
    call INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE CHECK (key <> ''),
    model INTEGER NOT NULL REFERENCES models,
    reply TEXT NOT NULL CHECK (json_valid(reply)),
    input_tokens INTEGER CHECK (input_tokens >= 0),
    output_tokens INTEGER CHECK (output_tokens >= 0),
    usd REAL CHECK (usd >= 0 AND usd < 9e999),
    queued REAL NOT NULL CHECK (queued >= 0),
    served REAL NOT NULL CHECK (served >= 0),
    attempts INTEGER NOT NULL CHECK (attempts >= 1),
    checksum BLOB NOT NULL
)""",
    "asked": """CREATE TABLE asked (
    fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
    number INTEGER NOT NULL CHECK (number >= 0),
    call INTEGER NOT NULL REFERENCES calls,
    checksum BLOB NOT NULL,
    PRIMARY KEY (fingerprint, number)
) WITHOUT ROWID""",
    "asked_of_call": "CREATE INDEX asked_of_call ON asked (call)",
    "replies": """CREATE VIEW replies AS
SELECT
    asked.fingerprint AS fingerprint,
    asked.number AS number,
    models.identity AS model,
    json_extract(calls.reply, '$.text') AS text,
    json_extract(calls.reply, '$.finish') AS finish,
    calls.input_tokens AS input_tokens,
    calls.output_tokens AS output_tokens,
    calls.usd AS usd,
    calls.attempts AS attempts,
    calls.queued AS queued,
    calls.served AS seconds
FROM asked
JOIN calls ON calls.call = asked.call
JOIN models ON models.model = calls.model
ORDER BY asked.fingerprint, asked.number""",
    "results": """CREATE VIEW results AS
SELECT
    cells.sample AS sample,
    json_extract(samples.id, '$') AS id,
    columns.name AS "column",
    CASE WHEN columns.grader IS NULL THEN 'aggregator' ELSE 'grader' END AS noun,
    cells.repeat AS repeat,
    outcomes.status AS status,
    outcomes.score AS score,
    json_extract(outcomes.payload, '$.reason') AS reason,
    outcomes.kind AS kind,
    json_extract(outcomes.payload, '$.error') AS error,
    json_extract(outcomes.payload, '$.rank') AS rank,
    json_extract(outcomes.payload, '$.metadata') AS metadata,
    outcomes.seconds AS seconds,
    outcomes.attempts AS attempts,
    outcomes.fingerprint AS fingerprint
FROM cells
JOIN columns ON columns."column" = cells."column" AND columns.position IS NOT NULL
JOIN samples ON samples.sample = cells.sample
JOIN outcomes ON outcomes.outcome = cells.outcome
ORDER BY cells.sample, columns.position, cells.repeat""",
}


def number_of(connection: sqlite3.Connection, pragma: str) -> int:
    """Return a number that the header of an SQLite file has."""
    [number] = connection.execute(f"PRAGMA {pragma}").fetchone()
    return int(number)


def names_in(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all that is in a file, or `[]` of a file that nobody has written."""
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, in the transaction that is open."""
    from rmg_core.registry.claims import core_version  # 45 ms, which a store that is there saves

    for statement in TABLES.values():
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    facts = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "rmg_version": core_version(None),
        "begun": "",
        "basis": "",
        "dataset": "",
        "finished": "no",
        "complete": "yes",
        "salt": secrets.token_hex(16),
    }
    connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
    seal(connection)


def seal(connection: sqlite3.Connection) -> None:
    """Say which version the tables now have, and what they look like."""
    connection.execute(f"PRAGMA user_version = {VERSION}")
    facts = {"schema_version": str(VERSION), "schema_digest": digest_of(connection)}
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", facts.items())


def digest_of(connection: sqlite3.Connection) -> str:
    """Digest the tables that are there; what others have added to the file is not looked at."""
    found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
    made = [row for row in found if row[1] in TABLES]
    return blake2b(repr(made).encode(), digest_size=16).hexdigest()


def examine(connection: sqlite3.Connection, file: str) -> int:
    """Return the version of a store's tables.

    Raises:
        StoreRefused: the file is not a store, is newer than this rmg, or is not whole.
        sqlite3.Error: it cannot be read.
    """
    application = number_of(connection, "application_id")
    version = number_of(connection, "user_version")
    if application != APPLICATION:
        said = "belongs to another program" if application else "was not made by rmg"
        raise StoreRefused(file, said, "move it away, or choose another run directory")
    if version > VERSION:
        raise StoreRefused(
            file,
            f"was written by a newer rmg: its schema is {version}, and this rmg reads "
            f"up to {VERSION}",
            UPGRADE,
        )
    facts = meta_of(connection) if "meta" in names_in(connection) else {}
    sealed = (facts.get("schema_version"), facts.get("schema_digest"))
    if sealed != (str(version), digest_of(connection)):
        raise StoreRefused(
            file,
            "is half-made or damaged: its tables are not those that rmg made",
            "bring it back from a copy, or move it away to begin anew",
        )
    return version


def learned_key(model: str) -> str:
    """Return the key of `meta` under which stands what was learned of a model."""
    return f"learned {blake2b(model.encode(), digest_size=8).hexdigest()}"


def meta_of(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT key, value FROM meta"))
