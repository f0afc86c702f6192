"""How far a run is, in words and in a table."""

import io

import pytest
from rich.console import Console

from rmg_core.cli.progress import Progress, shown, table_of
from rmg_core.outcomes import Cell, GraderError, GraderScore


def cells(name: str, count: int, *, errors: int = 0) -> list[Cell]:
    outcomes = [GraderError("timeout", "late")] * errors + [GraderScore(1.0)] * (count - errors)
    return [Cell(n, None, name, 0, "", outcome, 0.0) for n, outcome in enumerate(outcomes)]


@pytest.fixture
def progress():
    made = Progress({"slow": 4_000, "quick": 1_000}, began=100.0)
    made.outcomes([*cells("slow", 1_000, errors=3), *cells("quick", 1_000), *cells("mean", 900)])
    return made


def test_the_line_says_done_rate_time_left_and_errors(progress):
    assert progress.line(now=110.0) == (
        "2,000 of 5,000 cells, 200/s, 15 s left: slow 1,000/4,000 (3 errors); quick 1,000/1,000"
    )


def test_each_grader_has_its_own_rate_and_time(progress):
    assert progress.rows(now=4_100.0) == [
        ("slow", 1_000, 4_000, 3, "0.25/s", "3 h 20 min left"),
        ("quick", 1_000, 1_000, 0, "0.25/s", ""),
    ]


@pytest.mark.parametrize(
    ("now", "left"), [(100.0, ""), (120.0, "1 min 00 s left"), (130.0, "1 min 30 s left")]
)
def test_time_left_is_written_for_a_person(progress, now, left):
    assert progress.rows(now)[0][5] == left


def test_the_outcomes_of_aggregators_are_no_cells_of_a_grader(progress):
    assert sum(progress.done.values()) == 2_000


def test_nothing_done_has_no_time_left():
    assert Progress({"g": 3}, began=0.0).line(5.0) == "0 of 3 cells, 0/s: g 0/3"


def test_the_table_says_the_same(progress):
    text = io.StringIO()
    Console(file=text, width=120).print(table_of(progress, 110.0))
    slow, quick = text.getvalue().splitlines()
    assert slow.split()[0] == "slow"
    assert slow.rstrip().endswith("1,000/4,000  3 errors  100/s  30 s left")
    assert "1,000/1,000  0 errors  100/s" in quick


def test_progress_is_shown_at_the_end_also_when_the_run_fails(progress, capsys):
    with pytest.raises(ValueError, match="no"), shown(progress):
        raise ValueError("no")
    assert "2,000 of 5,000 cells" in capsys.readouterr().err
