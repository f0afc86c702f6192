"""The -wal of a store: newer than the file itself, until the writer moves it there."""

import sqlite3
from pathlib import Path

from attrs import define

from rmg_core.errors import StoreRefused
from rmg_core.store.connection import WAL_LIMIT, telling, transaction
from rmg_core.store.schema import meta_of


@define(eq=False)
class Journal:
    """Moves what is in the -wal to the file, so that it does not grow without bound.

    `complete` in `meta` is "no" in the file itself and "yes" in the -wal that is beside it: who
    reads "no" where there is no -wal has a copy that lacks one. SQLite moves the -wal when the
    last connection is closed, and the file is complete.
    """

    connection: sqlite3.Connection
    file: str
    wal: Path
    _limit: int = WAL_LIMIT
    _is_marked: bool = False

    def settle(self) -> None:
        """Move the -wal if it has become long.

        Raises:
            StoreError: it cannot be moved; it is there still, with all that is in it.
        """
        if (size := size_of(self.wal)) > self._limit:
            # Whoever reads keeps the -wal from being used again: try when it is longer still.
            self._limit = WAL_LIMIT if self.move() else size + WAL_LIMIT

    def move(self) -> bool:
        """Move what can be moved, and tell whether that was all."""
        self._mark("no")
        try:
            with telling(self.file, "written"):
                found = self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        finally:
            self._mark("yes")
        is_busy, pages, moved = found
        return not is_busy and pages == moved

    def close(self) -> None:
        """Leave the mark of a file that is complete, which it is when SQLite has closed it."""
        if self._is_marked:
            self._mark("yes")

    def _mark(self, complete: str) -> None:
        self._is_marked = True
        with transaction(self.connection, self.file):
            self.connection.execute("UPDATE meta SET value = ? WHERE key = 'complete'", (complete,))
        self._is_marked = complete == "no"


def refuse_if_lost(connection: sqlite3.Connection, path: Path, size: int) -> None:
    """Refuse a file without its -wal, whose `size` was taken before anything was opened.

    Raises:
        StoreRefused: the newest grades are in a -wal that is not there.
    """
    [mode] = connection.execute("PRAGMA journal_mode").fetchone()
    is_lost = str(mode).lower() == "wal" and not size and not size_of(wal_of(path))
    if is_lost and meta_of(connection).get("complete") == "no":
        raise StoreRefused(
            str(path),
            f"is a copy without {wal_of(path).name}, which holds the newest grades",
            "copy that file too, from where this one comes from",
        )


def wal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
