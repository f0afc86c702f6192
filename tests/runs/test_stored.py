"""A run that is kept, as packs read it."""

import json
import re

import pytest

from rmg_core import (
    ConfigError,
    DataError,
    GraderError,
    GraderScore,
    GradingRunner,
    Scale,
    StoredRun,
)
from rmg_core.cli.run import command
from rmg_core.runs.origin import VALUED, config_of

GRADERS = '''
from rmg_core import grader

@grader(scale=(0, 10))
def words(response: str) -> float:
    """How many words."""
    if not response:
        raise ValueError("nothing")
    return len(response.split())

def flip(response: str) -> float:
    """1 at every other call."""
    flip.calls = getattr(flip, "calls", 0) + 1
    return flip.calls % 2
'''

CONFIG = """
max_errors = 0.5

[dataset]
path = "rows.jsonl"
id = "id"

[graders.words]
use = "./graders.py:words"
mapper = { response = "answer.text" }

[graders.flip]
use = "./graders.py:flip"
mapper = { response = "answer.text" }
repeats = 2

[aggregators.sum]
use = "mean"
"""

ROWS = [
    {"id": "a", "answer": {"text": "one two"}, "human": 1},
    {"id": "b", "answer": {"text": ""}, "human": 0, "author": "x"},
    {"id": "c", "answer": {"text": "one"}},
]


def lines(rows):
    return "".join(json.dumps(each) + "\n" for each in rows)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a run of three samples in runs/qa."""
    from rmg_core.cli import rmg

    monkeypatch.chdir(tmp_path)
    (tmp_path / "graders.py").write_text(GRADERS)
    (tmp_path / "rows.jsonl").write_text(lines(ROWS))

    def run(config=CONFIG, *options):
        (tmp_path / "qa.toml").write_text(config)
        rmg.main(["run", "qa.toml", "--quiet", *options], prog_name="rmg", standalone_mode=False)
        return tmp_path

    return run


WORDS_SHOWN = ("words", "words", "0..10", "1.5", "2 of 3", "1 grader_error")
"""A row of the table in a notebook."""

WITHOUT_IDS = CONFIG.replace('id = "id"', "")


def test_a_stored_run_has_its_columns_and_its_outcomes(desk):
    desk()
    with StoredRun.open("runs/qa") as run:
        words, flip, total = run.columns
        assert (words.name, words.scale, words.is_aggregator) == ("words", Scale(0, 10), False)
        assert (flip.repeats, total.is_aggregator, total.scale) == (2, True, None)
        first, second, _ = run.samples()
        assert (first.index, first.id, first.outcomes["words"].score) == (0, "a", 2.0)
        assert isinstance(second.outcomes["words"], GraderError)
        assert first.outcomes["flip"].score == 0.5
        assert [type(each) for each in first.repeats["flip"]] == [GraderScore, GraderScore]
        assert run.want is None


def test_fields_of_the_rows_come_with_the_samples(desk):
    desk()
    with StoredRun.open("runs/qa") as run:
        found = [each.fields for each in run.samples(["human", "answer.text"])]
    assert found == [
        {"human": 1, "answer.text": "one two"},
        {"human": 0, "answer.text": ""},
        {"answer.text": "one"},
    ]


def test_rows_that_have_moved_are_known_again_by_their_ids(desk):
    folder = desk()
    moved = [{**ROWS[2], "human": 7}, {"id": "new"}, ROWS[0]]
    (folder / "rows.jsonl").write_text(lines(moved))
    with StoredRun.open("runs/qa") as run:
        assert [each.fields for each in run.samples(["human"])] == [
            {"human": 1},
            None,
            {"human": 7},
        ]


def test_without_ids_the_dataset_must_be_as_it_was(desk):
    folder = desk(WITHOUT_IDS)
    with StoredRun.open("runs/qa") as run:
        assert [each.fields for each in run.samples(["human"])] == [{"human": 1}, {"human": 0}, {}]
        (folder / "rows.jsonl").write_text(lines(ROWS[::-1]))
        with pytest.raises(DataError) as raised:
            list(run.samples(["human"]))
    assert str(raised.value) == (
        "rows.jsonl: is not as it was when it was graded, and its samples have no ids to know "
        "them by; bring the file back as it was, or set id = … in [dataset] and run again"
    )


def test_a_field_that_no_row_has_is_told_with_the_near_miss(desk):
    desk()
    with StoredRun.open("runs/qa") as run, pytest.raises(DataError) as raised:
        list(run.samples(["humen", "answer"]))
    assert "no row of the dataset has 'humen'" in str(raised.value)


def test_a_path_that_is_none_is_told(desk):
    desk()
    with StoredRun.open("runs/qa") as run, pytest.raises(DataError, match="is not a path"):
        list(run.samples(["a..b"]))


def test_inputs_are_taken_by_the_mapper_of_the_config(desk):
    desk()
    with StoredRun.open("runs/qa") as run:
        found = [(each.id, inputs) for each, inputs in run.inputs("words")]
        with pytest.raises(ConfigError, match="is an aggregator"):
            next(run.inputs("sum"))
        with pytest.raises(DataError, match="did you mean 'words'"):
            next(run.inputs("word"))
    assert found == [
        ("a", {"response": "one two"}),
        ("b", {"response": ""}),
        ("c", {"response": "one"}),
    ]


def test_the_config_of_a_run_has_the_overrides_it_was_begun_with(desk):
    folder = desk(CONFIG, "--set", "max_errors=0.75", "--run-dir=elsewhere/x")
    config = config_of(folder / "elsewhere/x")
    assert config.max_errors == 0.75
    assert config.base.samefile(folder)


def test_every_option_of_run_that_takes_a_value_is_known():
    valued = {
        name
        for option in command.params
        for name in option.opts
        if name.startswith("--") and not option.is_flag
    }
    assert valued == VALUED


def test_where_there_is_no_run_it_is_told(tmp_path):
    with (
        pytest.raises(DataError, match="there is no run directory"),
        StoredRun.open(tmp_path / "x"),
    ):
        pass


def test_a_notebook_shows_the_columns_of_a_run_that_is_closed(desk):
    desk()
    with StoredRun.open("runs/qa") as run:
        pass
    shown = run._repr_html_()
    assert "<caption>runs/qa</caption>" in shown
    row = "".join(f"<td>{each}</td>" for each in WORDS_SHOWN)
    assert row in shown
    assert "<tr><td>sum</td><td>–</td>" in shown
    assert "partial" not in shown


def test_a_notebook_shows_of_a_run_that_was_killed_that_it_is_partial(desk):
    folder = desk()
    (folder / "runs/qa/summary.json").unlink()
    with StoredRun.open("runs/qa") as run:
        shown = run._repr_html_()
    assert "<td>words</td>" in shown
    assert "these results are partial (the run goes on still, or was killed" in shown


def test_what_a_run_from_python_was_graded_on_is_told_to_be_unknown(tmp_path):
    GradingRunner({"flip": lambda response: 1.0}).run([{"response": "x"}], run_dir=tmp_path / "py")
    said = (
        f"{tmp_path / 'py'} has no config.toml: a run from Python keeps neither config nor "
        "dataset; the program that ran it has both; `rmg run` keeps what is needed"
    )
    with StoredRun.open(tmp_path / "py") as run:
        with pytest.raises(ConfigError, match=f"^{re.escape(said)}$"):
            next(run.inputs("flip"))
        assert [each.outcomes["flip"].score for each in run.samples()] == [1.0]
