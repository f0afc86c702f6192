"""Whether a store is as it was written, to the last grade."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from rmg_core.errors import StoreDamaged, StoreRefused
from rmg_core.store.calls import damaged_links, rows_after
from rmg_core.store.catalogue import UNREADABLE
from rmg_core.store.checksums import is_sound, is_sound_call
from rmg_core.store.connection import Connect, fetched
from rmg_core.store.listing import (
    Names,
    Stored,
    cell_at,
    cells_after,
    fault_of,
    keys_after,
    names_of,
)
from rmg_core.store.opening import open_reader
from rmg_core.store.rows import Row, expanded, id_of
from rmg_core.store.values import Finding

# The second where a damaged text is quoted in a message of SQLite, or asked for.
_DAMAGE: Final = (sqlite3.DatabaseError, UnicodeError)

_OUTCOMES: Final = expanded(
    "SELECT o.* FROM outcomes AS o WHERE outcome > ? ORDER BY outcome LIMIT 1000"
)


def verify(path: Path, *, connect: Connect = sqlite3.connect) -> list[Finding]:
    """Compare all of a store with its checksums; an empty list says that nothing is damaged.

    Raises:
        StoreError: the file is not there, or cannot be read for a reason that is not damage.
    """
    if not path.is_file():
        raise StoreRefused(str(path), "is not there", "name the directory of a run")
    try:
        reader = open_reader(path, connect=connect)
    except (StoreDamaged, StoreRefused) as fault:
        return [Finding(str(fault))]
    with closing(reader.connection) as connection:
        connection.execute("BEGIN")  # all of it at one moment, whatever is written meanwhile
        findings = [*_of_the_file(connection), *_of_the_rows(connection)]
        return [*findings, *_of_calls(connection), *_of_links(connection)]


def _of_the_file(connection: sqlite3.Connection) -> Iterator[Finding]:
    try:
        for (said,) in connection.execute("PRAGMA integrity_check"):
            if said != "ok":
                yield Finding(f"the file is damaged: {said}")
        found = connection.execute("PRAGMA foreign_key_check")
        for (table, parent), rows in Counter((row[0], row[2]) for row in found).items():
            yield Finding(f"{rows} references of {table} to {parent} lead nowhere")
    except _DAMAGE as fault:
        yield Finding(f"the file is damaged: {fault}")


def _of_the_rows(connection: sqlite3.Connection) -> Iterator[Finding]:
    try:
        names = names_of(connection)
    except _DAMAGE as fault:
        yield Finding(f"the graders and columns cannot be read: {fault}")
        return
    for place in names.places.values():
        if not place.is_sound:
            yield Finding(f"the column {_shown(place.name)!r} is damaged")
    named: set[int] = set()
    for stored, said in _damaged(connection, names):
        if stored is None:
            yield Finding(said)
        else:
            named.add(stored.row.outcome)
            yield _named(stored, names, said)
    yield from _of_outcomes(connection, names, named)


def _damaged(connection: sqlite3.Connection, names: Names) -> Iterator[tuple[Stored | None, str]]:
    """Yield every cell that is damaged, and what is; no cell where the cells cannot be read."""
    last = -1
    while True:
        try:
            cells = list(_next_cells(connection, last))
        except _DAMAGE as fault:
            yield None, f"the grades after sample {last} cannot be read: {fault}"
            return
        for stored, said in cells:
            if said := said or fault_of(stored, names):
                yield stored, said
        if not cells:
            return
        if not cells[-1][0].is_after(last):
            yield None, f"the grades after sample {last} are out of order"
            return
        last = cells[-1][0].sample


def _next_cells(connection: sqlite3.Connection, last: int) -> Iterator[tuple[Stored, str]]:
    """Yield the cells of the next samples, and why one of them cannot be read."""
    try:
        for stored in cells_after(connection, last):
            yield stored, ""
    except _DAMAGE:
        for key in keys_after(connection, last):
            try:
                yield cell_at(connection, key), ""
            except _DAMAGE as fault:
                yield Stored.of_key(key), f"it cannot be read: {fault}"


def _of_outcomes(
    connection: sqlite3.Connection, names: Names, named: set[int]
) -> Iterator[Finding]:
    """Find the damage of outcomes that no cell has."""
    last = 0
    try:
        while rows := fetched(connection, _OUTCOMES, (last,)):
            for row in map(Row._make, rows):
                author = names.authors.get(row.grader, UNREADABLE)
                if row.outcome not in named and not is_sound(author.begun, row):
                    address = _shown(row.fingerprint) or f"number {row.outcome}"
                    yield Finding(f"the outcome {address}, which no cell has, is damaged")
            if not rows[-1][0] > last:
                yield Finding(f"the outcomes after number {last} are out of order")
                return
            last = rows[-1][0]
    except _DAMAGE as fault:
        yield Finding(f"the outcomes after number {last} cannot be read: {fault}")


def _of_calls(connection: sqlite3.Connection) -> Iterator[Finding]:
    last = 0
    try:
        while rows := rows_after(connection, last):
            for row in rows:
                if not is_sound_call(row):
                    yield Finding(f"the call {row.call}, key {_shown(row.key)}, is damaged")
            if not rows[-1].call > last:
                yield Finding(f"the calls after number {last} are out of order")
                return
            last = rows[-1].call
    except _DAMAGE as fault:
        yield Finding(f"the calls after number {last} cannot be read: {fault}")


def _of_links(connection: sqlite3.Connection) -> Iterator[Finding]:
    try:
        for fingerprint, number, _ in damaged_links(connection):
            address = _shown(fingerprint)
            yield Finding(f"which call was number {number} of fingerprint {address} is damaged")
    except _DAMAGE as fault:
        yield Finding(f"which calls the cells made cannot be read: {fault}")


def _named(stored: Stored, names: Names, said: str) -> Finding:
    if not (isinstance(stored.sample, int) and isinstance(stored.repeat, int)):
        return Finding(f"a cell, of which no sample can be read, is damaged: {said}")
    place = names.places.get(stored.column)
    try:
        key = id_of(stored.id_text)
    except (TypeError, ValueError):
        key = None
    column = _shown(f"column {stored.column}" if place is None else place.name)
    address = _shown(stored.row.fingerprint)
    return Finding(said, stored.sample, key, column, stored.repeat, address)


def _shown(text: object) -> str:
    """Return a text that can be printed of one that may be damaged."""
    return "" if text is None else str(text).encode("utf-8", "replace").decode("utf-8")
