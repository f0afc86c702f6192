"""`rmg gc`: outcomes that the last run does not have are forgotten, after a question."""

import io
import os
import socket
import sqlite3
from contextlib import closing

import pytest

from rmg_core import Cell, GraderScore
from rmg_core.runs import directory
from rmg_core.store import Store

from .stored import cells_of, columns_of, damage, keep, keep_calls


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self):
        return True


@pytest.fixture
def used(desk):
    """A desk whose last run lacks 2 of the outcomes that are stored."""
    file = keep(desk)
    columns = columns_of(desk)
    with Store.open(file) as store:
        store.begin(columns)
        store.write(cells_of(columns)[:3])
        store.finish()
    return desk


@pytest.fixture
def types(monkeypatch):
    def answer(text):
        monkeypatch.setattr("sys.stdin", Terminal(text))

    return answer


def sizes(desk):
    return (desk.folder / "runs/qa/store.sqlite").stat().st_size


def outcomes(desk):
    with closing(sqlite3.connect(desk.folder / "runs/qa/store.sqlite")) as connection:
        return connection.execute("SELECT count(*) FROM outcomes").fetchone()[0]


QUESTION = (
    "runs/qa/store.sqlite: 2 outcomes of 5 that the last run does not have; forget them? [y/N]:"
)


def test_outcomes_that_the_last_run_lacks_are_forgotten_after_a_yes(used, types):
    types("y\n")
    before = sizes(used)
    said = used.rmg("gc", "runs/qa")
    assert (said.code, said.err.rstrip()) == (0, QUESTION)
    assert said.out.lstrip() == (
        f"runs/qa/store.sqlite: 2 outcomes forgotten, 3 kept; {before:,} bytes before, "
        f"{sizes(used):,} now\n"
    )
    assert outcomes(used) == 3
    assert used.rmg("verify", "runs/qa").code == 0


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_nothing_is_forgotten_without_a_yes(used, types, answer):
    types(answer)
    said = used.rmg("gc", "runs/qa")
    assert (said.code, said.err.rstrip()) == (0, QUESTION)
    assert said.out.lstrip() == "runs/qa/store.sqlite: nothing was forgotten\n"
    assert outcomes(used) == 5


def test_who_leaves_the_question_has_not_said_yes(used, types):
    types("")
    said = used.rmg("gc", "runs/qa")
    assert (said.code, said.out.strip()) == (130, "")
    assert said.err.endswith("interrupted\n")
    assert outcomes(used) == 5


def test_yes_is_not_asked(used):
    said = used.rmg("gc", "runs/qa", "--yes")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("runs/qa/store.sqlite: 2 outcomes forgotten, 3 kept; ")
    assert outcomes(used) == 3


def test_where_nobody_can_be_asked_nothing_is_forgotten(used):
    said = used.rmg("gc", "runs/qa")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "runs/qa/store.sqlite: 2 outcomes of 5 could be forgotten; "
        "nobody can be asked here: add --yes to forget them\n"
    )
    assert outcomes(used) == 5


def test_nothing_to_forget_is_said(desk):
    keep(desk)
    said = desk.rmg("gc", "runs/qa")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "runs/qa/store.sqlite: nothing to forget: the last run has all of its 6 outcomes\n"
    )


def test_calls_that_no_outcome_was_made_of_are_forgotten(desk, types):
    types("y\n")
    keep_calls(keep(desk))
    said = desk.rmg("gc", "runs/qa")
    assert said.err.rstrip() == (
        "runs/qa/store.sqlite: 1 call of 2 that the last run does not have; forget them? [y/N]:"
    )
    assert said.out.lstrip().startswith(
        "runs/qa/store.sqlite: 1 call forgotten, 6 outcomes and 1 call kept; "
    )
    said = desk.rmg("gc", "runs/qa")
    assert said.out == (
        "runs/qa/store.sqlite: nothing to forget: the last run has all of its "
        "6 outcomes and 1 call\n"
    )


def test_outcomes_and_calls_are_forgotten_together(used):
    keep_calls(used.folder / "runs/qa/store.sqlite")
    made = used.rmg("gc", "runs/qa", "--yes", "--json").json
    assert (made["forgotten"], made["kept"]) == (2, 3)
    assert (made["calls_forgotten"], made["calls_kept"]) == (1, 1)


def test_where_a_link_to_a_call_is_damaged_nothing_is_forgotten(desk):
    file = keep(desk)
    keep_calls(file)
    damage(file, "UPDATE asked SET call = 2 WHERE fingerprint <> 'gone'")
    first, *_ = cells_of(columns_of(desk))
    said = desk.rmg("gc", "runs/qa", "--yes")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "the store 'runs/qa/store.sqlite' is damaged at call 0 of fingerprint "
        f"{first.fingerprint}; "
        "`rmg verify` names every grade that is damaged\n"
    )


def test_gc_as_json(used):
    before = sizes(used)
    assert used.rmg("gc", "runs/qa", "--yes", "--json").json == {
        "store": "runs/qa/store.sqlite",
        "forgotten": 2,
        "kept": 3,
        "calls_forgotten": 0,
        "calls_kept": 0,
        "bytes_before": before,
        "bytes_after": sizes(used),
    }


def test_room_is_given_back(desk):
    file = keep(desk)
    columns = columns_of(desk)
    with Store.open(file) as store:
        store.begin(columns)
        long = GraderScore(1.0, "x" * 1000)
        store.write([Cell(n, None, "same", 0, f"f{n}", long, 0.0) for n in range(500)])
        store.begin(columns)
        store.write(cells_of(columns))
        store.finish()
    made = desk.rmg("gc", "runs/qa", "--yes", "--json").json
    assert made["forgotten"] == 500
    assert made["bytes_after"] == sizes(desk) < made["bytes_before"] / 5


def test_after_a_run_that_was_not_finished_nothing_is_forgotten(desk):
    file = keep(desk)
    columns = columns_of(desk)
    with Store.open(file) as store:
        store.begin(columns[1:])
        store.write([Cell(0, "a", "brief", 0, "other", GraderScore(1.0), 0.1)])
    said = desk.rmg("gc", "runs/qa", "--yes")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(
        "runs/qa/store.sqlite: the last run has not come to its end, and may need what it has not "
        "come to; nothing was forgotten; to end it, run again with: rmg run "
    )


def test_during_a_run_nothing_is_forgotten(used):
    with directory.held(used.folder / "runs/qa"):
        said = used.rmg("gc", "runs/qa", "--yes")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "the run directory 'runs/qa' is in use by another run: "
        f"process {os.getpid()} on {socket.gethostname()}; "
        "nothing was forgotten; wait until that one has ended\n"
    )
    assert outcomes(used) == 5


def test_of_a_damaged_store_nothing_is_forgotten(used):
    file = used.folder / "runs/qa/store.sqlite"
    damage(file, 'UPDATE cells SET outcome = 4 WHERE "column" = 1')
    said = used.rmg("gc", "runs/qa", "--yes")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "the store 'runs/qa/store.sqlite' is damaged at sample 0, column 1, repeat 0: whose "
        "outcome it is, is damaged; `rmg verify` names every grade that is damaged\n"
    )
    assert outcomes(used) == 5


def test_a_damaged_outcome_that_no_cell_has_is_forgotten(used):
    file = used.folder / "runs/qa/store.sqlite"
    damage(file, "UPDATE outcomes SET score = 0.75 WHERE payload LIKE '%differs%'")
    assert used.rmg("verify", "runs/qa").code == 1
    assert used.rmg("gc", "runs/qa", "--yes").code == 0
    assert used.rmg("verify", "runs/qa").code == 0


def test_a_store_of_a_newer_rmg_is_left_as_it_is(used):
    file = used.folder / "runs/qa/store.sqlite"
    damage(file, "PRAGMA user_version = 99")
    before = file.read_bytes()
    said = used.rmg("gc", "runs/qa", "--yes")
    assert (said.code, said.out) == (2, "")
    assert said.err.endswith("run `pip install --upgrade rmg-core`\n")
    assert file.read_bytes() == before


def test_where_there_is_no_store_none_is_made(desk):
    said = desk.rmg("gc", "runs/qa", "--yes")
    assert said.code == 2
    assert said.err == (
        "there is no run directory 'runs/qa'; give the directory of a run, such as runs/NAME\n"
    )
    assert not (desk.folder / "runs").exists()


def test_a_file_that_is_no_store_is_left_as_it_is(desk):
    file = desk.write("notes.txt", "not a store, and long enough to have a header of SQLite\n" * 9)
    before = file.read_bytes()
    said = desk.rmg("gc", "notes.txt", "--yes")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "'notes.txt' is not the store of a run; give the directory of a run, such as runs/NAME\n"
    )
    assert file.read_bytes() == before
