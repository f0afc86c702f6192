"""Connections to the file of a store, and what is meant when SQLite refuses."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

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

VERIFY: Final = "`rmg verify` names every grade that is damaged"
"""What to do about damage."""

_SETTINGS: Final = (
    "PRAGMA cell_size_check = ON",
    "PRAGMA cache_size = -4000",  # KB
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
    # KB. With 4,000 a run over a million rows costs a tenth more, with 64,000 hardly less.
    connection.execute("PRAGMA cache_size = -16000")
    return has_wal


@contextmanager
def telling(file: str, doing: str) -> Iterator[None]:
    """Raise what SQLite raises as a `StoreError`; `doing` is what cannot be done, such as read."""
    try:
        yield
    except sqlite3.Error as fault:
        raise meaning_of(fault, file, doing) from fault
    except UnicodeDecodeError as fault:  # a message of SQLite that quotes what is damaged
        raise StoreDamaged(file, f"cannot be {doing}: {_said_by(fault)}", VERIFY) from fault


def meaning_of(fault: sqlite3.Error, file: str, doing: str) -> StoreError:
    whole = getattr(fault, "sqlite_errorcode", 0)
    code = whole & 0xFF
    if _is_about_a_text(fault):
        code = sqlite3.SQLITE_CORRUPT
    if code == sqlite3.SQLITE_FULL or whole == sqlite3.SQLITE_IOERR_SHMSIZE:
        remedy = "make room; nothing is lost that was written before"
        return StoreFull(file, "cannot be written: the disk is full", remedy)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(file, "is in use by another process", "wait until that one has ended")
    if code == sqlite3.SQLITE_NOTADB:
        return StoreRefused(
            file, "is not an SQLite file", "move it away, or choose another run directory"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):  # or a table is not as it was
        return StoreDamaged(file, f"cannot be {doing}: {_said_by(fault)}", VERIFY)
    return StoreError(
        file,
        f"cannot be {doing}: {_said_by(fault)}",
        _REMEDIES.get(code, "what was written before stays"),
    )


def misled(said: str) -> sqlite3.DatabaseError:
    """Return a fault of a file that SQLite takes to be whole, as SQLite would raise it."""
    fault = sqlite3.DatabaseError(said)
    fault.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return fault


def _said_by(fault: Exception) -> str:
    """Return what was raised on one line; it may quote a text that is damaged."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(fault)).split())


@contextmanager
def transaction(connection: sqlite3.Connection, file: str) -> Iterator[None]:
    """Write all that is written inside, or nothing.

    Raises:
        StoreError: nothing was written.
    """
    with telling(file, "written"):
        if connection.in_transaction:  # one that could not be rolled back at its time
            connection.execute("ROLLBACK")
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            raise


def fetched(
    connection: sqlite3.Connection,
    query: str,
    arguments: Sequence[Any] = (),
    take: Callable[[sqlite3.Cursor], list[Any]] = sqlite3.Cursor.fetchall,
) -> list[Any]:
    """Return the rows of a query; a text that is no UTF-8 comes with surrogates, and is damaged."""
    try:
        return take(connection.execute(query, arguments))
    except sqlite3.OperationalError as fault:
        if not _is_about_a_text(fault):
            raise
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        return take(connection.execute(query, arguments))
    finally:
        connection.text_factory = str


def _is_about_a_text(fault: sqlite3.Error) -> bool:
    """Tell whether Python raised this, of a text that is no UTF-8; SQLite itself gives a code."""
    return isinstance(fault, sqlite3.OperationalError) and not hasattr(fault, "sqlite_errorcode")


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
