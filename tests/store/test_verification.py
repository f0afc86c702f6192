"""Damage is found, and the grades that it is of are named."""

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from rmg_core import GraderError, GraderScore, GraderSkip, Scale
from rmg_core.errors import StoreDamaged, StoreError, StoreRefused
from rmg_core.store import Column, Finding, Store, verify

from .making import COLUMNS, SAME, asked, calls_of, cell, filled, sample

FLIPS = int(os.environ.get("RMG_STORE_FLIPS", "300"))


@pytest.fixture
def made(path: Path) -> Path:
    with Store.open(path) as store:
        filled(store, 4)
        store.finish()
    return path


def damage(path: Path, statement: str, *arguments: object) -> None:
    """Change something behind the back of the checksums, and of the constraints."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement, arguments)


def test_a_store_that_is_as_it_was_written_has_no_findings(made: Path):
    assert verify(made) == []


def test_a_store_is_verified_while_it_is_written(made: Path):
    with Store.open(made) as store:
        store.begin(COLUMNS)
        store.write(sample(9))
        assert verify(made) == []


@pytest.mark.parametrize(
    "change",
    [
        "score = 0.5000000000000001",
        "score = -0.5",
        "score = NULL",
        "status = 'skip', score = NULL",
        'payload = \'{"reason":"no"}\'',
        "payload = NULL",
        "seconds = 0.26",
        "attempts = 2",
        "grader = 2",
        "grader = NULL",
        "kind = 'crash'",
        "fingerprint = 'other'",
        "fingerprint = NULL",
        "checksum = x'00'",
    ],
)
def test_a_grade_that_changed_is_named(made: Path, change: str):
    damage(made, f"UPDATE outcomes SET {change} WHERE outcome = 1")  # noqa: S608 - from above
    [found] = [each for each in verify(made) if each.sample is not None]
    assert (found.sample, found.id, found.column, found.repeat) == (0, "q0", "same", 0)


def test_a_skip_that_got_a_score_is_named(made: Path):
    damage(made, "UPDATE outcomes SET score = 1.0 WHERE status = 'skip'")
    named = [(each.sample, each.column, each.repeat) for each in verify(made)]
    assert named == [(index, "other", 1) for index in range(4)]


def test_outcomes_that_change_their_places_are_named(made: Path):
    """Outcomes without a fingerprint are known by their numbers alone: 10 and 12 are of `all`."""
    for before, after in ((10, 99), (12, 10), (99, 12)):
        damage(made, "UPDATE outcomes SET outcome = ? WHERE outcome = ?", after, before)
    assert [(each.sample, each.column) for each in verify(made)] == [(0, "all"), (1, "all")]


def test_a_finding_says_which_grade_it_is_of(made: Path):
    damage(made, "UPDATE outcomes SET score = 0.75 WHERE outcome = 1")
    [found] = verify(made)
    address = cell(0).fingerprint
    assert str(found) == (
        f"sample 0 ('q0'), same, repeat 0, fingerprint {address}: its outcome is damaged"
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("REPLACE INTO samples VALUES (2, '\"q9\"')", {2}),
        ("UPDATE cells SET outcome = 1 WHERE sample = 1", {1}),
        ("UPDATE cells SET sample = 7 WHERE sample = 3", {7}),
        ('UPDATE cells SET repeat = 5 WHERE sample = 3 AND "column" = 1', {3}),
        ("UPDATE cells SET outcome = 99 WHERE sample = 0", {0}),
        ("UPDATE cells SET checksum = x'' WHERE sample = 0", {0}),
        ("DELETE FROM outcomes WHERE outcome = 1", {0}),
        ("UPDATE graders SET name = 'text/sane' WHERE grader = 1", {0, 1, 2, 3}),
        ("UPDATE graders SET scale = '{\"scale\":[0,2]}' WHERE grader = 1", {0, 1, 2, 3}),
        ("UPDATE graders SET scale = '[0,2]' WHERE grader = 1", {0, 1, 2, 3}),
        ("UPDATE columns SET name = 'sane' WHERE name = 'same'", {0, 1, 2, 3}),
        ("UPDATE columns SET position = 9 WHERE name = 'same'", {0, 1, 2, 3}),
    ],
)
def test_a_grade_that_belongs_to_another_is_named(made: Path, change: str, named: set[int]):
    damage(made, change)
    assert {each.sample for each in verify(made) if each.sample is not None} == named


def test_what_is_damaged_is_not_read_as_a_grade(made: Path):
    damage(made, "UPDATE outcomes SET score = 0.75 WHERE outcome = 1")
    with Store.read(made) as store:
        assert store.find([cell(0).fingerprint]) == {}
        with pytest.raises(StoreDamaged) as damaged:
            list(store.cells())
    assert str(damaged.value) == (
        f"the store '{made}' is damaged at sample 0, column 1, repeat 0: its outcome is damaged; "
        "`rmg verify` names every grade that is damaged"
    )


def test_a_text_that_is_no_utf_8_is_damage(made: Path):
    damage(made, "UPDATE outcomes SET payload = CAST(x'7bff7d' AS TEXT) WHERE outcome = 1")
    with Store.read(made) as store:
        assert store.find([cell(0).fingerprint]) == {}
        assert len(store.find([cell(0).fingerprint, cell(1).fingerprint])) == 1
    assert [each.sample for each in verify(made)] == [0]


def test_an_outcome_that_no_cell_has_is_verified_too(path: Path):
    with Store.open(path) as store:
        store.begin(COLUMNS)
        store.write([cell(0), cell(1)])
        store.begin(COLUMNS)
        store.write([cell(0)])
        store.finish()
    damage(path, "UPDATE outcomes SET score = 0.75 WHERE outcome = 2")
    assert [str(each) for each in verify(path)] == [
        f"the outcome {cell(1).fingerprint}, which no cell has, is damaged"
    ]


def test_running_again_makes_damaged_grades_anew(made: Path):
    damage(made, "UPDATE outcomes SET score = 0.75 WHERE outcome IN (1, 9)")
    damage(made, "UPDATE cells SET outcome = 2 WHERE sample = 2")
    damage(made, "UPDATE columns SET position = 9 WHERE name = 'other'")
    damage(made, "UPDATE graders SET release = '9' WHERE grader = 1")
    with Store.open(made) as store:
        assert [each for index in range(4) for each in sample(index)] == filled(store, 4)
        store.finish()
    assert verify(made) == []


def test_a_grader_that_was_damaged_keeps_its_outcomes_and_their_scale(made: Path):
    damage(made, "UPDATE graders SET release = '9' WHERE grader = 1")
    assert verify(made) != []
    with Store.open(made) as store:
        store.begin([Column("same", evolve(SAME, scale=Scale(0, 9))), *COLUMNS[1:]])
        assert {each.outcome.scale for each in store.cells() if each.grader == "all"} == {Scale()}
        [found] = store.find([cell(0).fingerprint]).values()
    assert found.outcome == GraderScore(0.5, "so")
    assert verify(made) == []


def test_a_grader_whose_scale_cannot_be_read_gets_the_one_that_it_has_now(made: Path):
    damage(made, "UPDATE graders SET scale = '?' WHERE grader = 1")
    with Store.open(made) as store:
        store.begin(COLUMNS)
        assert store.find([cell(0).fingerprint])
    assert verify(made) == []


def test_a_file_that_is_not_there_cannot_be_verified(path: Path):
    with pytest.raises(StoreRefused, match="is not there; name the directory of a run"):
        verify(path)


def test_a_file_that_is_no_store_is_a_finding(path: Path):
    path.write_bytes(b"x" * 4096)
    assert [str(each) for each in verify(path)] == [
        f"the store '{path}' is not an SQLite file; move it away, or choose another run directory"
    ]


def test_a_page_that_is_lost_is_told(made: Path):
    damage(
        made, 'UPDATE cells SET "column" = CAST(? AS TEXT) WHERE sample = 2 AND repeat = 1', b"\xff"
    )
    with closing(sqlite3.connect(made)) as connection:
        [root] = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'outcomes'"
        ).fetchone()
    content = bytearray(made.read_bytes())
    content[4096 * (root - 1) : 4096 * root] = bytes(4096)
    made.write_bytes(content)
    found = verify(made)
    assert {each.sample for each in found} == {None, 0, 1, 2, 3}
    assert any(each.said.startswith("it cannot be read: ") for each in found)
    assert len([each for each in found if each.sample is not None]) == 16


# Bits that flip

KEYS = sorted({each.key for index in range(30) for each in calls_of(index)})


def read(path: Path) -> list[str] | None:
    """Return the cells and calls of a store, told in full; None where it is refused."""
    try:
        with Store.read(path) as store:
            found = [*store.cells(), *map(store.reply, KEYS), *store.calls_of(cell(0).fingerprint)]
            return [repr(each) for each in found if each is not None]
    except StoreError:
        return None


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "store.sqlite"
    with Store.open(path) as store:
        store.begin(COLUMNS)
        for index in range(30):
            made = calls_of(index)
            store.write(sample(index), calls=made, asked=asked(index, *made))
        long = {"votes": [1, 2, 3], "words": "so " * 2000}
        store.write([cell(40, GraderScore(1.0, "é" * 50, long), key=2**70)])
        store.write([cell(41, GraderSkip("")), cell(42, GraderError("crash", "x"))])
        store.finish()
    return path.read_bytes()


def test_every_flip_that_changes_a_grade_is_found(path: Path, whole: bytes):
    dice = random.Random(7)  # noqa: S311 - flips that can be repeated
    path.write_bytes(whole)
    good = read(path)
    assert good
    changed = 0
    for _ in range(FLIPS):
        place, bit = dice.randrange(len(whole)), dice.randrange(8)
        content = bytearray(whole)
        content[place] ^= 1 << bit
        path.write_bytes(content)
        if read(path) != good:
            changed += 1
            assert verify(path), f"byte {place}, bit {bit}"
    assert changed > FLIPS // 10


def test_every_byte_of_a_row_matters(path: Path, whole: bytes):
    """A score, an id and a fingerprint stand in the file as they are."""
    fingerprint = cell(17).fingerprint.encode()
    made = calls_of(17)[0].key.encode(), b'"finish":"stop"', b"x/chat"
    for text in (fingerprint, b'{"reason":"so"}', b'"q17"', b"text/same", b"no claim", *made):
        place = whole.index(text)
        for offset in range(len(text)):
            content = bytearray(whole)
            content[place + offset] ^= 1
            path.write_bytes(content)
            found = verify(path)
            assert found, (text, offset)
            assert all(isinstance(each, Finding) for each in found)


def test_flips_never_make_a_grade_of_another_value(path: Path, whole: bytes):
    dice = random.Random(8)  # noqa: S311 - flips that can be repeated
    path.write_bytes(whole)
    good = read(path)
    assert good
    for _ in range(FLIPS):
        content = bytearray(whole)
        content[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        path.write_bytes(content)
        cells = read(path)
        assert cells is None or set(cells) <= set(good)
