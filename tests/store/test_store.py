"""What is written into a store is found in it, once, and comes out as it went in."""

import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from attrs import evolve

from rmg_core import Cell, GraderError, GraderRank, GraderScore, GraderSkip, Scale
from rmg_core.errors import StoreDamaged, StoreError, StoreRefused
from rmg_core.store import Column, Found, Link, Store, StoredCell, StoredGrader

from .making import COLUMNS, OTHER, SAME, address, cell, filled, sample, watched


@pytest.fixture
def store(path: Path):
    with Store.open(path) as opened:
        opened.begin(COLUMNS)
        yield opened


def test_cells_come_out_as_they_went_in(path: Path):
    with Store.open(path) as store:
        made = filled(store, 20)
        assert list(store.cells()) == made
    with Store.read(path) as again:
        assert list(again.cells()) == made


def test_cells_come_by_sample_then_column_then_repeat(store: Store):
    made = [each for index in range(800) for each in sample(index)[:3]]
    for start in range(5):
        store.write(made[::-1][start::5])
    assert list(store.cells()) == made


def test_a_closed_store_is_one_file(path: Path):
    with Store.open(path) as store:
        filled(store, 5)
        assert {each.name for each in path.parent.iterdir()} > {path.name}
    assert list(path.parent.iterdir()) == [path]


def test_outcomes_of_every_kind_are_found(store: Store):
    made = [
        cell(0, GraderScore(0.1, "why", {"votes": [1, 2]})),
        cell(1, GraderScore(4, "why", scale=Scale(1, 5))),
        cell(2, GraderScore(3.0, scale=Scale(0, None, higher_is_better=False))),
        cell(3, GraderRank((2, 1, 2), "ties", {"a": None})),
        cell(4, GraderSkip("no claim")),
        cell(5, GraderSkip("")),
        cell(6, GraderError("grader_error", "ValueError: x", "Traceback", {"n": 1})),
    ]
    store.write(made)
    found = store.find(each.fingerprint for each in made)
    assert {each.fingerprint: each.outcome for each in found.values()} == {
        each.fingerprint: each.outcome for each in made
    }
    assert [each.outcome for each in store.cells()] == [each.outcome for each in made]


def test_a_score_keeps_the_scale_of_its_grader(path: Path):
    scale = Scale(1, 5)
    with Store.open(path) as store:
        store.begin([Column("g", StoredGrader(b"g", "x/g", scale=scale))])
        store.write([cell(0, GraderScore(2.0, scale=scale), column="g")])
        [found] = store.cells()
    assert found.outcome == GraderScore(2.0, scale=scale)


@pytest.mark.parametrize("score", [-0.0, 5e-324, -1.7976931348623157e308, 0.1, 1e22, 2.0**53])
def test_a_score_comes_back_to_the_bit(store: Store, score: float):
    store.write([cell(0, GraderScore(score, "r", scale=Scale(None, None)))])
    store.write([cell(1, GraderScore(score))])
    assert [each.outcome.score.hex() for each in store.cells()] == [score.hex()] * 2


@pytest.mark.parametrize("key", [None, "7", 7, "", 2**70, -1, "\ud800", "é\n\0", "null"])
def test_an_id_keeps_its_type(store: Store, key: str | int | None):
    store.write([cell(0, key=key)])
    [found] = store.cells()
    assert (found.id, type(found.id)) == (key, type(key))


def test_integers_of_more_than_64_bits_come_back(store: Store):
    made = GraderScore(1.0, "", {"n": 2**80, "m": [-(10**30)]}, Scale(0, 10**30))
    store.write([cell(0, made)])
    assert [each.outcome for each in store.cells()] == [made]


@pytest.mark.parametrize("seconds", [0, -0.0, 0.1, 1e-300])
def test_the_time_of_a_call_comes_back(store: Store, seconds: float):
    store.write([cell(0, seconds=seconds)])
    assert [each.seconds for each in store.cells()] == [seconds]


def test_what_is_not_stored_is_not_found(store: Store):
    store.write([cell(0)])
    assert store.find([address("nothing"), cell(0).fingerprint]).keys() == {cell(0).fingerprint}


def test_many_fingerprints_are_found_at_once(store: Store):
    made = [cell(index, index / 7) for index in range(2500)]
    store.write(made)
    found = store.find(each.fingerprint for each in made)
    assert [found[each.fingerprint].outcome for each in made] == [each.outcome for each in made]


def test_what_is_found_says_how_long_it_took_and_at_which_attempt(store: Store):
    failed = cell(0, GraderError("timeout", "too slow"))
    store.write([failed])
    store.write([cell(0, 0.5, seconds=1.5)])
    [found] = store.find([failed.fingerprint]).values()
    assert found == Found(1, failed.fingerprint, GraderScore(0.5), 1.5, 2)


# One outcome under one fingerprint


def test_cells_with_one_fingerprint_share_an_outcome(store: Store):
    store.write([cell(0, 0.5, fingerprint="f"), cell(1, 0.75, fingerprint="f")])
    store.write([cell(2, 0.25, fingerprint="f")])
    assert [each.outcome for each in store.cells()] == [GraderScore(0.5)] * 3
    assert store.counts() == {"score": 1}


def test_the_numbers_of_what_was_replaced_are_returned(store: Store):
    late = GraderError("timeout", "too slow")
    assert list(store.write([cell(0, 0.5, fingerprint="f"), cell(1, late), cell(2, late)])) == []
    assert list(store.write([cell(3, 0.25, fingerprint="f"), cell(2, late), cell(4)])) == [3]
    assert list(store.write([cell(1, late), cell(2, late)], stays={2})) == [3]
    assert list(store.write([cell(1, late), cell(2, late)], since=1)) == []


@pytest.mark.parametrize("later", [GraderScore(1.0), GraderSkip("no"), GraderError("crash", "x")])
def test_an_error_makes_way_for_what_comes_later(store: Store, later):
    store.write([cell(0, GraderError("timeout", "too slow"))])
    store.write([cell(0, later)])
    assert [each.outcome for each in store.cells()] == [later]


def test_within_a_batch_too_an_error_makes_way(store: Store):
    failed = GraderError("timeout", "too slow")
    batch = [cell(0, failed, fingerprint="f"), cell(1, 0.5, fingerprint="f")]
    store.write([*batch, cell(2, failed, fingerprint="f")])
    assert [each.outcome for each in store.cells()] == [GraderScore(0.5)] * 3


def test_a_score_is_replaced_if_one_says_so(store: Store):
    store.write([cell(0, 0.5)])
    store.write([cell(0, 0.75)], fresh=True)
    assert [each.outcome for each in store.cells()] == [GraderScore(0.75)]
    assert store.counts() == {"score": 1}


def test_two_columns_of_one_grader_share_their_outcomes(path: Path):
    with Store.open(path) as store:
        store.begin([Column("a", SAME), Column("b", SAME)])
        store.write([cell(0, 0.5, column="a", fingerprint="f")])
        store.write([cell(0, 0.5, column="b", fingerprint="f")])
        assert [each.grader for each in store.cells()] == ["a", "b"]
        assert store.counts() == {"score": 1}


# Outcomes without a fingerprint


def test_a_cell_without_a_fingerprint_replaces_what_it_had(store: Store):
    for score in (0.25, 0.75):
        store.write([cell(0, score, column="all", fingerprint="")])
    assert [each.outcome for each in store.cells()] == [GraderScore(0.75)]
    assert store.counts() == {"score": 1}


def test_of_two_in_a_batch_the_later_one_is_kept(store: Store):
    store.write([cell(0, score, column="all", fingerprint="") for score in (0.25, 0.75)])
    assert [each.outcome for each in store.cells()] == [GraderScore(0.75)]
    assert store.counts() == {"score": 1}


def test_an_aggregate_that_is_the_same_costs_no_write(path: Path, store: Store):
    batch = sample(0)
    store.write(batch)
    with unchanged(path):
        store.write(batch[2:])


def test_a_cell_that_gets_a_fingerprint_leaves_its_former_outcome(store: Store):
    store.write([cell(0, GraderError("missing_input", "no field"), fingerprint="")])
    store.write([cell(0, 0.5)])
    assert [each.outcome for each in store.cells()] == [GraderScore(0.5)]
    assert store.unused() == 1


def test_a_sample_that_is_there_costs_no_write_in_the_next_run(path: Path, store: Store):
    store.write([cell(0, key="a")])
    store.begin(COLUMNS)
    with unchanged(path):
        store.write([cell(0, key="a")])


@contextmanager
def unchanged(path: Path):
    """Hold that nothing is committed meanwhile."""
    with closing(sqlite3.connect(path)) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        yield
        assert other.execute("PRAGMA data_version").fetchone() == before


# Links


def test_a_link_gives_a_cell_an_outcome_that_is_there(store: Store):
    store.write([cell(0, 0.5)])
    [found] = store.find([cell(0).fingerprint]).values()
    linked = cell(7, 0.5, key="seven", fingerprint=found.fingerprint)
    store.link([Link(linked, found.number)])
    assert list(store.cells()) == [cell(0, 0.5), linked]
    assert store.counts() == {"score": 1}


def test_links_are_written_with_the_cells_of_a_batch(store: Store):
    store.write([cell(0, 0.5)])
    linked = cell(1, 0.5, fingerprint=cell(0).fingerprint)
    with pytest.raises(StoreError):
        store.write([cell(2, float("nan"))], [Link(linked, 1)])
    assert list(store.cells()) == [cell(0, 0.5)]
    store.write([cell(2)], [Link(linked, 1)])
    assert list(store.cells()) == [cell(0, 0.5), linked, cell(2)]


def test_a_link_that_is_there_costs_no_write(path: Path, store: Store):
    store.write([cell(0), cell(1)])
    found = store.find([cell(0).fingerprint, cell(1).fingerprint])
    with unchanged(path):
        store.link([Link(cell(n), found[cell(n).fingerprint].number) for n in (0, 1)])


def test_a_sample_with_another_id_has_none_of_the_cells_of_the_former(store: Store):
    store.write([cell(5, key="old"), cell(5, key="old", column="other")])
    store.begin(COLUMNS)
    store.write([cell(5, 0.75, key="new", fingerprint="f")])
    assert [(each.id, each.grader) for each in store.cells()] == [("new", "same")]


# Runs


def test_cells_are_those_of_the_columns_of_the_last_run_in_their_order(store: Store):
    store.write(sample(0))
    store.begin([COLUMNS[2], COLUMNS[0]])
    assert [each.grader for each in store.cells()] == ["all", "same"]


def test_a_column_of_another_grader_begins_without_cells(store: Store):
    store.write(sample(0))
    store.begin([Column("same", OTHER), *COLUMNS[1:]])
    assert [each.grader for each in store.cells()] == ["other", "other", "all"]


def test_a_column_that_becomes_an_aggregator_begins_without_cells(store: Store):
    store.write(sample(0))
    store.begin([Column("same"), *COLUMNS[1:]])
    assert [each.grader for each in store.cells()] == ["other", "other", "all"]


def test_a_column_that_comes_back_before_the_end_of_a_run_has_its_cells(store: Store):
    store.write(sample(0))
    store.begin(COLUMNS[:1])
    store.begin(COLUMNS)
    assert list(store.cells()) == sample(0)


def test_the_end_of_a_run_forgets_the_cells_that_it_does_not_have(store: Store):
    for index in range(4):
        store.write(sample(index))
    store.begin([Column("other", OTHER), COLUMNS[2]])
    store.write([each for index in (0, 2) for each in sample(index) if each.grader != "same"])
    store.finish()
    left = [(each.index, each.grader, each.repeat) for each in store.cells()]
    assert left == [(index, name, 0) for index in (0, 2) for name in ("other", "all")]


def test_the_end_of_a_run_leaves_the_outcomes(store: Store):
    store.write([cell(0), cell(1)])
    store.begin(COLUMNS)
    store.finish()
    assert list(store.cells()) == []
    assert len(store.find([cell(0).fingerprint, cell(1).fingerprint])) == 2


def test_the_end_of_a_run_deletes_outcomes_that_nothing_could_find_again(store: Store):
    store.write(sample(0))
    store.begin(COLUMNS)
    store.finish()
    assert store.counts() == {"score": 2}


def test_a_store_knows_whether_the_last_run_came_to_its_end(store: Store):
    assert not store.is_finished
    store.finish()
    assert store.is_finished
    store.begin(COLUMNS)
    assert not store.is_finished


def test_outcomes_that_no_cell_has_are_counted_and_deleted(store: Store):
    store.write([cell(index, index / 3) for index in range(5)])
    store.begin(COLUMNS)
    store.write([cell(3, 1.0)])
    store.finish()
    assert store.unused() == 4
    assert store.forget() == (4, 0)
    assert (store.unused(), store.counts()) == (0, {"score": 1})
    assert list(store.cells()) == [cell(3, 1.0)]


def test_deleting_outcomes_gives_their_room_back(path: Path, store: Store):
    store.write([cell(index, GraderScore(0.5, "so" * 500)) for index in range(500)])
    store.begin(COLUMNS)
    store.finish()
    store.forget()
    store.close()
    assert path.stat().st_size < 100_000


def test_graders_that_made_nothing_that_is_left_are_deleted(path: Path, store: Store):
    store.write([cell(0), cell(0, column="other")])
    store.begin(COLUMNS[:1])
    store.write([cell(0)])
    store.finish()
    store.forget()
    with Store.read(path) as again:
        names = again._reader.connection.execute("SELECT name FROM graders").fetchall()
    assert names == [("text/same",)]


def test_outcomes_are_counted_by_status(store: Store):
    for index in range(5):
        store.write(sample(index))
    assert store.counts() == {"score": 14, "skip": 5, "error": 1}


def test_an_outcome_on_an_older_scale_stays_on_it(path: Path):
    with Store.open(path) as store:
        store.begin([Column("same", SAME)])
        store.write([cell(0, 0.5)])
        store.begin([Column("same", evolve(SAME, scale=Scale(0, 9)))])
        store.write([cell(1, GraderScore(7.0, scale=Scale(0, 9)))])
        scales = [each.outcome.scale for each in store.cells()]
    assert scales == [Scale(), Scale(0, 9)]


# What cannot be


def test_a_name_that_stands_for_two_columns_is_refused(store: Store):
    with pytest.raises(ValueError, match=r"stands for one thing: \['a', 'a'\]"):
        store.begin([Column("a", SAME), Column("a")])


def test_a_column_that_the_run_does_not_have_is_refused(store: Store):
    with pytest.raises(ValueError, match="the run that was begun has no column 'odd'"):
        store.write([cell(0), cell(0, column="odd")])
    assert list(store.cells()) == []


def test_a_store_that_was_opened_to_be_read_is_not_written(path: Path, store: Store):
    with Store.read(path) as again, pytest.raises(StoreRefused) as refused:
        again.write([cell(0)])
    assert str(refused.value) == (
        f"the store '{path}' was opened to be read alone; open it to write"
    )


def test_a_run_that_began_earlier_writes_no_more(path: Path, store: Store):
    store.write([cell(0)])
    with Store.open(path) as later:
        later.begin(COLUMNS)
        later.write([cell(1)])
        with pytest.raises(StoreRefused) as refused:
            store.write([cell(2)])
        later.write([cell(3)])
    assert str(refused.value) == (
        f"the store '{path}' is written by another run, which began later; end one of the two"
    )
    assert [each.index for each in store.cells()] == [0, 1, 3]


def test_a_reader_sees_batches_that_are_written_meanwhile(path: Path, store: Store):
    with Store.read(path) as reader:
        store.write([cell(0)])
        assert len(list(reader.cells())) == 1
        store.write([cell(1)])
        assert len(list(reader.cells())) == 2


def test_a_reader_sees_columns_and_cells_of_one_moment(path: Path, store: Store):
    def watch(now: str, query: str) -> None:
        if now == "before" and query.startswith("SELECT c.sample") and not later:
            later.append(cell(0, key="q0", column="new"))
            store.begin([*COLUMNS, Column("new", OTHER)])
            store.write(later)

    later: list[Cell] = []
    store.write(sample(0))
    with Store.read(path, connect=watched(watch)) as reader:
        assert list(reader.cells()) == sample(0)
        assert list(reader.cells()) == [*sample(0), *later]


def test_a_reader_that_stands_still_does_not_keep_the_writer_waiting(path: Path, store: Store):
    store.write([cell(index) for index in range(3000)])
    with Store.read(path) as reader:
        cells = reader.cells()
        next(cells)
        store.write([cell(index) for index in range(3000, 4000)])
        store.forget()
        assert len(list(cells)) == 3999


def test_threads_may_find_while_another_writes(store: Store):
    begun = threading.Event()
    wrong = []

    def look():
        begun.wait()
        for index in range(200):
            batch = index // 10
            found = store.find(cell(10 * batch + each).fingerprint for each in range(10))
            if len(found) not in (0, 10):
                wrong.append(len(found))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for each in threads:
        each.start()
    begun.set()
    for batch in range(20):
        store.write([cell(10 * batch + each) for each in range(10)])
    for each in threads:
        each.join()
    assert wrong == []


# One sample, as `rmg why` asks for it


def test_the_cells_of_a_sample_come_with_their_attempts(path: Path):
    with Store.open(path) as store:
        store.begin(COLUMNS)
        store.write([cell(3, GraderError("timeout", "too slow"), key="q3")])
        store.write([*sample(2), cell(3, 0.5, key="q3"), *sample(4)])
        assert store.cells_of(3) == [StoredCell(cell(3, 0.5, key="q3"), 2)]
        assert [each.cell for each in store.cells_of(2)] == sample(2)


def test_the_cells_of_one_column_of_a_sample_are_found(store: Store):
    store.write([*sample(0), *sample(1)])
    assert [each.cell for each in store.cells_of(1, "other")] == sample(1)[1:3]
    assert store.cells_of(1, "nothing") == store.cells_of(9) == []


def test_a_damaged_cell_of_a_sample_is_not_returned_as_a_grade(path: Path):
    with Store.open(path) as store:
        filled(store, 2)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE outcomes SET score = 0.75 WHERE outcome = 1")
    with Store.read(path) as store:
        assert [each.cell for each in store.cells_of(0, "other")] == sample(0)[1:3]
        with pytest.raises(StoreDamaged, match="sample 0, column 1, repeat 0: its outcome is dam"):
            store.cells_of(0)


def test_the_cells_of_a_sample_are_found_without_a_scan(store: Store):
    store.write(sample(0))
    queries: list[str] = []
    reading = store._reader.connection
    reading.set_trace_callback(queries.append)
    store.cells_of(0)
    [query] = [each for each in queries if "FROM cells" in each]
    plan = [row[3] for row in reading.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert [each for each in plan if each.startswith("SCAN")] == []


def test_the_columns_of_a_run_come_in_the_order_of_its_config(store: Store):
    assert store.columns() == list(COLUMNS)
    store.begin(COLUMNS[:0:-1])
    assert store.columns() == [COLUMNS[2], COLUMNS[1]]


@pytest.mark.parametrize(
    "change",
    [
        "columns SET repeats = 9 WHERE name = 'other'",
        "columns SET grader = 9 WHERE name = 'other'",
        "graders SET scale = '[]' WHERE name = './g.py:other'",
        "graders SET digest = 'x' WHERE name = './g.py:other'",
    ],
)
def test_a_damaged_column_is_not_returned(path: Path, store: Store, change: str):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE {change}")
    with pytest.raises(StoreDamaged) as damaged:
        store.columns()
    assert str(damaged.value) == (
        f"the store {str(path)!r} is damaged at column 'other'; "
        "`rmg verify` names every grade that is damaged"
    )


def test_a_sample_is_found_by_its_id_and_by_its_index(store: Store):
    store.write([cell(0, key="7"), cell(1, key=7), cell(2), cell(3, key="\ud800")])
    assert [store.samples_of(key) for key in ("7", 7, "\ud800", "x")] == [[0], [1], [3], []]
    assert [store.has_sample(index) for index in (2, 4, -1)] == [True, False, False]
    assert store.ids() == ["7", 7, "\ud800"]


def test_an_id_that_moved_in_a_run_that_was_not_finished_is_of_two_samples(store: Store):
    store.write([cell(4, key="a")])
    store.finish()
    store.begin(COLUMNS)
    store.write([cell(2, key="a")])
    assert store.samples_of("a") == [2, 4]


def test_a_damaged_id_is_left_out(path: Path, store: Store):
    store.write([cell(0, key="a"), cell(1, key="b")])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("REPLACE INTO samples VALUES (0, '\"a')")
    assert store.ids() == ["b"]


def test_cells_are_counted(store: Store):
    store.write([*sample(0), *sample(1)])
    assert store.cell_count() == 8


def test_the_kinds_of_errors_are_told_and_of_other_outcomes_none(store):
    late = GraderError("timeout", "too slow")
    store.write([cell(0, late, fingerprint="f"), cell(1, 0.5, fingerprint="g")])
    assert store.kinds(["f", "g", "h"]) == {"f": "timeout", "g": None}
