"""The one that reads a store: outcomes by their fingerprints, and the cells of the last run."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from threading import Lock

from attrs import define, field

from rmg_core.errors import StoreDamaged, StoreRefused
from rmg_core.models import Call
from rmg_core.outcomes import Cell
from rmg_core.store.calls import (
    call_of,
    calls_under,
    damaged_links,
    row_at,
    totals_in,
    unused_in,
)
from rmg_core.store.catalogue import UNREADABLE, read_authors, read_columns
from rmg_core.store.checksums import is_sound, is_sound_call
from rmg_core.store.connection import VERIFY, fetched, telling
from rmg_core.store.filing import kinds_at, rows_at
from rmg_core.store.listing import (
    BLOCK,
    Names,
    Stored,
    cell_of,
    cells_after,
    cells_of_sample,
    fault_of,
    graded_in,
    has_text_ids,
    names_of,
    ranked_in,
)
from rmg_core.store.rows import found_in, id_of, id_text_of
from rmg_core.store.schema import UPGRADE, meta_of
from rmg_core.store.values import CallTotals, Column, Found, StoredCell


@define(eq=False)
class Reader:
    """Reads, for one thread after the other.

    Whatever is read is compared with its checksum. No transaction outlasts a call, so that the
    writer is never kept from using its -wal again.
    """

    connection: sqlite3.Connection
    file: str
    _lock: Lock = field(factory=Lock)

    def find(self, fingerprints: Iterable[str]) -> dict[str, Found]:
        asked = iter(fingerprints)
        found: dict[str, Found] = {}
        while block := list(islice(asked, BLOCK)):
            with self._reading():
                authors = read_authors(self.connection)
                rows = rows_at(self.connection, block)
            with self._knowing():
                for row in rows:
                    author = authors.get(row[2], UNREADABLE)
                    if is_sound(author.begun, row):
                        each = found_in(row, author.scale)
                        found[each.fingerprint] = each
        return found

    def kinds(self, fingerprints: Sequence[str]) -> dict[str, str | None]:
        with self._reading():
            return kinds_at(self.connection, fingerprints)

    def cells(self) -> Iterator[Cell]:
        last = -1
        while True:
            with self._reading():
                names = names_of(self.connection)
                stored = cells_after(self.connection, last)
            if not stored:
                return
            placed = self._placed(stored, names)
            with self._knowing():
                cells = [cell_of(each, names) for each in placed]
            yield from cells
            if not stored[-1].is_after(last):
                said = f"has cells out of order after sample {last}"
                raise StoreDamaged(self.file, said, VERIFY)
            last = stored[-1].sample

    def cells_of(self, sample: int, column: str | None) -> list[StoredCell]:
        with self._reading():
            names = names_of(self.connection)
            stored = cells_of_sample(self.connection, sample)
        if column is not None:
            numbers = {each.number for each in names.places.values() if each.name == column}
            stored = [each for each in stored if each.column in numbers]
        with self._knowing():
            placed = self._placed(stored, names)
            return [StoredCell(cell_of(each, names), each.row.attempts) for each in placed]

    def columns(self) -> list[Column]:
        with self._reading():
            try:
                return read_columns(self.connection)
            except ValueError as fault:
                raise StoreDamaged(self.file, f"is damaged at {fault}", VERIFY) from fault

    def samples_of(self, key: str | int) -> list[int]:
        with self._reading():
            query = "SELECT sample FROM samples WHERE id = ? ORDER BY sample"
            return [sample for (sample,) in fetched(self.connection, query, (id_text_of(key),))]

    def has_sample(self, sample: int) -> bool:
        with self._reading():
            query = "SELECT 1 FROM samples WHERE sample = ?"
            return bool(fetched(self.connection, query, (sample,)))

    def ids(self) -> list[str | int]:
        with self._reading():
            texts = fetched(self.connection, "SELECT id FROM samples WHERE id IS NOT NULL")
        made = []
        for (text,) in texts:
            with suppress(TypeError, ValueError):  # of one that is damaged
                made.append(id_of(text))
        return [each for each in made if each is not None]

    def _placed(self, stored: list[Stored], names: Names) -> list[Stored]:
        """Return the cells that are in columns of the run, in the order of these columns."""
        placed = []
        for each in stored:
            place = names.places.get(each.column)
            if place is not None and place.is_sound and place.position is None:
                continue
            said = fault_of(each, names)
            if place is None or said:
                where = f"sample {each.sample}, column {each.column}, repeat {each.repeat}"
                raise StoreDamaged(self.file, f"is damaged at {where}: {said}", VERIFY)
            placed.append((each.sample, place.position, each.repeat, each))
        return [each for *_, each in sorted(placed)]

    def cell_count(self) -> int:
        with self._reading():
            [count] = self.connection.execute("SELECT count(*) FROM cells").fetchone()
        return int(count)

    def ranked(self) -> frozenset[str]:
        with self._reading():
            return ranked_in(self.connection)

    def has_text_ids(self) -> bool:
        with self._reading():
            return has_text_ids(self.connection)

    def graded(
        self, column: str, samples: Sequence[int]
    ) -> dict[tuple[int, str | int | None], bool]:
        with self._reading():
            found = graded_in(self.connection, column, samples)
        return {(sample, id_of(text)): was_graded for (sample, text), was_graded in found.items()}

    def counts(self) -> dict[str, int]:
        with self._reading():
            found = self.connection.execute("SELECT status, count(*) FROM outcomes GROUP BY status")
            return dict(found.fetchall())

    def last_number(self) -> int:
        with self._reading():
            found = self.connection.execute("SELECT ifnull(max(outcome), 0) FROM outcomes")
            return int(found.fetchone()[0])

    def unused(self) -> int:
        with self._reading():
            [count] = self.connection.execute(
                "SELECT count(*) FROM outcomes WHERE outcome NOT IN (SELECT outcome FROM cells)"
            ).fetchone()
        return int(count)

    def reply(self, key: str) -> Call | None:
        # One statement reads at one moment by itself: without a transaction 3 of 16 µs are saved.
        with self._lock, telling(self.file, "read"):
            row = row_at(self.connection, key)
        return call_of(row) if row is not None and is_sound_call(row) else None

    def calls_of(self, fingerprint: str) -> list[Call]:
        with self._reading():
            try:
                return calls_under(self.connection, fingerprint)
            except ValueError as fault:
                raise StoreDamaged(self.file, f"is damaged at {fault}", VERIFY) from fault

    def call_totals(self) -> dict[str, CallTotals]:
        with self._reading():
            return totals_in(self.connection)

    def has_calls(self) -> bool:
        with self._reading():
            return bool(fetched(self.connection, "SELECT 1 FROM calls LIMIT 1"))

    def last_call_number(self) -> int:
        with self._reading():
            found = self.connection.execute("SELECT ifnull(max(call), 0) FROM calls")
            return int(found.fetchone()[0])

    def unused_calls(self) -> int:
        with self._reading():
            for fingerprint, number, has_outcome in damaged_links(self.connection):
                if has_outcome:
                    said = f"is damaged at call {number} of fingerprint {fingerprint}"
                    raise StoreDamaged(self.file, said, VERIFY)
            return unused_in(self.connection)

    def meta(self) -> dict[str, str]:
        with self._reading():
            return meta_of(self.connection)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Read what was there at one moment, whatever is written meanwhile."""
        with self._lock, telling(self.file, "read"):
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                if self.connection.in_transaction:  # SQLite may have ended it, with an error
                    self.connection.execute("ROLLBACK")

    @contextmanager
    def _knowing(self) -> Iterator[None]:
        try:
            yield
        except ValueError as fault:
            said = "holds an outcome that this rmg does not know"
            raise StoreRefused(self.file, said, UPGRADE) from fault

    def close(self) -> None:
        with self._lock:
            self.connection.close()
