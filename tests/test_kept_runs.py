"""`GradingRunner.run` with a run directory: what is kept, and what is not done again."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import define, evolve, field
from click.testing import CliRunner

from rmg_core import (
    CannotGrade,
    ConfigError,
    GraderError,
    GradingRunner,
    ProviderError,
    connect,
)
from rmg_core.basic.sinks import JsonlSink
from rmg_core.cli import rmg
from rmg_core.models import Model
from rmg_core.plan import NamedPart
from rmg_core.runs.directory import held
from rmg_core.testing import ScriptedModel

ROWS = [{"response": str(number)} for number in range(5)]


@define
class Failing:
    """A grader that fails, and counts how often it was called."""

    kind: str = "grader_error"
    calls: list[str] = field(init=False, factory=list)

    def grade(self, response: str) -> float:
        self.calls.append(response)
        raise CannotGrade("no", self.kind)


async def judge(response: str, *, model: Model) -> float:
    reply = await model.ask(response)
    return float(reply.text)


def judging(model: ScriptedModel) -> GradingRunner:
    connection = connect(model, name="judge", attempts=1)
    return GradingRunner({"judge": {"grader": judge, "options": {"model": connection}}})


def echo() -> ScriptedModel:
    return ScriptedModel(lambda text: str(float(text) / 10), name="echo")


def refused(work: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        work()
    return str(caught.value)


@pytest.fixture(params=["asyncio", "trio"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_model_is_not_asked_again(tmp_path: Path, backend: str):
    async def run(model: ScriptedModel) -> Any:
        return await judging(model).arun(ROWS, run_dir=tmp_path / "run")

    first, second = echo(), echo()
    results = anyio.run(run, first, backend=backend)
    again = anyio.run(run, second, backend=backend)
    assert (len(first.requests), len(second.requests)) == (5, 0)
    assert again["judge"] == results["judge"]
    assert (results.summary.reused, again.summary.reused) == (0, 5)


def test_only_rows_that_are_new_are_graded(tmp_path: Path):
    first, second = echo(), echo()
    judging(first).run(ROWS, run_dir=tmp_path)
    results = judging(second).run([{"response": "7"}, *ROWS], run_dir=tmp_path)
    assert len(second.requests) == 1
    assert [each.score for each in results["judge"]] == [0.7, 0.0, 0.1, 0.2, 0.3, 0.4]


def test_offline_asks_nothing_and_leaves_what_is_missing_pending(tmp_path: Path):
    model = echo()
    judging(echo()).run(ROWS[:2], run_dir=tmp_path)
    results = judging(model).run(ROWS, run_dir=tmp_path, offline=True)
    assert model.requests == []
    assert [each.status for each in results["judge"]] == ["score", "score", *["error"] * 3]
    assert results["judge"][2] == GraderError(
        "pending",
        "model 'judge' is not asked any more: no reply is stored for it, "
        "and none is asked for offline",
    )
    assert not results.summary.is_complete


def test_every_sample_has_an_outcome_where_no_model_can_be_asked(tmp_path: Path):
    rows = [{"response": str(number)} for number in range(1_000)]
    refusing = ScriptedModel(ProviderError("status", "wrong key", 401), name="echo")
    results = judging(refusing).run(rows, run_dir=tmp_path)
    assert len(results["judge"]) == len(rows)
    assert {each.status for each in results["judge"]} == {"error"}
    assert not results.summary.is_complete
    assert judging(echo()).run(ROWS, run_dir=tmp_path).summary["judge"].scored == 5


def test_offline_without_a_directory_is_refused():
    assert refused(lambda: judging(echo()).run(ROWS, offline=True)) == (
        "offline=True needs what is kept; name its run_dir"
    )


def test_again_without_a_directory_is_refused():
    assert refused(lambda: judging(echo()).run(ROWS, again="all")) == (
        'again="all" needs what is kept; name its run_dir'
    )


def test_an_unknown_word_for_again_lists_the_known_ones(tmp_path: Path):
    wrong: Any = "everything"
    said = refused(lambda: judging(echo()).run(ROWS, run_dir=tmp_path, again=wrong))
    assert said == 'again is \'everything\'; write one of "failed", "errors", "all"'


def test_all_that_is_kept_is_graded_anew_on_request(tmp_path: Path):
    model = echo()
    judging(echo()).run(ROWS, run_dir=tmp_path)
    judging(model).run(ROWS, run_dir=tmp_path, again="all")
    assert len(model.requests) == 5


@pytest.mark.parametrize(
    ("kind", "again", "calls"),
    [("grader_error", "failed", 10), ("bad_input", "failed", 5), ("bad_input", "errors", 10)],
)
def test_errors_are_graded_again_if_they_may_pass(
    tmp_path: Path, kind: str, again: Any, calls: int
):
    failing = Failing(kind)
    for each in ("failed", again):
        GradingRunner({"a": failing}).run(ROWS, run_dir=tmp_path, again=each)
    assert len(failing.calls) == calls


def test_a_directory_with_other_files_is_refused_and_left_as_it_is(tmp_path: Path):
    (tmp_path / "summary.json").write_text("mine")
    grader = Failing()
    said = refused(lambda: GradingRunner({"a": grader}).run(ROWS, run_dir=tmp_path))
    assert said == (
        f"the run directory {str(tmp_path)!r} holds summary.json, and no run of rmg; "
        "choose another run directory"
    )
    assert (grader.calls, (tmp_path / "summary.json").read_text()) == ([], "mine")


def test_a_directory_that_another_run_holds_is_refused_before_anything_is_graded(tmp_path: Path):
    grader = Failing()
    with held(tmp_path):
        said = refused(lambda: GradingRunner({"a": grader}).run(ROWS, run_dir=tmp_path))
    assert "is in use by another run" in said
    assert said.endswith("choose another run directory")
    assert grader.calls == []


def test_one_runner_grades_into_several_directories_at_once(tmp_path: Path):
    runner = judging(echo())

    async def both() -> None:
        async with anyio.create_task_group() as tasks:
            for name in ("a", "b"):
                tasks.start_soon(lambda name=name: runner.arun(ROWS, run_dir=tmp_path / name))

    anyio.run(both)
    assert sorted(each.name for each in tmp_path.glob("*/store.sqlite")) == ["store.sqlite"] * 2


def test_what_is_finished_is_kept_when_a_run_is_cancelled(tmp_path: Path):
    first, second = echo(), echo()
    second_row = anyio.Event()

    async def slow(response: str, *, model: Model) -> float:
        if response != "0":
            second_row.set()
            await anyio.sleep_forever()
        return await judge(response, model=model)

    def runner(model: ScriptedModel) -> GradingRunner:
        options = {"model": connect(model, name="judge")}
        return GradingRunner({"a": {"grader": slow, "options": options, "max_concurrency": 1}})

    async def cancel_in_the_second_row() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: runner(first).arun(ROWS, run_dir=tmp_path))
            await second_row.wait()
            tasks.cancel_scope.cancel()

    anyio.run(cancel_in_the_second_row)
    runner(second).run(ROWS[:1], run_dir=tmp_path)
    assert (len(first.requests), len(second.requests)) == (1, 0)


def test_the_command_line_reads_what_python_has_kept(tmp_path: Path):
    judging(echo()).run(ROWS, run_dir=tmp_path)
    ended = CliRunner().invoke(rmg, ["export", str(tmp_path), "--to", "jsonl"])
    assert ended.exit_code == 0, ended.output
    assert [json.loads(line)["judge"] for line in ended.stdout.splitlines()] == [
        0.0,
        0.1,
        0.2,
        0.3,
        0.4,
    ]
    ended = CliRunner().invoke(rmg, ["why", str(tmp_path), "3", "judge"])
    assert "score 0.3 on 0..1" in ended.stdout


def test_the_summary_is_kept_beside_the_store(tmp_path: Path):
    results = judging(echo()).run(ROWS, run_dir=tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text()) == results.summary.to_json()


def test_a_sink_writes_into_the_directory_of_the_run(tmp_path: Path):
    runner = judging(echo())
    plan = evolve(runner.plan, sinks=(NamedPart("lines", JsonlSink("lines.jsonl")),))
    GradingRunner.from_plan(plan).run(ROWS, run_dir=tmp_path)
    assert len((tmp_path / "lines.jsonl").read_text().splitlines()) == 5
