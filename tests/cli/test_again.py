"""`rmg run` again, after any change: only the difference runs, and the first line says what."""

import json
import sqlite3
from contextlib import closing

import pytest

from rmg_core.plan import plan_of_config
from rmg_core.runner.archive import basis_of, columns_of
from rmg_core.store import Store

CONFIG = """
max_errors = 1
max_concurrency = 4

[dataset]
path = "rows.jsonl"
id = "id"

[graders.same]
use = "./graders.py:same"
mapper = { response = "response", reference = "reference" }

[graders.long]
use = "./graders.py:long"
mapper = { response = "response" }

[aggregators.both]
use = "weighted_sum"
options = { weights = { same = 1, long = 1 } }
"""

GRADERS = """
from rmg_core import CannotGrade

def note(name, *inputs):
    with open("calls", "a") as calls:
        calls.write(f"{name} {inputs}\\n")

def same(response: str, reference: str, *, ignore_case: bool = False) -> float:
    note("same", response, reference)
    if ignore_case:
        response, reference = response.lower(), reference.lower()
    return float(response == reference)

async def long(response: str, *, most: int = 10) -> float:
    note("long", response)
    if response == "fails":
        raise OSError("no route to host")
    if response == "hopeless":
        raise CannotGrade("never", kind="bad_input")
    return min(1.0, len(response) / most)
"""
ROWS = [
    {"id": name, "response": text, "reference": "Rome"}
    for name, text in [("a", "Rome"), ("b", "rome"), ("c", "Paris"), ("d", "Oslo")]
]


@pytest.fixture
def kept(desk):
    """A desk where a run of four rows is done, and a way to run again."""
    desk.write("qa.toml", CONFIG)
    desk.write("graders.py", GRADERS)
    desk.write("rows.jsonl", ROWS)
    assert desk.rmg("run", "qa.toml").code == 0
    (desk.folder / "calls").unlink()
    return desk


def again(desk, *arguments):
    """Run again; return the first line, and the calls that were made."""
    settings = [each for each in arguments if "=" in each or each == "--set"]
    planned = desk.rmg("plan", "qa.toml", *settings)
    said = desk.rmg("run", "qa.toml", *arguments)
    assert said.code == 0, said.err
    first = said.err.splitlines()[0]
    if "--fresh" not in arguments and "--retry-errors" not in arguments:
        assert planned.out.splitlines()[-2] == first
    calls = desk.folder / "calls"
    made = calls.read_text().splitlines() if calls.exists() else []
    calls.unlink(missing_ok=True)
    return first, sorted(made)


def exported(desk, run_dir="runs/qa"):
    said = desk.rmg("export", run_dir, "--to", "jsonl")
    assert (said.code, said.err) == (0, "")
    return said.out


def anew(desk, *arguments):
    """Return what a run that knows nothing comes to."""
    assert desk.rmg("run", "qa.toml", "--run-dir", "anew", "--quiet", *arguments).code == 0
    (desk.folder / "calls").unlink()
    return exported(desk, "anew")


def test_a_first_run_has_everything_to_do(desk):
    desk.write("qa.toml", CONFIG)
    desk.write("graders.py", GRADERS)
    desk.write("rows.jsonl", ROWS)
    first, calls = again(desk)
    assert first == "8 of 8 cells to run: nothing is stored yet"
    assert len(calls) == 8


def test_without_a_change_nothing_runs(kept):
    before = exported(kept)
    assert again(kept) == ("0 of 8 cells to run: what is stored stands", [])
    assert exported(kept) == before == anew(kept)


def test_a_changed_weight_runs_nothing_and_changes_the_aggregate(kept):
    weights = "aggregators.both.options.weights={same=3, long=1}"
    assert again(kept, "--set", weights) == ("0 of 8 cells to run: what is stored stands", [])
    assert exported(kept) == anew(kept, "--set", weights)


@pytest.mark.parametrize(
    "setting",
    [
        "max_concurrency=1",
        "graders.same.timeout=9",
        "graders.long.max_concurrency=1",
        "graders.same.isolate=true",
        "max_errors=0.5",
    ],
)
def test_what_cannot_change_a_grade_makes_nothing_stale(kept, setting):
    assert again(kept, "--set", setting)[0] == "0 of 8 cells to run: what is stored stands"


def test_another_name_in_the_config_makes_nothing_stale(kept):
    text = (kept.folder / "qa.toml").read_text()
    kept.write(
        "qa.toml", text.replace("graders.same", "graders.equal").replace("{ same =", "{ equal =")
    )
    assert again(kept)[1] == []


def test_new_rows_run_alone(kept):
    kept.write("rows.jsonl", [*ROWS, {"id": "e", "response": "Bonn", "reference": "Rome"}])
    first, calls = again(kept)
    assert first == "2 of 10 cells to run: 1 new row"
    assert calls == ["long ('Bonn',)", "same ('Bonn', 'Rome')"]
    assert exported(kept) == anew(kept)


def test_rows_in_another_order_run_nothing_and_stand_in_theirs(kept):
    kept.write("rows.jsonl", ROWS[::-1])
    assert again(kept)[1] == []
    assert exported(kept) == anew(kept)


def test_rows_that_are_gone_are_gone_from_the_results(kept):
    kept.write("rows.jsonl", ROWS[1:3])
    assert again(kept)[1] == []
    assert exported(kept) == anew(kept)


def test_rows_that_come_back_run_nothing(kept):
    kept.write("rows.jsonl", ROWS[1:3])
    again(kept)
    kept.write("rows.jsonl", ROWS)
    assert again(kept)[1] == []


def test_a_changed_row_runs_the_graders_that_see_the_change(kept):
    rows = [*ROWS[:2], {**ROWS[2], "reference": "Paris"}, ROWS[3]]
    kept.write("rows.jsonl", rows)
    first, calls = again(kept)
    assert first == "1 of 8 cells to run: 1 changed row"
    assert calls == ["same ('Paris', 'Paris')"]
    assert exported(kept) == anew(kept)


def test_a_changed_option_runs_its_grader(kept):
    option = "graders.same.options.ignore_case=true"
    first, calls = again(kept, "--set", option)
    assert first == "4 of 8 cells to run: 4 of same (changed: options)"
    assert len(calls) == 4
    assert exported(kept) == anew(kept, "--set", option)
    assert again(kept) == ("0 of 8 cells to run: what is stored stands", [])


def test_changed_code_runs_the_graders_of_its_file(kept):
    kept.write("graders.py", GRADERS.replace("/ most", "/ (2 * most)"))
    first, calls = again(kept)
    assert first == ("8 of 8 cells to run: 4 of same (changed: code), 4 of long (changed: code)")
    assert len(calls) == 8
    assert exported(kept) == anew(kept)


def test_a_new_grader_runs_alone(kept):
    grader = 'graders.longer={use="./graders.py:long", options={most=20}}'
    first, calls = again(kept, "--set", grader)
    assert first == "4 of 12 cells to run: 4 of longer, which is new"
    assert len(calls) == 4
    assert exported(kept) == anew(kept, "--set", grader)


def test_more_repeats_run_alone(kept):
    repeats = "graders.long.repeats=3"
    first, calls = again(kept, "--set", repeats)
    assert first == "8 of 16 cells to run: 8 more repeats of long"
    assert len(calls) == 8
    assert exported(kept) == anew(kept, "--set", repeats)


def test_fewer_repeats_run_nothing(kept):
    again(kept, "--set", "graders.long.repeats=3")
    assert again(kept)[1] == []
    assert exported(kept) == anew(kept)


def test_equal_cells_are_graded_once(kept):
    rows = [{**ROWS[0], "id": f"{n}", "response": "Bern"} for n in range(50)]
    kept.write("rows.jsonl", rows)
    _, calls = again(kept)
    assert calls == ["long ('Bern',)", "same ('Bern', 'Rome')"]
    _, calls = again(kept, "--fresh")
    assert calls == ["long ('Bern',)", "same ('Bern', 'Rome')"]
    assert exported(kept) == anew(kept)


def test_errors_that_may_pass_run_again_and_those_that_stay_do_not(kept):
    failing = [{**ROWS[0], "id": each, "response": each} for each in ("fails", "hopeless")]
    kept.write("rows.jsonl", [*ROWS, *failing])
    again(kept)
    first, calls = again(kept)
    assert first == "1 of 12 cells to run: 1 error to retry"
    assert calls == ["long ('fails',)"]
    first, calls = again(kept, "--retry-errors")
    assert first == "2 of 12 cells to run: 2 errors to retry"
    assert calls == ["long ('fails',)", "long ('hopeless',)"]


def test_fresh_runs_everything_and_keeps_the_new_outcomes(kept):
    first, calls = again(kept, "--fresh")
    assert first == "8 of 8 cells to run: 8 to grade again"
    assert len(calls) == 8
    assert {each["seconds"] >= 0 for each in kept.lines()} == {True}
    with Store.read(kept.folder / "runs/qa/store.sqlite") as store:
        assert store.counts() == {"score": 12}


def test_a_limit_runs_the_first_rows_and_the_rest_is_not_forgotten(kept):
    said = kept.rmg("run", "qa.toml", "--limit", "2")
    assert said.err.splitlines()[0] == "0 of 4 cells to run: what is stored stands"
    assert len(exported(kept).splitlines()) == 2
    assert again(kept) == ("0 of 8 cells to run: what is stored stands", [])


def test_what_a_condition_holds_back_is_not_to_run(kept):
    gate = "graders.long.when=same > 0.5"
    assert again(kept, "--set", gate)[1] == []
    rows = [*ROWS, {"id": "e", "response": "Rome!", "reference": "Rome!"}]
    kept.write("rows.jsonl", rows)
    first, calls = again(kept, "--set", gate)
    assert first == "2 of 10 cells to run: 1 new row; 1 of them wait for their `when`"
    assert calls == ["long ('Rome!',)", "same ('Rome!', 'Rome!')"]
    assert again(kept, "--set", gate) == ("0 of 10 cells to run: what is stored stands", [])
    assert exported(kept) == anew(kept, "--set", gate)


def test_what_a_condition_held_back_and_lets_run_now_is_said_to_be_new_to_its_grader(kept):
    again(kept, "--set", "graders.long.when=same > 0.5")
    kept.write("rows.jsonl", [*ROWS[:3], {**ROWS[3], "response": "Turin"}])
    again(kept, "--set", "graders.long.when=same > 0.5")
    first, calls = again(kept)
    assert first == "1 of 8 cells to run: 1 of long, which was not called for them before"
    assert calls == ["long ('Turin',)"]


def test_a_first_run_says_what_waits_for_its_condition(kept):
    gate = ("--set", "graders.long.when=same > 0.5", "--run-dir", "first")
    said = kept.rmg("run", "qa.toml", *gate)
    first = "8 of 8 cells to run: nothing is stored yet; 4 of them wait for their `when`"
    assert said.err.splitlines()[0] == first


def test_plan_takes_what_run_takes(kept):
    kept.write("rows.jsonl", [*ROWS, {**ROWS[0], "id": "f", "response": "hopeless"}])
    again(kept)
    for options in (["--limit", "2"], ["--fresh"], ["--retry-errors"], ["--run-dir", "there"]):
        planned = kept.rmg("plan", "qa.toml", *options)
        done = kept.rmg("run", "qa.toml", *options)
        assert planned.out.splitlines()[-2] == done.err.splitlines()[0]


def test_what_is_begun_with_another_grader_keeps_no_aggregate_of_the_old_one(kept):
    other = kept.folder / "other.toml"
    other.write_text(CONFIG)
    for setting, count in (("max_errors=0.5", 4), ("graders.long.options.most=20", 0)):
        plan = plan_of_config(other, (setting,))
        with Store.open(kept.folder / "runs/qa/store.sqlite") as store:
            store.begin(columns_of(plan), basis_of(plan))
            cells = [*store.cells()]
        assert len([cell for cell in cells if cell.grader == "both"]) == count
        assert len([cell for cell in cells if cell.grader == "same"]) == 4


def test_a_run_is_looked_into_wherever_its_directory_is(kept, tmp_path):
    place = tmp_path / "elsewhere"
    assert kept.rmg("run", "qa.toml", "--quiet", "--run-dir", str(place)).code == 0
    said = kept.rmg("why", str(place), "a", "same")
    assert said.code == 0
    assert "these are the ones that were graded" in said.out


def test_the_summary_says_what_came_from_earlier_runs(kept):
    said = kept.rmg("run", "qa.toml", "--quiet")
    assert said.out.splitlines()[0].endswith("; 8 cells from earlier runs")
    assert kept.rmg("run", "qa.toml", "--quiet", "--json").json["reused"] == 8


def test_equal_cells_of_one_run_are_of_no_earlier_one(kept):
    kept.write("rows.jsonl", [{**ROWS[0], "id": f"{n}"} for n in range(3000)])
    for options in (["--run-dir", "new"], ["--run-dir", "new", "--fresh"]):
        said = kept.rmg("run", "qa.toml", "--quiet", "--json", *options)
        assert said.json["reused"] == 0


def test_plan_as_json_says_what_would_run(kept):
    kept.write(
        "rows.jsonl", [*ROWS, {**ROWS[0], "id": "e"}, {**ROWS[0], "id": "f", "response": "x"}]
    )
    made = kept.rmg("plan", "qa.toml", "--json").json
    assert (made["cells"], made["cells_to_run"]) == (12, 2)
    assert made["to_run"] == "2 of 12 cells to run: 1 new row"


def test_plan_changes_nothing(kept):
    def contents():
        # To read beside one who writes, SQLite makes a -wal and an index of it.
        files = (each for each in (kept.folder / "runs/qa").iterdir() if "-" not in each.name)
        return {each.name: each.read_bytes() for each in files}

    before = contents()
    assert kept.rmg("plan", "qa.toml").code == 0
    assert contents() == before


def test_a_store_of_a_newer_rmg_is_refused_and_left_alone(kept):
    with closing(sqlite3.connect("runs/qa/store.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    said = kept.rmg("run", "qa.toml")
    assert said.code == 2
    assert "was written by a newer rmg" in said.err
    assert json.loads((kept.folder / "runs/qa/summary.json").read_bytes())["complete"]
