"""The runner as Python sees it."""

import asyncio
import gc
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import evolve, field, frozen

from rmg_core import (
    ConfigError,
    DataError,
    GraderError,
    GraderScore,
    GraderSkip,
    GradingRunner,
    Results,
)
from rmg_core.plan import NamedPart

ROWS = [{"response": str(number)} for number in range(10)]


def plain(response: str) -> float:
    return int(response) / 10


async def waiting(response: str) -> float:
    await anyio.lowlevel.checkpoint()
    return int(response) / 10


SCORES = [GraderScore(number / 10) for number in range(10)]


@pytest.fixture(params=["asyncio", "trio"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("grader", [plain, waiting])
def test_run_grades_outside_of_a_loop(grader: Any):
    assert GradingRunner({"a": grader}).run(ROWS)["a"] == SCORES


@pytest.mark.parametrize("grader", [plain, waiting])
def test_run_grades_inside_a_running_loop(backend: str, grader: Any):
    async def cell_of_a_notebook() -> Results:
        return GradingRunner({"a": grader}).run(ROWS)

    assert anyio.run(cell_of_a_notebook, backend=backend)["a"] == SCORES


def test_run_grades_in_a_callback_of_a_loop():
    async def wait_for_a_callback() -> Results:
        answer = asyncio.get_running_loop().create_future()
        runner = GradingRunner({"a": waiting})
        asyncio.get_running_loop().call_soon(lambda: answer.set_result(runner.run(ROWS)))
        return await answer

    assert asyncio.run(wait_for_a_callback())["a"] == SCORES


def test_a_failure_inside_a_running_loop_is_that_of_the_run(backend: str):
    async def cell_of_a_notebook() -> None:
        GradingRunner({"a": plain}).run([17])  # type: ignore[list-item]

    with pytest.raises(DataError):
        anyio.run(cell_of_a_notebook, backend=backend)


def test_an_interrupt_while_a_loop_waits_cancels_the_run(monkeypatch: pytest.MonkeyPatch):
    """As in a notebook, where the interrupt hits the thread that waits for the run."""

    async def hang(response: str) -> float:
        is_running.set()
        try:
            await anyio.sleep_forever()
        finally:
            is_cancelled.set()
        return 1.0

    def interrupted_join(thread: threading.Thread, timeout: float | None = None) -> None:
        if thread.name == "rmg run" and not is_cancelled.is_set():
            is_running.wait(20)
            monkeypatch.setattr(threading.Thread, "join", join)
            raise KeyboardInterrupt
        join(thread, timeout)

    async def cell_of_a_notebook() -> None:
        GradingRunner({"a": hang}).run(ROWS)

    is_running, is_cancelled = threading.Event(), threading.Event()
    join = threading.Thread.join
    monkeypatch.setattr(threading.Thread, "join", interrupted_join)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(cell_of_a_notebook())
    assert is_cancelled.is_set()


def test_a_runner_can_be_used_from_several_event_loops(backend: str):
    runner = GradingRunner({"a": plain, "b": waiting}, max_concurrency=2)
    for _ in range(3):
        assert anyio.run(runner.arun, ROWS, backend=backend)["b"] == SCORES
    assert runner.run(ROWS)["a"] == SCORES


def test_a_runner_can_be_used_from_several_threads():
    runner = GradingRunner({"a": plain, "b": waiting}, max_concurrency=2)
    results: list[Results] = []
    threads = [threading.Thread(target=lambda: results.append(runner.run(ROWS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [dict(each) for each in results] == [{"a": SCORES, "b": SCORES}] * 4


def test_a_runner_does_not_keep_the_loops_that_it_was_used_in(backend: str):
    runner = GradingRunner({"a": waiting})
    for _ in range(3):
        anyio.run(runner.arun, ROWS, backend=backend)
    gc.collect()
    assert len(runner._sessions) == 0


def test_several_datasets_are_graded_at_once(backend: str):
    datasets = {"one": ROWS[:3], "none": [], "two": ROWS[3:]}
    results = anyio.run(GradingRunner({"a": waiting}).arun_many, datasets, backend=backend)
    assert {name: each["a"] for name, each in results.items()} == {
        "one": SCORES[:3],
        "none": [],
        "two": SCORES[3:],
    }
    assert list(results) == list(datasets)
    assert GradingRunner({"a": plain}).run_many({"one": ROWS})["one"]["a"] == SCORES


def test_a_failure_of_one_of_several_datasets_says_which(backend: str):
    runner = GradingRunner({"a": waiting})
    with pytest.raises(DataError) as caught:
        anyio.run(runner.arun_many, {"good": ROWS, "bad": [17]}, backend=backend)
    assert caught.value.__notes__ == ["in the dataset 'bad'"]


def test_a_runner_without_a_dataset_says_so():
    with pytest.raises(ConfigError) as caught:
        GradingRunner({"a": plain}).run()
    assert str(caught.value) == "there is no dataset; give one to the run"


@pytest.mark.parametrize(
    ("rows", "kind"),
    [({"response": "a"}, "dict"), ("rows.jsonl", "str"), (b"", "bytes"), (5, "int")],
)
def test_what_no_one_means_to_iterate_is_no_dataset(rows: Any, kind: str):
    with pytest.raises(TypeError) as caught:
        GradingRunner({"a": plain}).run(rows)
    assert str(caught.value) == f"a dataset is an iterable of samples, not a {kind}"


def write_config(folder: Path, rows: str, **dataset: str) -> Path:
    (folder / "rows.jsonl").write_text(rows)
    (folder / "graders.py").write_text(
        "def length(response: str) -> float:\n    return len(response) / 10\n"
    )
    more = "".join(f'{key} = "{value}"\n' for key, value in dataset.items())
    config = folder / "qa.toml"
    config.write_text(
        f'[dataset]\npath = "rows.jsonl"\n{more}[graders.length]\nuse = "./graders.py:length"\n'
    )
    return config


def test_a_config_brings_its_dataset(tmp_path: Path):
    config = write_config(tmp_path, '{"response": "a"}\n{"response": "aa"}\n')
    results = GradingRunner.from_config(config).run()
    assert results["length"] == [GraderScore(0.1), GraderScore(0.2)]
    assert GradingRunner.from_config(config).run([{"response": "aaa"}])["length"] == [
        GraderScore(0.3)
    ]


def test_rows_that_are_left_out_are_counted(tmp_path: Path):
    rows = '{"id": "a", "response": "a"}\nnot json\n{"id": "a", "response": "a"}\n'
    config = write_config(tmp_path, rows, id="id", on_bad_row="skip")
    results = GradingRunner.from_config(config).run()
    assert (results.summary.rows_skipped, results.summary.duplicates) == (1, 1)
    assert results.ids == ["a"]


def test_overrides_have_the_last_word(tmp_path: Path):
    config = write_config(tmp_path, '{"response": "a"}\n')
    results = GradingRunner.from_config(config, ["graders.length.repeats=3"]).run()
    assert len(results.repeats["length"][0]) == 3


def test_samples_have_their_ids():
    rows = [{"key": "a", "response": "1"}, {"key": 7, "response": "2"}]
    results = GradingRunner({"a": plain}, id_field="key").run(rows)
    assert results.ids == ["a", 7]
    assert results.index == [0, 1]


@frozen
class Remembering:
    """A grader whose repeats differ: its n-th answer is the n-th of `answers`."""

    answers: list[Any] = field(factory=list)

    async def grade(self, response: str) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def repeated(*answers: Any) -> Any:
    grader = Remembering(list(answers))
    entry = {"grader": grader, "repeats": len(answers)}
    results = GradingRunner({"a": entry}, max_concurrency=1).run(ROWS[:1])
    assert len(results.repeats["a"][0]) == len(answers)
    return results["a"][0]


def test_the_column_of_repeats_has_their_mean():
    assert repeated(0.0, 1.0, 0.5) == GraderScore(
        0.5, "mean of 3 repeats", {"repeats": [0.0, 1.0, 0.5]}
    )


def test_one_repeat_that_fails_fails_the_column():
    made = repeated(0.0, ValueError("no"), OSError("later"))
    assert isinstance(made, GraderError)
    assert made.kind == "grader_error"
    assert made.error == "repeat 2 of 3: ValueError: no"
    assert "Traceback" in made.detail


def test_repeats_that_are_skipped_skip_the_column():
    skip = GraderSkip("too short")
    assert repeated(skip, 1.0) == GraderSkip("repeat 1 of 2: too short")
    assert repeated(skip, ValueError("no")).status == "error"


def test_ranks_have_no_mean():
    from rmg_core import GraderRank

    made = repeated(GraderRank([1]), 1.0)
    assert made == GraderError(
        "bad_return", "ranks have no mean: name an aggregator with repeats_of"
    )


def test_the_mean_of_huge_repeats_is_in_their_range():
    from rmg_core import grader

    @grader(scale=(None, None))
    def huge(response: str) -> float:
        return 1.7e308

    results = GradingRunner({"a": {"grader": huge, "repeats": 2}}).run(ROWS[:1])
    assert results["a"][0].score == 1.7e308


def test_an_aggregator_combines_the_repeats_of_a_grader():
    grader = Remembering([0.0, 1.0, 1.0])
    results = GradingRunner(
        {"a": {"grader": grader, "repeats": 3}, "b": plain},
        aggregators={"vote": {"aggregator": "basic/majority", "repeats_of": "a"}},
        max_concurrency=1,
    ).run(ROWS[:1])
    assert results["vote"][0].score == 1.0
    alone = GradingRunner(
        {"a": plain}, aggregators={"vote": {"aggregator": "basic/median", "repeats_of": "a"}}
    ).run(ROWS[:2])
    assert [each.score for each in alone["vote"]] == [0.0, 0.1]


def test_aggregators_see_graders_and_the_aggregators_before_them():
    mean = {"aggregator": "basic/mean", "options": {"graders": ["max", "b"]}}
    results = GradingRunner(
        {"a": plain, "b": waiting}, aggregators={"max": "basic/max", "mean": mean}
    ).run(ROWS)
    assert list(results) == ["a", "b", "max", "mean"]
    assert [each.score for each in results["mean"]] == [each.score for each in SCORES]


@frozen
class Combining:
    """An aggregator that returns or raises what it was given."""

    made: Any

    def combine(self, outcomes: Any) -> Any:
        if isinstance(self.made, BaseException):
            raise self.made
        return self.made


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (None, "bad_return"),
        (float("nan"), "bad_return"),
        (2.0, "out_of_scale"),
        (ValueError("no"), "aggregator_error"),
        (SystemExit(1), "aggregator_error"),
    ],
)
def test_an_aggregator_that_fails_is_an_error_in_its_own_column(made: Any, kind: str):
    over = {"aggregator": "basic/mean", "options": {"graders": ["bad"]}}
    results = GradingRunner(
        {"a": plain}, aggregators={"bad": Combining(made), "over": over, "good": "basic/max"}
    ).run(ROWS)
    assert {each.kind for each in results["bad"]} == {kind}
    assert {each.kind for each in results["over"]} == {"missing_part"}
    assert [each.score for each in results["good"]] == [each.score for each in SCORES]


def test_an_aggregator_that_always_fails_is_told_among_too_many_errors():
    results = GradingRunner({"a": plain}, aggregators={"bad": Combining(None)}, max_errors=0.5).run(
        ROWS
    )
    assert [each.name for each in results.summary.too_many_errors] == ["bad"]
    assert results.summary["bad"].failed == len(ROWS)


def test_observers_are_told_what_the_run_came_to():
    @frozen
    class Observer:
        told: list[Any] = field(factory=list)

        def run_started(self, plan: Any) -> None: ...

        def outcomes(self, cells: Any) -> None: ...

        def run_finished(self, summary: Any) -> None:
            self.told.append(summary)

    observer = Observer()
    plan = evolve(GradingRunner({"a": plain}).plan, observers=(NamedPart("o", observer),))
    results = GradingRunner.from_plan(plan).run(ROWS)
    assert observer.told == [results.summary]


def test_several_datasets_need_names():
    runner = GradingRunner({"one": lambda response: 1.0})
    with pytest.raises(TypeError) as caught:
        runner.run_many([[{"response": "a"}]])
    assert str(caught.value) == 'several datasets need names: write {"NAME": rows, …}'
