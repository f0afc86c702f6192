"""The store of a run: one SQLite file that loses nothing which was written."""

import json
import os
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from attrs import define, field

from rmg_core.errors import StoreRefused
from rmg_core.models import Call
from rmg_core.outcomes import Cell
from rmg_core.store.connection import Connect, Durability, opened, telling
from rmg_core.store.opening import open_reader, open_writer
from rmg_core.store.reader import Reader
from rmg_core.store.schema import learned_key
from rmg_core.store.values import (
    Asked,
    CallTotals,
    Column,
    Forgotten,
    Found,
    Link,
    StoredCell,
)
from rmg_core.store.writer import Writer


@define(eq=False)
class Store:
    """A store that was opened, for one process and any of its threads.

    `open` and `read` make it. `warnings` are for the user to see.
    """

    path: Path
    warnings: tuple[str, ...]
    _reader: Reader
    _writer: Writer | None
    _process: int = field(factory=os.getpid)
    _writing: Lock = field(factory=Lock)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        durability: Durability = "power",
        accept_lost_wal: bool = False,
        connect: Connect = sqlite3.connect,
    ) -> Self:
        """Open a store to write and read, made if there is none, brought up to date if old.

        Args:
            path: the file, in a directory that is there.
            durability: what a batch survives once it is written: a loss of "power", or the end
                of this process ("crash"), which waits less for the disk.
            accept_lost_wal: go on with a copy that lacks the newest grades.
            connect: makes connections, as `sqlite3.connect` does.

        Raises:
            StoreRefused: the file is not a store that this rmg can use. It is left as it is.
            StoreError: it cannot be opened.
        """
        writer, warnings = open_writer(
            path, durability=durability, connect=connect, accept_lost_wal=accept_lost_wal
        )
        try:
            with telling(str(path), "opened"):
                reader = Reader(opened(path, connect, mode="ro"), str(path))
        except BaseException:
            writer.close()
            raise
        return cls(path, warnings, reader, writer)

    @classmethod
    def read(cls, path: Path, *, connect: Connect = sqlite3.connect) -> Self:
        """Open a store to read alone, also while another process writes.

        Raises:
            StoreRefused: there is no such file, or it is not a store that this rmg can read.
            StoreError: it cannot be opened.
        """
        return cls(path, (), open_reader(path, connect=connect), None)

    def begin(self, columns: Sequence[Column], basis: str = "", dataset: str = "") -> None:
        """Begin a run with these columns; what was written before stays.

        `basis` stands for what aggregates are made of, and how: where it is another than before,
        the cells of aggregators are forgotten. `dataset` tells later whether a file is the same.

        Raises:
            StoreError: nothing was written.
        """
        writer = self._its_writer()
        with self._writing:
            writer.begin(columns, basis, dataset)

    def write(
        self,
        batch: Sequence[Cell],
        links: Sequence[Link] = (),
        *,
        fresh: bool = False,
        stays: Container[int] = (),
        since: int | None = None,
        calls: Sequence[Call] = (),
        asked: Sequence[Asked] = (),
    ) -> Sequence[int]:
        """Write finished cells, and `links` as `link` does: all is on the disk when this returns.

        Under a fingerprint there is one outcome. One that is there stays, unless it is an error
        or `fresh` is set; one of this batch stays always, and so does one with a number above
        `since` or in `stays`. The numbers of those that were replaced are returned. A cell without
        a fingerprint replaces what it had.

        `calls` and `asked` are kept as `keep` does. With a cell of `batch` come all of the calls
        under its fingerprint, if one does: those that it made before are no more among them.

        Raises:
            StoreError: nothing of the batch was written. After `StoreFull` and `StoreBusy` it
                can be written again.
        """
        writer = self._its_writer()
        with self._writing:
            return writer.write(
                batch, links, fresh=fresh, stays=stays, since=since, calls=calls, asked=asked
            )

    def keep(
        self, calls: Sequence[Call], asked: Sequence[Asked] = (), *, fresh: bool = False
    ) -> None:
        """Keep calls of models, and which cells made them: all is on the disk when this returns.

        Under a key there is one call. One that is there stays, unless it is damaged, or `fresh`
        is set and it was kept before this run began. What takes its place has a new number, and
        is the call of all cells that made the former one. The keys of `asked` are those of
        `calls`, or are there already.

        Raises:
            StoreError: as of `write`.
        """
        writer = self._its_writer()
        with self._writing:
            writer.keep(calls, asked, fresh=fresh)

    def link(self, links: Sequence[Link]) -> None:
        """Give cells the outcomes that were found; those that have them already cost no write.

        Raises:
            StoreError: as of `write`.
        """
        self.write((), links)

    def finish(self) -> None:
        """End a run all of whose cells were written or linked since `begin`; forget all others.

        Raises:
            StoreError: nothing was forgotten.
        """
        writer = self._its_writer()
        with self._writing:
            writer.finish()

    def forget(self) -> Forgotten:
        """Delete what no cell has, and give its room back; returns how much.

        That is outcomes, and calls that were made for none of those that are left.
        Not during a run: what was found may be what is deleted.

        Raises:
            StoreError: nothing was deleted, or the file could not be made smaller.
        """
        writer = self._its_writer()
        with self._writing:
            return writer.forget()

    def find(self, fingerprints: Iterable[str]) -> Mapping[str, Found]:
        """Return what is stored under fingerprints, errors too; what is damaged is not found."""
        return self._its_reader().find(fingerprints)

    def kinds(self, fingerprints: Sequence[str]) -> Mapping[str, str | None]:
        """Return the kinds of the errors that are stored under fingerprints; of the others None.

        It takes half the time of `find`, and does not look for damage.
        """
        return self._its_reader().kinds(fingerprints)

    def cells(self) -> Iterator[Cell]:
        """Yield the cells of the last run: by sample, then by column, then by repeat.

        Raises:
            StoreDamaged: a cell is not as it was written.
        """
        return self._its_reader().cells()

    def ranked(self) -> frozenset[str]:
        """Return the names of the columns of the last run in which a rank is."""
        return self._its_reader().ranked()

    def ids_are_numbers(self) -> bool:
        """Tell whether every sample that has an id has a whole number for it."""
        return not self._its_reader().has_text_ids()

    def graded(
        self, column: str, samples: Sequence[int]
    ) -> Mapping[tuple[int, str | int | None], bool]:
        """Return those of some samples that have a cell in a column, each with its id.

        Of each whether it was graded, or has come to an outcome without that.
        """
        return self._its_reader().graded(column, samples)

    def cells_of(self, sample: int, column: str | None = None) -> Sequence[StoredCell]:
        """Return the cells that a sample has in the last run, or those in one column of it.

        Raises:
            StoreDamaged: one of them is not as it was written.
        """
        return self._its_reader().cells_of(sample, column)

    def columns(self) -> Sequence[Column]:
        """Return the columns of the last run in the order of its config.

        Raises:
            StoreDamaged: one of them is not as it was written.
        """
        return self._its_reader().columns()

    def samples_of(self, key: str | int) -> Sequence[int]:
        """Return the index of the sample that has an id.

        After a run that did not come to its end, there may be another, of the run before.
        """
        return self._its_reader().samples_of(key)

    def has_sample(self, sample: int) -> bool:
        """Tell whether there is a sample with this index."""
        return self._its_reader().has_sample(sample)

    def ids(self) -> Sequence[str | int]:
        """Return the ids of the samples, of those that have one."""
        return self._its_reader().ids()

    def cell_count(self) -> int:
        """Return how many cells there are."""
        return self._its_reader().cell_count()

    def counts(self) -> Mapping[str, int]:
        """Return how many outcomes there are of each status."""
        return self._its_reader().counts()

    def last_number(self) -> int:
        """Return the largest number of an outcome: those of later writes have larger ones."""
        return self._its_reader().last_number()

    def unused(self) -> int:
        """Return how many outcomes no cell has: those that `forget` would delete."""
        return self._its_reader().unused()

    def reply(self, key: str) -> Call | None:
        """Return the call that is kept under a key; what is damaged is not found."""
        return self._its_reader().reply(key)

    def calls_of(self, fingerprint: str) -> Sequence[Call]:
        """Return the calls that a cell with this fingerprint made, in their order.

        Raises:
            StoreDamaged: one of them is not as it was written.
        """
        return self._its_reader().calls_of(fingerprint)

    def call_totals(self) -> Mapping[str, CallTotals]:
        """Return sums over all calls, by model; it does not look for damage."""
        return self._its_reader().call_totals()

    def last_call_number(self) -> int:
        """Return the largest number of a call: those that are kept later have larger ones."""
        return self._its_reader().last_call_number()

    def unused_calls(self) -> int:
        """Return how many calls `forget` would delete.

        Raises:
            StoreDamaged: which calls a cell made is damaged: one of them may look unused.
        """
        return self._its_reader().unused_calls()

    @property
    def has_calls(self) -> bool:
        """A call of a model is kept."""
        return self._its_reader().has_calls()

    @cached_property  # a judge asks for it with each question, and reading it takes 30 µs
    def salt(self) -> str:
        """What nobody outside can guess, and stays the same for as long as the store is there."""
        facts = self._its_reader().meta()
        return facts.get("salt") or facts["created"]

    @property
    def dataset(self) -> str:
        """What tells whether a dataset is that of the last run; empty where it was not kept."""
        return self._its_reader().meta().get("dataset", "")

    def learned(self, model: str) -> Mapping[str, str]:
        """Return what was learned of a model, by its identity: words, each with its reason."""
        said = self._its_reader().meta().get(learned_key(model))
        return {} if said is None else json.loads(said)

    def learn(self, model: str, words: Mapping[str, str]) -> None:
        """Keep what was learned of a model, in place of what was.

        Raises:
            StoreError: as of `write`.
        """
        writer = self._its_writer()
        with self._writing:
            writer.learn(model, words)

    @property
    def is_finished(self) -> bool:
        """The last run came to its end.

        Where it did not, samples that it has not reached have the cells of the run before.
        """
        return self._its_reader().meta().get("finished") == "yes"

    def close(self) -> None:
        """Close the store; what was written is in one file.

        In a fork of the process that opened it, nothing happens.
        """
        if os.getpid() == self._process:
            with self._writing:
                self._reader.close()
                if self._writer is not None:
                    self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _its_reader(self) -> Reader:
        self._refuse_fork()
        return self._reader

    def _its_writer(self) -> Writer:
        self._refuse_fork()
        if self._writer is None:
            raise StoreRefused(str(self.path), "was opened to be read alone", "open it to write")
        return self._writer

    def _refuse_fork(self) -> None:
        if os.getpid() != self._process:
            said = f"was opened by process {self._process}, and this is a fork of it"
            raise StoreRefused(str(self.path), said, "open it again in this process")
