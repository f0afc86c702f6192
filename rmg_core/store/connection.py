"""Connections to the file of a store, and what is meant when SQLite refuses."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias

from rmg_core.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreRefused,
)

Connect: TypeAlias = Callable[..., sqlite3.Connection]
"""What makes connections: `sqlite3.connect`, or something with its signature."""

Durability: TypeAlias = Literal["power", "crash"]
"""What a batch survives once it is written: a loss of power, or only the end of the process."""

WAL_LIMIT: Final = 16 * 2**20
"""Bytes of -wal above which the writer moves them to the file itself, between two batches."""

_SETTINGS: Final = (
    "PRAGMA trusted_schema = OFF",  # a file from elsewhere brings no functions to call
    "PRAGMA cell_size_check = ON",
    "PRAGMA cache_size = -16000",  # KB; with 2 MB a look-up takes 4 µs instead of 2.7
)

_REMEDIES: Final = {
    sqlite3.SQLITE_READONLY: "give yourself the right to write there, or choose another place",
    sqlite3.SQLITE_CANTOPEN: "see that its directory is there, and may be read and written",
    sqlite3.SQLITE_PERM: "give yourself the right to read and write it",
    sqlite3.SQLITE_IOERR: "see to the disk; what was written before stays",
}


def opened(path: Path, connect: Connect, *, mode: str) -> sqlite3.Connection:
    """Open the file as SQLite's `mode` says: "rw", "ro", or "ro&immutable=1"."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
    except BaseException:
        connection.close()
        raise
    return connection


def make_durable(connection: sqlite3.Connection, durability: Durability) -> bool:
    """Set how commits reach the disk; tells whether there is a -wal."""
    [mode] = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    has_wal = str(mode).lower() == "wal"
    if not has_wal:
        connection.execute("PRAGMA journal_mode = TRUNCATE")
    full = durability == "power" or not has_wal
    connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
    if full:  # of macOS alone, where a sync stops at the cache of the disk
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
    # The writer moves pages between batches, never SQLite by itself: see `Journal`.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
    return has_wal


@contextmanager
def telling(file: str, doing: str) -> Iterator[None]:
    """Raise what SQLite raises as a `StoreError`; `doing` is what cannot be done, such as read."""
    try:
        yield
    except sqlite3.Error as fault:
        raise meaning_of(fault, file, doing) from fault


def meaning_of(fault: sqlite3.Error, file: str, doing: str) -> StoreError:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(file)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(file)
    if code == sqlite3.SQLITE_NOTADB:
        return StoreRefused(
            file, "is not an SQLite file", "move it away, or choose another run directory"
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreDamaged(file, f"cannot be {doing}: {fault}")
    return StoreError(
        file, f"cannot be {doing}: {fault}", _REMEDIES.get(code, "nothing of this was written")
    )


@contextmanager
def transaction(connection: sqlite3.Connection, file: str) -> Iterator[None]:
    """Write all that is written inside, or nothing.

    Raises:
        StoreError: nothing was written.
    """
    with telling(file, "written"):
        if connection.in_transaction:  # one that could not be rolled back at its time
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            raise


def make_file(path: Path) -> None:
    """Make an empty file for its owner alone, unless there is one.

    Raises:
        FileExistsError: it is a link, or no file.
        OSError: it cannot be made.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    try:
        os.close(os.open(path, flags, 0o600))
    except FileExistsError:
        if path.is_symlink() or not path.is_file():
            raise
        return
    sync_directory(path.parent)


def sync_directory(place: Path) -> None:
    """See to it that the names of new files survive a loss of power."""
    if os.name == "posix":
        handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
