"""A grader of a kept run, which grades other inputs."""

import json

import pytest

from rmg_core import ConfigError, DataError, GradingRunner, StoredRun

CONFIG = """
max_errors = 1.0

[dataset]
path = "rows.jsonl"

[models.judge]
use = "basic/recorded"
options = { echo = true }

[graders.same]
use = "./graders.py:same"
mapper = { response = "answer.text" }
when = "once >= 0.5"
options = { model = "judge" }
timeout = 7

[graders.once]
use = "./graders.py:once"
mapper = { response = "answer.text" }

[aggregators.sum]
use = "mean"

[sinks.lines]
use = "jsonl"
options = { path = "lines.jsonl" }
"""

GRADERS = '''
from rmg_core.models import Model

async def same(response: str, context: str | None = None, *, model: Model) -> float:
    """What a model says that was told the response."""
    return float((await model.ask(response)).text)

def once(response: str) -> float:
    """Always 1."""
    return 1.0
'''


@pytest.fixture
def run(tmp_path, monkeypatch):
    from rmg_core.cli import rmg

    monkeypatch.chdir(tmp_path)
    (tmp_path / "graders.py").write_text(GRADERS)
    rows = [{"answer": {"text": text}} for text in ("0.1", "0.2")]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))
    (tmp_path / "qa.toml").write_text(CONFIG)
    rmg.main(["run", "qa.toml", "--quiet"], prog_name="rmg", standalone_mode=False)
    with StoredRun.open("runs/qa") as opened:
        yield opened


def test_other_inputs_are_graded_under_the_config_of_the_run(run):
    runner = GradingRunner.of_column(run, "same")
    results = runner.run([{"response": "0.7"}])
    assert list(results) == ["same"]
    assert results["same"][0].score == 0.7
    assert runner.plan.graders[0].timeout == 7


def test_what_the_inputs_of_a_run_are_is_graded_as_there(run):
    rows = [dict(inputs) for _, inputs in run.inputs("same")]
    results = GradingRunner.of_column(run, "same").run(rows)
    assert [each.score for each in results["same"]] == [0.1, 0.2]


def test_a_column_of_a_run_is_graded_several_times(run):
    results = GradingRunner.of_column(run, "same", repeats=3).run([{"response": "0.7"}])
    assert len(results.repeats["same"][0]) == 3


def test_calls_bound_what_is_asked(run):
    rows = [{"response": f"0.{number}"} for number in range(5)]
    results = GradingRunner.of_column(run, "same", calls=2).run(rows)
    kinds = [getattr(each, "kind", "") for each in results["same"]]
    assert sorted(kinds) == ["", "", "pending", "pending", "pending"]


def test_needs_count_the_calls_that_are_not_kept(run, tmp_path):
    runner = GradingRunner.of_column(run, "same")
    rows = [{"response": "0.3"}, {"response": "0.4"}]
    place = tmp_path / "kept"
    assert [(each.name, each.calls) for each in runner.needs(rows, run_dir=place)] == [("judge", 2)]
    runner.run(rows[:1], run_dir=place)
    assert [each.calls for each in runner.needs(rows, run_dir=place)] == [1]
    once = GradingRunner.of_column(run, "once")
    assert once.needs(rows, run_dir=tmp_path / "once") == ()


def test_an_aggregator_has_no_inputs(run):
    with pytest.raises(ConfigError, match="'sum' is an aggregator, and has no inputs"):
        GradingRunner.of_column(run, "sum")


def test_an_unknown_column_offers_the_near_miss(run):
    with pytest.raises(DataError, match=r"has no grader or aggregator 'sam'.*'same'"):
        GradingRunner.of_column(run, "sam")
