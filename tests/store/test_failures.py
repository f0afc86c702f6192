"""What a failure leaves behind: the batch, or nothing of it, and a clear error."""

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from rmg_core import GraderScore
from rmg_core.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreRefused
from rmg_core.store import Store, filing, verify

from .making import COLUMNS, asked, call, calls_of, cell, filled, sample, watched, write_run

SAMPLES = 13  # 52 cells


def failure(code: int, said: str) -> sqlite3.OperationalError:
    fault = sqlite3.OperationalError(said)
    fault.sqlite_errorcode = code
    return fault


class Failing:
    """Fails at one statement, before it is done or after."""

    def __init__(self, number: int, when: str) -> None:
        self.left = number
        self.when = when

    def __call__(self, now: str, query: str) -> None:
        if now == self.when:
            self.left -= 1
            if self.left == 0:
                raise failure(sqlite3.SQLITE_IOERR, "disk I/O error")


def hold_whole_samples(store: Store) -> None:
    """Hold that every sample has all of its cells and calls or none: they are written together."""
    cells = list(store.cells())
    samples = sorted({each.index for each in cells})
    assert cells == [each for n in samples for each in sample(n)]
    for index in samples:
        assert store.calls_of(cell(index).fingerprint) == calls_of(index)
    kept = sum(each.calls for each in store.call_totals().values())
    assert kept == len({each.key for index in samples for each in calls_of(index)})


@pytest.mark.parametrize("when", ["before", "after"])
def test_whichever_statement_fails_nothing_is_half_done(tmp_path: Path, when: str):
    number = 0
    while True:
        number += 1
        failing = Failing(number, when)
        path = tmp_path / f"{number}.sqlite"
        dice = random.Random(number)  # noqa: S311 - a run that can be repeated
        said = ""
        try:
            connect = watched(failing, is_durable=False)
            with Store.open(path, connect=connect) as store:
                write_run(store, SAMPLES, dice)
        except StoreError as fault:
            said = str(fault)  # a fault that is kept keeps statements open
        if failing.left > 0:
            break
        with Store.open(path, connect=watched(lambda *_: None, is_durable=False)) as store:
            hold_whole_samples(store)
            if said:
                assert "disk I/O error" in said
                write_run(store, SAMPLES, dice)
            assert store.is_finished
            assert list(store.cells()) == [each for n in range(SAMPLES) for each in sample(n)]
            hold_whole_samples(store)
            assert store.unused() == store.unused_calls() == 0
        assert verify(path) == []
    assert number > 100


def test_calls_that_failed_are_kept_the_next_time(path: Path):
    failing = Failing(0, "before")
    with Store.open(path, connect=watched(failing)) as store:
        store.begin(COLUMNS)
        for statement in range(1, 8):
            failing.left = statement
            with pytest.raises(StoreError, match="cannot be written: disk I/O error"):
                store.keep(calls_of(0), asked(0, *calls_of(0)))
            assert not store.has_calls
        failing.left = 0
        store.keep(calls_of(0), asked(0, *calls_of(0)))
        assert store.calls_of(cell(0).fingerprint) == calls_of(0)
    assert verify(path) == []


def test_a_batch_that_failed_is_written_the_next_time(path: Path):
    failing = Failing(0, "before")
    with Store.open(path, connect=watched(failing)) as store:
        store.begin(COLUMNS)
        for statement in range(1, 6):
            failing.left = statement
            with pytest.raises(StoreError) as failed:
                store.write(sample(0))
            assert list(store.cells()) == []
        failing.left = 0
        store.write(sample(0))
        assert list(store.cells()) == sample(0)
    assert str(failed.value) == (
        f"the store '{path}' cannot be written: disk I/O error; "
        "see to the disk; what was written before stays"
    )


def test_a_transaction_that_cannot_be_undone_is_undone_before_the_next(path: Path):
    broken = set()

    def watch(now: str, query: str) -> None:
        if now == "before" and query in broken:
            raise failure(sqlite3.SQLITE_IOERR, "disk I/O error")

    with Store.open(path, connect=watched(watch)) as store:
        store.begin(COLUMNS)
        broken.update(("COMMIT", "ROLLBACK"))
        with pytest.raises(StoreError):
            store.write(sample(0))
        broken.clear()
        store.write(sample(1))
        assert list(store.cells()) == sample(1)


# Full, busy, damaged


def test_a_full_disk_is_told_and_the_batch_is_written_when_there_is_room(path: Path):
    batch = [cell(index, GraderScore(0.5, "so " * 100)) for index in range(500)]
    with Store.open(path) as store:
        store.begin(COLUMNS)
        store.write(sample(900))
        connection = store._writer.connection
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 10}")
        for _ in range(3):
            with pytest.raises(StoreFull) as full:
                store.write(batch)
            assert list(store.cells()) == sample(900)
        connection.execute("PRAGMA max_page_count = 1000000")
        store.write(batch)
        assert list(store.cells()) == [*batch, *sample(900)]
    assert verify(path) == []
    assert str(full.value) == (
        f"the store '{path}' cannot be written: the disk is full; "
        "make room; nothing is lost that was written before"
    )


def test_calls_are_kept_when_there_is_room_again(path: Path):
    batch = [call(("long", index), "so " * 1000) for index in range(100)]
    with Store.open(path) as store:
        store.begin(COLUMNS)
        store.write(sample(0), calls=calls_of(0), asked=asked(0, *calls_of(0)))
        connection = store._writer.connection
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 10}")
        with pytest.raises(StoreFull):
            store.write([cell(5)], calls=batch, asked=asked(5, *batch))
        assert list(store.cells()) == sample(0)
        hold_whole_samples(store)
        connection.execute("PRAGMA max_page_count = 1000000")
        store.write([cell(5)], calls=batch, asked=asked(5, *batch))
        assert store.calls_of(cell(5).fingerprint) == batch
    assert verify(path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
@pytest.mark.skipif(os.name != "posix", reason="a limit of the size of files is POSIX")
def test_a_file_that_may_not_grow_loses_nothing(path: Path):
    import resource
    import signal

    batch = [cell(index, GraderScore(0.5, "so " * 1000)) for index in range(500)]
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Store.open(path) as store:
        store.begin(COLUMNS)
        store.write(sample(900))
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, limits[1]))
            with pytest.raises(StoreError):
                store.write(batch)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, before)
        assert list(store.cells()) == sample(900)
        store.write(batch)
        assert list(store.cells()) == [*batch, *sample(900)]
    assert verify(path) == []


def test_a_store_that_another_process_writes_is_busy(path: Path):
    def impatient(*arguments: object, **options: object) -> sqlite3.Connection:
        return sqlite3.connect(*arguments, timeout=0, **options)

    with Store.open(path, connect=impatient) as store:
        store.begin(COLUMNS)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy) as busy:
            store.write(sample(0))
        other.execute("ROLLBACK")
        other.close()
        store.write(sample(0))
        assert list(store.cells()) == sample(0)
    assert str(busy.value) == (
        f"the store '{path}' is in use by another process; wait until that one has ended"
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StoreFull),
        (sqlite3.SQLITE_BUSY, StoreBusy),
        (sqlite3.SQLITE_LOCKED, StoreBusy),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy),
        (sqlite3.SQLITE_CORRUPT, StoreDamaged),
        (sqlite3.SQLITE_IOERR_WRITE, StoreError),
        (sqlite3.SQLITE_READONLY, StoreError),
    ],
)
def test_what_sqlite_refuses_with_is_told_apart(path: Path, code: int, kind: type[StoreError]):
    faults = []

    def watch(now: str, query: str) -> None:
        if faults and query == "COMMIT":
            raise faults.pop()

    with Store.open(path, connect=watched(watch)) as store:
        store.begin(COLUMNS)
        faults.append(failure(code, "no"))
        with pytest.raises(StoreError) as failed:
            store.write(sample(0))
        assert type(failed.value) is kind
        store.write(sample(0))


def test_a_reader_tells_the_failure_that_ended_its_transaction(path: Path):
    def watch(now: str, query: str) -> None:
        if now == "before" and query.startswith("SELECT c.sample"):
            sqlite3.Connection.execute(store._reader.connection, "ROLLBACK")
            raise failure(sqlite3.SQLITE_IOERR, "disk I/O error")

    Store.open(path).close()
    store = Store.read(path, connect=watched(watch))
    with store, pytest.raises(StoreError, match="cannot be read: disk I/O error"):
        list(store.cells())


def test_an_index_that_misleads_is_damage(path: Path, monkeypatch):
    with Store.open(path) as store:
        store.begin(COLUMNS)
        store.write(sample(0))
        monkeypatch.setattr(filing, "rows_at", lambda connection, fingerprints: [])
        with pytest.raises(StoreDamaged) as damaged:
            store.write(sample(0))
        assert list(store.cells()) == sample(0)
    assert str(damaged.value) == (
        f"the store '{path}' cannot be written: the index of the fingerprints is not that of the "
        "outcomes; `rmg verify` names every grade that is damaged"
    )


# Forks and racers


def told_in_a_fork(store: Store) -> list[str]:
    said = []
    for act in (lambda: store.write(sample(1)), lambda: store.find(["f"]), store.cells):
        with pytest.raises(StoreRefused) as refused:
            act()
        said.append(str(refused.value))
    store.close()
    return [*said, f"left open: {store._writer.connection.total_changes > 0}"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_neither_writes_nor_reads_nor_closes(path: Path):
    with Store.open(path) as store:
        store.begin(COLUMNS)
        store.write(sample(0))
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.write(theirs, "\n".join(told_in_a_fork(store)).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        said = os.read(ours, 10_000).decode().splitlines()
        os.close(ours)
        os.close(theirs)
        store.write(sample(2))
        assert list(store.cells()) == [*sample(0), *sample(2)]
    assert verify(path) == []
    refused = (
        f"the store '{path}' was opened by process {os.getpid()}, and this is a fork of it; "
        "open it again in this process"
    )
    assert said == [refused, refused, refused, "left open: True"]


RACER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from making import COLUMNS, sample
from rmg_core.errors import StoreBusy, StoreRefused
from rmg_core.store import Store
sys.stdin.readline()
try:
    with Store.open(Path(sys.argv[1])) as store:
        store.begin(COLUMNS)
        for index in range(40):
            store.write(sample(index))
        store.finish()
except (StoreBusy, StoreRefused):
    sys.exit(3)
"""


def test_of_several_writers_one_comes_to_its_end_and_nothing_is_spoilt(path: Path):
    command = [sys.executable, "-c", RACER, str(path), str(Path(__file__).parent)]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    for each in racers:
        assert each.stdin is not None
        each.stdin.write(b"go\n")
        each.stdin.flush()
    codes = [each.wait() for each in racers]
    for each in racers:
        each.stdin.close()
    assert set(codes) <= {0, 3}
    assert 0 in codes
    with Store.read(path) as store:
        assert store.is_finished
        assert list(store.cells()) == [each for n in range(40) for each in sample(n)]
        assert store.unused() == 0
    assert verify(path) == []


# The -wal


def test_a_wal_that_is_cut_short_gives_a_prefix_of_the_batches(path: Path, tmp_path: Path):
    dice = random.Random(5)  # noqa: S311 - cuts that can be repeated
    with Store.open(path) as store:
        made = filled(store, 60, batch=2)
        file, wal = path.read_bytes(), path.with_name("store.sqlite-wal").read_bytes()
    copy = tmp_path / "copy.sqlite"
    seen = set()
    for _ in range(200):
        cut = dice.randrange(1, len(wal))
        copy.write_bytes(file)
        copy.with_name("copy.sqlite-wal").write_bytes(wal[:cut])
        with Store.open(copy, connect=watched(lambda *_: None, is_durable=False)) as store:
            cells = list(store.cells())
        assert cells == made[: len(cells)]
        assert len(cells) % 8 == 0
        seen.add(len(cells))
    assert len(seen) > 20
    assert verify(copy) == []
