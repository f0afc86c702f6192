"""Stores that an older rmg wrote are brought up to date, wholly or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rmg_core.errors import StoreError, StoreRefused
from rmg_core.store import Store, verify
from rmg_core.store.migrations import MIGRATIONS
from rmg_core.store.schema import VERSION

from .making import COLUMNS, asked, calls_of, cell, sample, watched

MADE = [each for index in range(4) for each in sample(index)]


@pytest.fixture(params=range(VERSION))
def version(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture
def old(path: Path, version: int) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        fixture = Path(__file__).with_name(f"version-{version}.sql")
        connection.executescript(fixture.read_text("utf-8"))
    return path


def test_every_older_version_has_its_migration():
    assert set(MIGRATIONS) == set(range(VERSION))


def test_a_store_of_an_older_version_is_brought_up_to_date(old: Path):
    with Store.open(old) as store:
        assert list(store.cells()) == MADE
        assert not store.has_calls
        assert {each.attempts for each in store.find([MADE[0].fingerprint]).values()} == {1}
    assert verify(old) == []
    with Store.read(old) as store:
        assert list(store.cells()) == MADE


def test_a_store_that_was_brought_up_to_date_is_written(old: Path):
    with Store.open(old) as store:
        store.begin(COLUMNS)
        store.write([cell(3, 0.5), *sample(4)], calls=calls_of(4), asked=asked(4, *calls_of(4)))
        found = store.find([cell(3).fingerprint])
        assert found[cell(3).fingerprint].attempts == 2
        assert store.calls_of(cell(4).fingerprint) == calls_of(4)
    assert verify(old) == []
    with closing(sqlite3.connect(old)) as connection:
        [attempts] = connection.execute(
            "SELECT attempts FROM results WHERE sample = 3 AND \"column\" = 'same'"
        ).fetchone()
    assert attempts == 2


def test_an_older_store_is_not_read_before(old: Path, version: int):
    with pytest.raises(StoreRefused) as refused:
        Store.read(old)
    assert str(refused.value) == (
        f"the store '{old}' was written by an older rmg: its schema is {version}, and not 2; "
        "`rmg run` brings it up to date"
    )


def test_what_was_damaged_before_is_damaged_still(old: Path):
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE outcomes SET score = 0.75 WHERE outcome = 1")
    Store.open(old).close()
    assert [each.sample for each in verify(old)] == [0]


def test_a_migration_that_fails_leaves_the_store_as_it_was(old: Path):
    def fail_late(when: str, query: str) -> None:
        if when == "before" and query.startswith("INSERT OR REPLACE INTO meta"):
            raise sqlite3.OperationalError("disk I/O error")

    before = contents(old)
    with pytest.raises(StoreError, match="cannot be written: disk I/O error"):
        Store.open(old, connect=watched(fail_late))
    assert contents(old) == before
    with Store.open(old) as store:
        assert list(store.cells()) == MADE


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())
