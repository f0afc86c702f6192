"""What of a store stands for a run."""

import pytest

from rmg_core import Cell, GraderError, GraderScore
from rmg_core.runner.archive import Archive, Kept
from rmg_core.store import Column, Store, StoredGrader

COLUMNS = [Column("g", StoredGrader(b"g", "g"))]
LATE = GraderError("timeout", "late")


def cell(number, outcome):
    return Cell(number, None, "g", 0, f"{number:032x}", outcome, 0.0)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "store.sqlite") as store:
        store.begin(COLUMNS)
        yield store


@pytest.mark.parametrize(("again", "outcome"), [("all", GraderScore(1.0)), ("failed", LATE)])
def test_what_a_first_run_made_stands(store, again, outcome):
    archive = Archive(store, again)
    made = [cell(number, outcome) for number in range(50)]
    archive.write(made, Kept())
    found = archive.find([each.fingerprint for each in made])
    assert len(found) == 50
    assert not any(archive.is_earlier(each.number) for each in found.values())


def test_what_a_later_run_made_instead_of_what_was_there_stands(store):
    store.write([cell(0, GraderScore(0.0)), cell(1, GraderScore(0.0))])
    archive = Archive(store, "all")
    assert archive.find([cell(0, LATE).fingerprint, cell(1, LATE).fingerprint]) == {}
    archive.write([cell(0, GraderScore(1.0)), cell(2, GraderScore(1.0))], Kept())
    found = archive.find([f"{number:032x}" for number in range(3)])
    assert {int(key, 16): each.outcome.score for key, each in found.items()} == {0: 1.0, 2: 1.0}
    assert not any(archive.is_earlier(each.number) for each in found.values())
    archive.write([cell(0, GraderScore(0.5)), cell(2, GraderScore(0.5))], Kept())
    assert archive.find([f"{number:032x}" for number in range(3)]) == found


def test_an_error_that_a_later_run_came_to_again_stands_in_that_run(store):
    store.write([cell(0, LATE), cell(1, LATE)])
    archive = Archive(store)
    assert archive.find([cell(0, LATE).fingerprint, cell(1, LATE).fingerprint]) == {}
    archive.write([cell(0, GraderError("timeout", "late again"))], Kept())
    [found] = archive.find([f"{number:032x}" for number in range(2)]).values()
    assert (found.number, found.outcome.error) == (1, "late again")
    assert not archive.is_earlier(found.number)
    assert archive.is_earlier(2)


def test_of_two_outcomes_that_a_run_made_the_first_stays(store):
    archive = Archive(store, "all")
    archive.write([cell(0, GraderScore(0.25))], Kept())
    archive.write([cell(0, GraderScore(0.75))], Kept())
    [found] = archive.find([cell(0, LATE).fingerprint]).values()
    assert found.outcome.score == 0.25


def test_a_first_run_asks_the_store_for_nothing_that_it_has_not_written(store, monkeypatch):
    archive = Archive(store)
    made = [cell(number, GraderScore(1.0)) for number in range(0, 4000, 2)]
    archive.write(made, Kept())
    asked = []
    find = Store.find
    monkeypatch.setattr(
        Store, "find", lambda self, each: asked.extend(each) or find(self, each), raising=True
    )
    addresses = [f"{number:032x}" for number in range(4000)]
    assert archive.find(addresses).keys() == {each.fingerprint for each in made}
    assert len(made) <= len(asked) < 1.1 * len(made)
