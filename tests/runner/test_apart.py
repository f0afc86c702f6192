"""Graders in processes of their own."""

import datetime as dt
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import evolve

from rmg_core import ConfigError, GraderError, GradingRunner, RunFailed
from rmg_core.registry import module_of_file
from rmg_core.runner.workers import Workers

FILE = Path(__file__).parent / "foreign" / "apart.py"
ROWS = [{"number": number} for number in range(20)]
# As `use` in a config loads it, so that another process finds what is in it.
GRADERS = module_of_file(str(FILE))


def use(name: str, **entry: Any) -> dict[str, Any]:
    return {"grader": f"{FILE}:{name}", "isolate": True, **entry}


def outcomes_of(entry: dict[str, Any], rows: Any = ROWS, backend: str = "asyncio") -> list[Any]:
    return list(anyio.run(GradingRunner({"it": entry}).arun, rows, backend=backend)["it"])


GOOD = [GRADERS.good(number) for number in range(20)]


def scores(outcomes: list[Any]) -> list[float | None]:
    return [getattr(each, "score", None) for each in outcomes]


def test_outcomes_are_those_of_the_run_itself(kept: Any):
    cells = {}
    for isolate in (False, True):
        runner, cells[isolate] = kept(GradingRunner({"it": use("good", isolate=isolate)}))
        runner.run(ROWS)
    apart, here = (sorted(cell._replace(seconds=0.0) for cell in each) for each in cells.values())
    assert apart == here
    assert all(cell.fingerprint for cell in apart)
    assert apart[1].outcome.metadata == {"pair": [1, None]}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_grader_runs_in_a_loop_of_its_process(backend: str):
    assert scores(outcomes_of(use("waits"), backend=backend)) == scores(GOOD)


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_crash_costs_one_cell_and_its_siblings_are_graded_again(repeats: int):
    entry = use("crashes_at", repeats=repeats, max_concurrency=1)
    if repeats > 1:
        entry["options"] = {"numbers": ()}
    results = outcomes_of(entry)
    if repeats > 1:
        assert scores(results) == pytest.approx(scores(GOOD))
        return
    culprit = results[3]
    assert culprit == GraderError("crash", "its process ended with exit code 7", "last words")
    assert scores(results[:3] + results[4:]) == scores(GOOD[:3] + GOOD[4:])


def test_a_grader_is_stopped_after_three_crashes_and_it_alone():
    graders = {
        "it": use("crashes_at", options={"numbers": tuple(range(5, 20))}, max_concurrency=1),
        "good": use("good"),
    }
    results = GradingRunner(graders).run(ROWS)
    assert scores(results["good"]) == scores(GOOD)
    kinds = [getattr(each, "kind", "score") for each in results["it"]]
    assert kinds.count("crash") == 3
    assert kinds.count("score") <= 5
    assert set(kinds) == {"crash", "score", "stopped"}
    stopped = next(each for each in results["it"] if getattr(each, "kind", "") == "stopped")
    assert stopped.error == (
        "the grader crashed 3 times and was stopped; the last time its process ended with exit "
        "code 7"
    )


def test_a_deadline_kills_and_the_siblings_are_graded_again():
    results = outcomes_of(use("hangs_at_two", timeout=0.5, max_concurrency=1))
    assert results[2] == GraderError("timeout", "no answer within 0.5 s")
    assert scores(results[:2] + results[3:]) == scores(GOOD[:2] + GOOD[3:])


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        10**100,
        "a\ud800b",
        {"a": [{"b": [None, True, 1.5]}]},
        "",
        -(2**63),
    ],
)
def test_a_value_of_json_arrives_as_it_was(value: object):
    [outcome] = outcomes_of(use("given"), [{"value": value}])
    [expected] = outcomes_of(use("given", isolate=False), [{"value": value}])
    assert outcome == expected


def test_a_tuple_arrives_as_a_list():
    [outcome] = outcomes_of(use("given"), [{"value": (1, (2,))}])
    assert outcome.reason == "[1, [2]]"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"a", "a value of type bytes"),
        ({1: "a"}, "a table with keys that are not texts"),
        ([dt.date(2026, 1, 1)], "a value of type date"),
        ({1, 2}, "a value of type set"),
    ],
)
def test_what_json_cannot_hold_is_an_error_that_names_the_input(value: object, said: str):
    rows = [{"value": "a"}, {"value": value}, {"value": "b"}]
    first, outcome, last = outcomes_of(use("given"), rows)
    assert [first.reason, last.reason] == ["'a'", "'b'"]
    assert outcome == GraderError(
        "bad_input",
        f"input 'value' is {said}, which cannot be handed to a process: "
        "map it to texts, numbers and lists",
    )


def test_a_grader_can_ask_for_a_process_itself():
    plan = GradingRunner({"it": f"{FILE}:declared"}).plan
    assert plan.graders[0].recipe is not None
    assert outcomes_of({"grader": f"{FILE}:declared"}, [{"number": 7}])[0].score == 7.0


def test_a_grader_is_opened_and_closed_in_its_process(tmp_path: Path, monkeypatch: Any):
    monkeypatch.chdir(tmp_path)
    entry = use("Opened", options={"greeting": "good day"}, max_concurrency=1)
    outcomes = outcomes_of(entry)
    assert scores(outcomes) == [1.0] * 20
    assert outcomes[4].reason == "good day 4"
    assert (tmp_path / "closed").read_text() == "good day\n"


def test_a_grader_that_cannot_be_opened_ends_the_run_before_it_began():
    with pytest.raises(RunFailed) as failed:
        outcomes_of(use("CannotBeOpened"))
    assert str(failed.value) == (
        "grader 'it' cannot be opened in a process: OSError: no socket here"
    )


HINT = "define it at the top level of a module or of a file"


@pytest.mark.parametrize(
    ("grader", "said"),
    [
        (
            GRADERS.made_inside(),
            "another process cannot find 'made_inside.<locals>.inner' by its name; " + HINT,
        ),
        (
            GRADERS.Held(object()),
            (
                "its options cannot be handed to another process: held is a object; "
                "give them as texts, numbers, lists and tables"
            ),
        ),
    ],
)
def test_what_cannot_travel_is_said_before_the_run(grader: Any, said: str):
    with pytest.raises(ConfigError) as refused:
        GradingRunner({"it": {"grader": grader, "isolate": True}})
    assert str(refused.value) == (
        f"graders.it.isolate: it cannot run in a process of its own: {said}"
    )


def test_an_object_brings_its_options_along(tmp_path: Path, monkeypatch: Any):
    monkeypatch.chdir(tmp_path)
    made = GRADERS.Opened("good night")
    [outcome] = outcomes_of({"grader": made, "isolate": True}, [{"number": 1}])
    assert outcome.reason == "good night 1"


SCRIPT = """
from rmg_core import GradingRunner

def half(response: str) -> float:
    return 0.5

if __name__ == "__main__":
    runner = GradingRunner({"it": {"grader": half, "isolate": True}})
    print(runner.run([{"response": "a"}])["it"][0].score)
"""


def test_a_grader_of_the_script_itself_is_found(tmp_path: Path):
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, str(tmp_path / "script.py")]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout == "0.5\n"


def test_a_script_that_runs_when_it_is_imported_is_told_to_guard_the_run(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace('if __name__ == "__main__":', "if True:"))
    command = [sys.executable, str(script)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("rmg_core.errors.RunFailed: grader 'it' cannot be opened in a process: ")
    assert last.endswith('put that under `if __name__ == "__main__":`')


def test_a_mapper_of_the_user_may_raise():
    def maps(sample: Any) -> Any:
        if sample["number"] == 1:
            raise ValueError("no")
        return {"number": sample["number"]}

    outcomes = outcomes_of(use("good", mapper=maps, timeout=30), ROWS[:4])
    assert scores(outcomes) == [0.0, None, 0.02, 0.03]
    assert outcomes[1].kind == "mapper_error"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_run_that_is_left_kills_its_processes(backend: str):
    plan = evolve(GradingRunner({"it": use("hangs_at_two")}).plan)
    runner = GradingRunner.from_plan(plan)

    async def leave() -> None:
        async with runner.stream([{"number": 2}]):
            await anyio.sleep(0.3)

    anyio.run(leave, backend=backend)
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                fields = (each / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            assert int(fields[1]) != os.getpid() or b"worker" not in (each / "cmdline").read_bytes()


def test_a_runner_with_processes_runs_again_and_over_several_datasets():
    runner = GradingRunner({"it": use("good")})
    assert scores(runner.run(ROWS)["it"]) == scores(GOOD)
    both = runner.run_many({"a": ROWS[:3], "b": ROWS})
    assert scores(both["b"]["it"]) == scores(GOOD)


def test_a_process_that_died_while_idle_is_replaced():
    planned = GradingRunner({"it": use("good")}).plan.graders[0]
    assert planned.recipe is not None
    workers = Workers("it", planned.recipe, timeout=None, needs_loop=False)
    workers.open("asyncio")
    try:
        workers._idle[0].cut()
        content = b"[[1]]"
        died = workers.ask(content, lambda _: True)
        answer = workers.ask(content, lambda _: True)
    finally:
        workers.close()
    assert getattr(died, "number", 0) is None
    assert isinstance(answer, bytes)
    assert len(workers.crashes) == 1


def test_what_a_grader_prints_is_said_at_the_end(tmp_path: Path):
    (tmp_path / "loud.py").write_text(
        'def loud(number: int) -> float:\n    """1."""\n    print("x" * 999)\n    return 1.0\n'
    )
    entry = {"grader": f"{tmp_path}/loud.py:loud", "isolate": True, "max_concurrency": 1}
    results = GradingRunner({"it": entry}).run(ROWS[:1] * 4)
    [report] = results.summary.reports
    assert report.startswith("grader 'it' printed ")
    assert report.endswith(" kB, which goes nowhere")
