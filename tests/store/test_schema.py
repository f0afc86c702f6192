"""The file of a store: what it may hold, who may read it, and which files are refused."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from rmg_core import GraderError, GraderRank, GraderScore
from rmg_core.errors import StoreDamaged, StoreError, StoreRefused
from rmg_core.store import Store, verify
from rmg_core.store.connection import WAL_LIMIT

from .making import COLUMNS, cell, filled, sample

GRADER = "INSERT INTO graders VALUES (1, 'd', 'x/g', '', '', '', '', '{}', '{\"scale\":[0,1]}')"


def run(path: Path, *statements: str) -> list[tuple]:
    """Do something to the file as another program would; returns what the last one gives."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    return rows


@pytest.fixture
def made(path: Path) -> Path:
    with Store.open(path) as store:
        filled(store, 3)
        store.finish()
    return path


# What a row of `outcomes` may be

GOOD = {
    "outcome": 900, "fingerprint": "f", "grader": 1, "status": "score", "score": 0.5,
    "kind": None, "payload": None, "seconds": 0.0, "attempts": 1, "checksum": b"",
}  # fmt: skip


def insert(path: Path, row: dict) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row.values()]
        )


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"status": "error", "score": None, "kind": "crash", "payload": '{"error":"x"}'},
        {"status": "rank", "score": None, "payload": '{"rank":[1]}'},
        {"status": "skip", "score": None},
        {"fingerprint": None, "grader": None},
        {"score": 1.7976931348623157e308},
        {"score": -1.7976931348623157e308},
    ],
    ids=str,
)
def test_an_outcome_that_is_one_is_taken(made: Path, change: dict):
    insert(made, GOOD | change)


@pytest.mark.parametrize(
    "change",
    [
        {"score": None},
        {"score": float("nan")},
        {"score": float("inf")},
        {"score": float("-inf")},
        {"score": "high"},
        {"score": b"1"},
        {"kind": "crash"},
        {"status": "error"},
        {"status": "error", "score": None, "kind": None, "payload": '{"error":"x"}'},
        {"status": "error", "score": None, "kind": "crash"},
        {"status": "rank"},
        {"status": "rank", "score": None},
        {"status": "skip"},
        {"status": "skip", "score": None, "kind": "crash"},
        {"status": "ok"},
        {"status": None},
        {"payload": "{"},
        {"fingerprint": ""},
        {"grader": None},
        {"seconds": -1.0},
        {"seconds": None},
        {"attempts": 0},
        {"checksum": None},
    ],
    ids=str,
)
def test_a_state_that_is_none_is_refused(made: Path, change: dict):
    with pytest.raises(sqlite3.IntegrityError):
        insert(made, GOOD | change)


def test_a_score_that_is_not_finite_is_not_written(path: Path):
    with Store.open(path) as store:
        store.begin(COLUMNS)
        with pytest.raises(StoreError) as refused:
            store.write([cell(0), cell(1, GraderScore(float("nan")))])
        assert list(store.cells()) == []
    assert str(refused.value).startswith(
        f"the store '{path}' cannot be written: CHECK constraint failed: "
    )


# What others read


def test_results_are_read_with_plain_sql(path: Path):
    with Store.open(path) as store:
        store.begin(COLUMNS)
        store.write(sample(0))
        store.write([cell(3, GraderError("timeout", "too slow"), key=7)])
        store.write([cell(4, GraderRank((2, 1), "so", {"a": [1]}))])
    first, second = cell(0).fingerprint, cell(0, column="other").fingerprint
    third, fourth = cell(3).fingerprint, cell(4).fingerprint
    assert run(path, "SELECT * FROM results") == [
        (0, "q0", "same", "grader", 0, "score", 0.5, "so", *[None] * 4, 0.25, 1, first),
        (0, "q0", "other", "grader", 0, "score", 0.5 / 3, *[None] * 5, 0.25, 1, second),
        (0, "q0", "other", "grader", 1, "skip", None, "no claim", *[None] * 4, 0.25, 1, None),
        (0, "q0", "all", "aggregator", 0, "score", 0.5, *[None] * 5, 0.0, 1, None),
        (3, 7, "same", "grader", 0, "error", None, None, "timeout", "too slow", None, None,
         0.25, 1, third),
        (4, None, "same", "grader", 0, "rank", None, "so", None, None, "[2,1]", '{"a":[1]}',
         0.25, 1, fourth),
    ]  # fmt: skip


def test_pandas_reads_the_results(made: Path):
    pandas = pytest.importorskip("pandas")
    with closing(sqlite3.connect(made)) as connection:
        frame = pandas.read_sql("SELECT * FROM results", connection)
    assert list(frame["score"].dropna()) == [0.5, 0.5 / 3, 0.5] * 3
    assert set(frame["noun"]) == {"grader", "aggregator"}


def test_a_column_that_the_run_does_not_have_is_not_among_the_results(path: Path):
    with Store.open(path) as store:
        filled(store, 1)
        store.begin([COLUMNS[2], COLUMNS[0]])
    assert run(path, 'SELECT "column" FROM results') == [("all",), ("same",)]


def test_the_file_is_for_its_owner_alone(path: Path):
    before = os.umask(0)
    try:
        with Store.open(path) as store:
            filled(store, 1)
            modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {0o600}


def test_the_names_of_new_files_reach_the_disk(path: Path, monkeypatch):
    synced = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(os.fstat(handle)), sync(handle)))
    Store.open(path).close()
    place = path.parent.stat()
    assert [each.st_ino for each in synced] == [place.st_ino] * 2


def test_no_program_that_is_started_has_the_file(path: Path):
    with Store.open(path) as store:
        filled(store, 1)
        opened = [
            int(each.name)
            for each in Path("/proc/self/fd").iterdir()
            if each.exists() and each.resolve().name.startswith(path.name)
        ]
        assert opened
        assert not any(os.get_inheritable(each) for each in opened)


def test_the_file_says_what_it_is(made: Path):
    assert run(made, "PRAGMA application_id") == [(0x726D6773,)]
    facts = dict(run(made, "SELECT key, value FROM meta"))
    assert set(facts) == {
        "basis", "begun", "complete", "created", "dataset", "finished", "rmg_version", "salt",
        "schema_digest", "schema_version",
    }  # fmt: skip
    assert (facts["finished"], facts["complete"], facts["schema_version"]) == ("yes", "yes", "2")


def test_every_table_and_column_is_in_the_reference(made: Path):
    page = (Path(__file__).parents[2] / "docs" / "reference" / "store.md").read_text("utf-8")
    for (table,) in run(made, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        section = page.partition(f"### `{table}`\n")[2].partition("\n#")[0]
        told = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")}
        there = run(made, f"PRAGMA table_info({table})")
        names = run(made, "SELECT 0, key FROM meta") if table == "meta" else there
        assert told - {"learned …"} == {name for _, name, *_ in names}


# How it is written


@pytest.mark.parametrize(("durability", "level"), [("power", 2), ("crash", 1)])
def test_durability_is_what_sqlite_calls_synchronous(path: Path, durability, level: int):
    with Store.open(path, durability=durability) as store:
        connection = store._writer.connection
        assert connection.execute("PRAGMA synchronous").fetchone() == (level,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


class NoWal(sqlite3.Connection):
    """A connection to where there can be no -wal, as on a network file system."""

    def execute(self, query: str, *arguments: object) -> sqlite3.Cursor:
        wish = query.replace("journal_mode = WAL", "journal_mode")
        return super().execute(wish, *arguments)


def test_where_there_can_be_no_wal_it_is_said(path: Path):
    def connect(*arguments: object, **options: object) -> sqlite3.Connection:
        return sqlite3.connect(*arguments, factory=NoWal, **options)

    with Store.open(path, durability="crash", connect=connect) as store:
        made = filled(store, 20)
        connection = store._writer.connection
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert list(store.cells()) == made
        [warning] = store.warnings
        assert warning == (
            f"'{path}' lies where SQLite cannot keep a write-ahead log, as on a network file "
            "system: it is written more slowly, and nobody can read it while it is"
        )
    assert verify(path) == []


def test_the_wal_does_not_grow_without_bound(path: Path):
    reason = "so " * 20_000
    with Store.open(path, durability="crash") as store:
        store.begin(COLUMNS)
        for batch in range(20):
            made = [cell(100 * batch + each, GraderScore(0.5, reason)) for each in range(100)]
            store.write(made)
            wal = path.with_name("store.sqlite-wal").stat().st_size
            assert wal < WAL_LIMIT + 2 * 100 * len(reason)
    assert path.stat().st_size > 5 * WAL_LIMIT


def test_a_reader_that_never_ends_only_delays_that(path: Path):
    reason = "so " * 20_000
    with Store.open(path, durability="crash") as store, closing(sqlite3.connect(path)) as other:
        store.begin(COLUMNS)
        other.execute("BEGIN")
        other.execute("SELECT * FROM meta").fetchall()
        for batch in range(10):
            store.write([cell(100 * batch + n, GraderScore(0.5, reason)) for n in range(100)])
        other.execute("ROLLBACK")
        for batch in range(10, 15):
            store.write([cell(100 * batch + n, GraderScore(0.5, reason)) for n in range(100)])
        assert path.with_name("store.sqlite-wal").stat().st_size < 2 * WAL_LIMIT
        assert store.counts() == {"score": 1500}


# What is refused


def refusal(path: Path) -> str:
    """Return why a file can be neither written nor read; it is as it was afterwards."""
    before = path.read_bytes()
    with pytest.raises(StoreRefused) as refused:
        Store.open(path)
    with pytest.raises(StoreRefused) as also:
        Store.read(path)
    assert str(also.value) == str(refused.value)
    assert path.read_bytes() == before
    return str(refused.value)


def test_a_file_that_is_not_sqlite_is_refused(path: Path):
    path.write_text("index,score\n0,1\n" * 100)
    assert refusal(path) == (
        f"the store '{path}' is not an SQLite file; move it away, or choose another run directory"
    )


def test_a_database_without_a_mark_is_refused(path: Path):
    run(path, "CREATE TABLE notes (text)")
    assert refusal(path) == (
        f"the store '{path}' was not made by rmg; move it away, or choose another run directory"
    )


def test_a_database_of_another_program_is_refused(path: Path):
    run(path, "CREATE TABLE notes (text)", "PRAGMA application_id = 7")
    assert refusal(path) == (
        f"the store '{path}' belongs to another program; "
        "move it away, or choose another run directory"
    )


def test_a_newer_store_is_refused(made: Path):
    run(made, "PRAGMA user_version = 3")
    assert refusal(made) == (
        f"the store '{made}' was written by a newer rmg: its schema is 3, and this rmg reads "
        "up to 2; run `pip install --upgrade rmg-core`"
    )


@pytest.mark.parametrize(
    "change",
    [
        "DROP VIEW results",
        "DROP TABLE cells",
        "DROP TABLE meta",
        "DROP INDEX asked_of_call",
        "DROP TRIGGER another_sample",
        "ALTER TABLE outcomes RENAME COLUMN kind TO sort",
        "UPDATE meta SET value = '0' WHERE key = 'schema_version'",
        "DELETE FROM meta",
        "PRAGMA user_version = 0",
    ],
)
def test_a_store_whose_tables_are_others_is_refused(made: Path, change: str):
    run(made, change)
    assert refusal(made) == (
        f"the store '{made}' is half-made or damaged: its tables are not those that rmg made; "
        "bring it back from a copy, or move it away to begin anew"
    )


def test_what_others_add_is_no_reason_to_refuse(made: Path):
    run(made, "CREATE INDEX mine ON outcomes (score)", "CREATE TABLE notes (text)")
    with Store.open(made) as store:
        filled(store, 3)
    assert verify(made) == []


def test_a_link_in_the_place_of_the_file_is_refused(path: Path, tmp_path: Path):
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreRefused) as refused:
        Store.open(path)
    assert str(refused.value) == (
        f"the store '{path}' is a link; move it away, or choose another run directory"
    )
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path):
    path.mkdir()
    with pytest.raises(StoreRefused, match="is not a file; move it away"):
        Store.open(path)


def test_a_store_that_is_not_there_is_not_read(path: Path):
    with pytest.raises(StoreRefused) as refused:
        Store.read(path)
    assert str(refused.value) == (f"the store '{path}' is not there; name the directory of a run")
    assert not path.exists()


def test_a_store_that_cannot_be_made_says_why(path: Path):
    place = path / "store.sqlite"
    with pytest.raises(StoreError) as refused:
        Store.open(place)
    assert str(refused.value) == (
        f"the store '{place}' cannot be made: No such file or directory; "
        "choose another run directory"
    )


def test_a_copy_without_its_wal_is_refused(path: Path, tmp_path: Path):
    copy = tmp_path / "copy.sqlite"
    with Store.open(path) as store:
        filled(store, 3)
        copy.write_bytes(path.read_bytes())
    assert refusal(copy) == (
        f"the store '{copy}' is a copy without copy.sqlite-wal, which holds the newest grades; "
        "copy that file too, from where this one comes from"
    )


def test_a_copy_without_its_wal_is_refused_however_much_was_written(path: Path, tmp_path: Path):
    copy = tmp_path / "copy.sqlite"
    with Store.open(path, durability="crash") as store:
        store.begin(COLUMNS)
        for batch in range(4):
            made = [cell(100 * batch + n, GraderScore(0.5, "so " * 10_000)) for n in range(100)]
            store.write(made)
            copy.write_bytes(path.read_bytes())
            with pytest.raises(StoreRefused, match=r"is a copy without copy\.sqlite-wal"):
                Store.read(copy)
            for each in ("copy.sqlite-wal", "copy.sqlite-shm"):
                (tmp_path / each).unlink(missing_ok=True)


def test_a_copy_without_its_wal_is_opened_if_the_loss_is_accepted(path: Path, tmp_path: Path):
    copy = tmp_path / "copy.sqlite"
    with Store.open(path) as store:
        filled(store, 3)
        copy.write_bytes(path.read_bytes())
    with Store.open(copy, accept_lost_wal=True) as store:
        made = filled(store, 2)
    with Store.read(copy) as store:
        assert list(store.cells()) == made


def test_a_copy_with_its_wal_has_everything(path: Path, tmp_path: Path):
    with Store.open(path) as store:
        made = filled(store, 3)
        for suffix in ("", "-wal"):
            (tmp_path / f"copy.sqlite{suffix}").write_bytes(
                path.with_name(path.name + suffix).read_bytes()
            )
    with Store.open(tmp_path / "copy.sqlite") as store:
        assert list(store.cells()) == made


def test_an_empty_file_becomes_a_store(path: Path):
    path.touch()
    with Store.open(path) as store:
        assert list(store.cells()) == []


def test_where_nothing_may_be_written_a_store_is_read(made: Path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    with Store.read(made) as store:
        assert len(list(store.cells())) == 12
        assert list(made.parent.iterdir()) == [made]


def test_an_outcome_of_a_kind_that_only_a_newer_rmg_knows_is_refused(path: Path, monkeypatch):
    with Store.open(path) as store:
        store.begin(COLUMNS)
        failed = cell(0, GraderError("crash", "x"))
        object.__setattr__(failed.outcome, "kind", "meltdown")
        store.write([failed])
        for read in (lambda: list(store.cells()), lambda: store.find([failed.fingerprint])):
            with pytest.raises(StoreRefused) as refused:
                read()
            assert str(refused.value) == (
                f"the store '{path}' holds an outcome that this rmg does not know; "
                "run `pip install --upgrade rmg-core`"
            )
    assert verify(path) == []


def test_a_file_that_is_cut_short_is_damaged(made: Path):
    made.write_bytes(made.read_bytes()[:8192])
    with pytest.raises(StoreDamaged) as refused:
        Store.open(made)
    assert str(refused.value) == (
        f"the store '{made}' cannot be opened: database disk image is malformed; "
        "`rmg verify` names every grade that is damaged"
    )
