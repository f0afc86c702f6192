"""The one that writes into a store: batches of cells, each of them whole or not at all."""

import json
import secrets
import sqlite3
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, TypeAlias

from attrs import define, field

from rmg_core.errors import StoreRefused
from rmg_core.models import Call
from rmg_core.outcomes import Cell
from rmg_core.store.calls import forget_calls, keep_calls, link_calls, unlink_calls
from rmg_core.store.catalogue import Place, write_columns
from rmg_core.store.checksums import address_of, link_checksum
from rmg_core.store.connection import telling, transaction
from rmg_core.store.filing import file_addressed, file_bare
from rmg_core.store.journal import Journal
from rmg_core.store.rows import id_text_of
from rmg_core.store.schema import learned_key
from rmg_core.store.ticks import Ticks
from rmg_core.store.values import Asked, Column, Forgotten, Link

_SAMPLE: Final = """INSERT INTO samples (sample, id) VALUES (?, ?)
ON CONFLICT (sample) DO UPDATE SET id = excluded.id WHERE id IS NOT excluded.id"""

_CELL: Final = """INSERT INTO cells (sample, "column", repeat, outcome, checksum)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (sample, "column", repeat)
DO UPDATE SET outcome = excluded.outcome, checksum = excluded.checksum
WHERE outcome IS NOT excluded.outcome OR checksum IS NOT excluded.checksum"""

_NOW: Final = """SELECT (SELECT ifnull(max(outcome), 0) + 1 FROM outcomes),
(SELECT value FROM meta WHERE key = 'begun')"""

_FORGET_CELLS: Final = """DELETE FROM cells WHERE repeat >= (
    SELECT CASE WHEN position IS NULL THEN 0 ELSE repeats END
    FROM columns AS k WHERE k."column" = cells."column"
)"""

_FORGET_BARE: Final = """DELETE FROM outcomes
WHERE fingerprint IS NULL AND outcome NOT IN (SELECT outcome FROM cells)"""

_BASIS: Final = """INSERT INTO meta VALUES ('basis', ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value"""

_FACT: Final = "INSERT OR REPLACE INTO meta VALUES (?, ?)"

_FORGET_AGGREGATES: Final = """DELETE FROM cells WHERE "column" IN (
    SELECT "column" FROM columns WHERE grader IS NULL
)"""

_FORGET_GRADERS: Final = """DELETE FROM graders WHERE grader NOT IN (
    SELECT grader FROM outcomes WHERE grader IS NOT NULL
    UNION SELECT grader FROM columns WHERE grader IS NOT NULL
)"""

_Ids: TypeAlias = Mapping[int, str | None]
"""The ids of samples as JSON."""


@define(eq=False)
class Writer:
    """Writes, in one thread at a time.

    `_places` are the columns of the run that was begun, `_seen` the samples of which a cell was
    written or linked since, and `_last_call` the last call that was kept before.
    """

    connection: sqlite3.Connection
    file: str
    journal: Journal | None
    _places: Mapping[str, Place] = field(factory=dict)
    _begun: str = ""
    _seen: Ticks = field(factory=Ticks)
    _last_call: int = 0

    def begin(self, columns: Sequence[Column], basis: str, dataset: str) -> None:
        names = [column.name for column in columns]
        if len({*names}) < len(names):
            raise ValueError(f"each name of a column stands for one thing: {names}")
        begun = f"{datetime.now(UTC).isoformat()} {secrets.token_hex(4)}"
        with transaction(self.connection, self.file):
            places = write_columns(self.connection, columns)
            if self.connection.execute(_BASIS, (basis,)).rowcount:
                self.connection.execute(_FORGET_AGGREGATES)
                self.connection.execute(_FORGET_BARE)
            self.connection.execute(_FACT, ("dataset", dataset))
            self._note("begun", begun)
            self._note("finished", "no")
            [last] = self.connection.execute("SELECT ifnull(max(call), 0) FROM calls").fetchone()
        self._last_call = last
        self._places, self._begun, self._seen = places, begun, Ticks()

    def write(
        self,
        batch: Sequence[Cell],
        links: Sequence[Link],
        *,
        fresh: bool,
        stays: Container[int],
        since: int | None,
        calls: Sequence[Call],
        asked: Sequence[Asked],
    ) -> Sequence[int]:
        addressed = [cell for cell in batch if cell.fingerprint]
        bare = [cell for cell in batch if not cell.fingerprint]
        linked = [cell for cell, _ in links]
        with self._batch([*batch, *linked]) as (free, ids):
            filed = file_addressed(
                self.connection,
                self._places,
                addressed,
                free,
                fresh=fresh,
                stays=stays,
                since=since,
            )
            self._link(addressed, filed.numbers, ids)
            if bare:
                next_free = free + len(addressed)
                numbers = file_bare(self.connection, self._places, bare, next_free)
                self._link(bare, numbers, ids)
            self._link(linked, [number for _, number in links], ids)
            if asked:
                both = {cell.fingerprint for cell in addressed} & {each[0] for each in asked}
                unlink_calls(self.connection, both)
            self._keep(calls, asked, fresh=fresh)
        return filed.renewed

    def keep(self, calls: Sequence[Call], asked: Sequence[Asked], *, fresh: bool) -> None:
        if calls or asked:
            with self._run():
                self._keep(calls, asked, fresh=fresh)

    def _keep(self, calls: Sequence[Call], asked: Sequence[Asked], *, fresh: bool) -> None:
        if calls:
            keep_calls(self.connection, calls, self._last_call, fresh=fresh)
        if asked:
            link_calls(self.connection, asked)

    def finish(self) -> None:
        with self._run():
            samples = self.connection.execute("SELECT sample FROM samples")
            unseen = self._seen.missing(sample for (sample,) in samples)
            forgotten = ((sample,) for sample in unseen)
            self.connection.executemany("DELETE FROM cells WHERE sample = ?", forgotten)
            self.connection.execute(_FORGET_CELLS)
            self.connection.execute("DELETE FROM columns WHERE position IS NULL")
            self.connection.execute(
                "DELETE FROM samples WHERE sample NOT IN (SELECT sample FROM cells)"
            )
            # Outcomes without a fingerprint are never found again.
            self.connection.execute(_FORGET_BARE)
            self._note("finished", "yes")

    def forget(self) -> Forgotten:
        with transaction(self.connection, self.file):
            forgotten = self.connection.execute(
                "DELETE FROM outcomes WHERE outcome NOT IN (SELECT outcome FROM cells)"
            ).rowcount
            self.connection.execute(_FORGET_GRADERS)
            calls = forget_calls(self.connection)
        with telling(self.file, "made smaller"):
            self.connection.execute("VACUUM")
        if self.journal is not None:
            self.journal.move()
        return Forgotten(forgotten, calls)

    def close(self) -> None:
        try:
            if self.journal is not None:
                self.journal.close()
        finally:
            self.connection.close()

    @contextmanager
    def _run(self) -> Iterator[int]:
        """Write for the run that was begun; yields the first number for new outcomes."""
        if self.journal is not None:
            self.journal.settle()
        with transaction(self.connection, self.file):
            free, begun = self.connection.execute(_NOW).fetchone()
            if begun != self._begun:
                said = "is written by another run, which began later"
                raise StoreRefused(self.file, said, "end one of the two")
            yield free

    @contextmanager
    def _batch(self, batch: Sequence[Cell]) -> Iterator[tuple[int, _Ids]]:
        """Write cells of samples, and before them the samples that are new.

        Yields the first number for new outcomes, and the ids of the samples.
        """
        for name in {each.grader for each in batch}:
            if name not in self._places:
                raise ValueError(f"the run that was begun has no column {name!r}")
        keys = {each.index: each.id for each in batch}
        ids = {index: id_text_of(key) for index, key in keys.items()}
        new = self._seen.missing(ids)
        with self._run() as free:
            # Where the id is another, so is the sample: a trigger forgets the cells of the former.
            self.connection.executemany(_SAMPLE, [(index, ids[index]) for index in new])
            yield free, ids
        self._seen.update(new)

    def _link(self, cells: Sequence[Cell], outcomes: Sequence[int], ids: _Ids) -> None:
        """Say which outcomes the cells have; one that has it already costs no write."""
        places = self._places
        rows = []
        for (sample, _, name, repeat, fingerprint, _, _), number in zip(
            cells, outcomes, strict=True
        ):
            place = places[name]
            to = address_of(number, fingerprint)
            checksum = link_checksum(place.begun, sample, ids[sample], repeat, to)
            # sqlite3 binds a bytearray at once, and looks for an adapter of bytes: 0.5 µs.
            rows.append((sample, place.number, repeat, number, bytearray(checksum)))
        self.connection.executemany(_CELL, rows)

    def learn(self, model: str, words: Mapping[str, str]) -> None:
        with self._run():
            said = json.dumps(dict(words), sort_keys=True)
            self.connection.execute(_FACT, (learned_key(model), said))

    def _note(self, key: str, value: str) -> None:
        self.connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
