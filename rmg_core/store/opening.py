"""How the file of a store is opened: made where there is none, refused where it is no store."""

import os
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from rmg_core.errors import StoreError, StoreRefused
from rmg_core.store.connection import (
    Connect,
    Durability,
    make_durable,
    make_file,
    opened,
    sync_directory,
    telling,
    transaction,
)
from rmg_core.store.journal import Journal, refuse_if_lost, size_of, wal_of
from rmg_core.store.migrations import migrate
from rmg_core.store.reader import Reader
from rmg_core.store.schema import VERSION, create, examine, names_in, number_of
from rmg_core.store.writer import Writer

NO_WAL: Final = (
    "{!r} lies where SQLite cannot keep a write-ahead log, as on a network file system: "
    "it is written more slowly, and nobody can read it while it is"
)


def open_writer(
    path: Path, *, durability: Durability, connect: Connect, accept_lost_wal: bool
) -> tuple[Writer, tuple[str, ...]]:
    """Open a store to write, made if need be; returns also what to warn of."""
    file = str(path)
    try:
        make_file(path)
    except FileExistsError as fault:
        said = "is a link" if path.is_symlink() else "is not a file"
        raise StoreRefused(file, said, "move it away, or choose another run directory") from fault
    except OSError as fault:
        said = f"cannot be made: {fault.strerror}"
        raise StoreError(file, said, "choose another run directory") from fault
    wal_size = size_of(wal_of(path))
    with ExitStack() as undo, telling(file, "opened"):
        connection = opened(path, connect, mode="rw")
        undo.callback(connection.close)
        if not number_of(connection, "page_count"):
            with transaction(connection, file):
                if not names_in(connection):  # nobody else has just made it
                    create(connection)
        version = examine(connection, file)
        if not accept_lost_wal:
            refuse_if_lost(connection, path, wal_size)
        if version < VERSION:
            with transaction(connection, file):
                migrate(connection, examine(connection, file))
        journal = None
        if make_durable(connection, durability):
            journal = Journal(connection, file, wal_of(path))
            undo.callback(journal.close)
            journal.move()
            sync_directory(path.parent)
        undo.pop_all()
    return Writer(connection, file, journal), () if journal else (NO_WAL.format(file),)


def _opened_to_read(path: Path, connect: Connect, *, has_wal: bool) -> sqlite3.Connection:
    """Open a file to read; SQLite makes a -wal and an index of it beside, if it can.

    Where it cannot, for want of rights or of room, a file without a -wal is read as it stands.
    """
    if has_wal or os.access(path.parent, os.W_OK):
        with ExitStack() as undo:
            try:
                connection = opened(path, connect, mode="ro")
                undo.callback(connection.close)
                number_of(connection, "user_version")
            except sqlite3.OperationalError:
                if has_wal:
                    raise
            else:
                undo.pop_all()
                return connection
    return opened(path, connect, mode="ro&immutable=1")


def open_reader(path: Path, *, connect: Connect) -> Reader:
    """Open a store to read, where somebody else may write."""
    file = str(path)
    if not path.is_file():
        raise StoreRefused(file, "is not there", "name the directory of a run")
    wal_size = size_of(wal_of(path))
    with ExitStack() as undo, telling(file, "opened"):
        connection = _opened_to_read(path, connect, has_wal=bool(wal_size))
        undo.callback(connection.close)
        if (version := examine(connection, file)) < VERSION:
            said = f"was written by an older rmg: its schema is {version}, and not {VERSION}"
            raise StoreRefused(file, said, "`rmg run` brings it up to date")
        refuse_if_lost(connection, path, wal_size)
        undo.pop_all()
    return Reader(connection, file)
