"""Graders in processes of their own."""

import datetime as dt
import math
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread

from rmg_core import ConfigError, GraderError, GraderScore, GradingRunner, RunFailed
from rmg_core.registry import module_of_file
from rmg_core.runner.threads import NAME
from rmg_core.runner.workers import Workers

from .foreign.leftovers import MARK, children, is_ended, marked, nothing_left

FILE = Path(__file__).parent / "foreign" / "apart.py"
ROWS = [{"number": number} for number in range(20)]
# As `use` in a config loads it, so that another process finds what is in it.
GRADERS = module_of_file(str(FILE))
GOOD = [
    GraderScore(number / 100, f"number {number}", {"pair": [number, None]}) for number in range(20)
]
BACKENDS = ["asyncio", "trio"]


def use(name: str, **entry: Any) -> dict[str, Any]:
    return {"grader": f"{FILE}:{name}", "isolate": True, "max_concurrency": 1, **entry}


def outcomes_of(entry: dict[str, Any], rows: Any = ROWS, backend: str = "asyncio") -> list[Any]:
    return list(anyio.run(GradingRunner({"it": entry}).arun, rows, backend=backend)["it"])


def scores(outcomes: Any) -> list[float | None]:
    return [getattr(each, "score", None) for each in outcomes]


@pytest.mark.parametrize("repeats", [1, 2])
def test_cells_are_those_of_the_run_itself(kept: Any, repeats: int):
    cells = {}
    for isolate in (False, True):
        entry = use("good", isolate=isolate, repeats=repeats)
        runner, cells[isolate] = kept(GradingRunner({"it": entry}))
        runner.run(ROWS)
    apart, here = (sorted(cell._replace(seconds=0.0) for cell in each) for each in cells.values())
    assert len(apart) == repeats * len(ROWS)
    assert apart == here
    assert all(cell.fingerprint for cell in apart)
    assert apart[repeats].outcome.metadata == {"pair": [1, None]}


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_async_grader_runs_in_a_loop_of_its_process(backend: str):
    assert scores(outcomes_of(use("waits"), backend=backend)) == scores(GOOD)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_an_async_grader_raises_is_an_error_of_its_cell(backend: str):
    outcomes = outcomes_of(use("raises_at_two"), backend=backend)
    assert (outcomes[2].kind, outcomes[2].error) == ("grader_error", "SystemExit: 3")
    assert outcomes[:2] + outcomes[3:] == GOOD[:2] + GOOD[3:]


@pytest.mark.parametrize("code", [0, 7])
def test_a_crash_costs_one_cell_and_its_siblings_are_graded_again(code: int):
    outcomes = outcomes_of(use("crashes_at", options={"code": code}))
    said = f"its process ended with exit code {code}"
    assert outcomes[3] == GraderError("crash", said, "first last words")
    assert outcomes[:3] + outcomes[4:] == GOOD[:3] + GOOD[4:]


def test_a_crash_costs_each_repeat_of_its_cell_and_no_other():
    results = GradingRunner({"it": use("crashes_at", repeats=2)}).run(ROWS)
    repeats = results.repeats["it"]
    assert [each.kind for each in repeats[3]] == ["crash", "crash"]
    assert [scores(each) for each in repeats[4:]] == [[good, good] for good in scores(GOOD[4:])]


def test_of_what_a_grader_printed_before_a_crash_the_end_is_kept():
    outcome = outcomes_of(use("crashes_at", options={"words": 1000}), [{"number": 3}])[0]
    assert outcome.detail == ("first" + " last words" * 1000 + "\n")[-4096:].strip()


def test_a_grader_is_stopped_after_three_crashes_and_it_alone():
    graders = {
        "it": use("crashes_at", options={"numbers": tuple(range(5, 20))}),
        "good": use("good"),
    }
    results = GradingRunner(graders).run(ROWS)
    assert results["good"] == GOOD
    kinds = [getattr(each, "kind", "score") for each in results["it"]]
    assert kinds.count("crash") == 3
    assert kinds.count("score") <= 5
    assert set(kinds) == {"crash", "score", "stopped"}
    assert results.summary.is_complete
    stopped = next(each for each in results["it"] if getattr(each, "kind", "") == "stopped")
    assert stopped.error == (
        "the grader crashed 3 times and was stopped; the last time its process ended with exit "
        "code 7"
    )


def test_a_deadline_kills_and_the_siblings_are_graded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with nothing_left(tmp_path, monkeypatch):
        outcomes = outcomes_of(use("hangs_at_two", timeout=0.5))
    assert outcomes[2] == GraderError("timeout", "no answer within 0.5 s")
    assert outcomes[:2] + outcomes[3:] == GOOD[:2] + GOOD[3:]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hangs_in_a_scope_at_two", "timeout"),
        ("forks_at_two", "score"),
        ("leaves_a_child_at_two", "score"),
    ],
)
def test_what_no_loop_can_contain_a_process_can(
    name: str, kind: str, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    timeout = 0.5 if kind == "timeout" else None
    with nothing_left(tmp_path, monkeypatch):
        outcomes = outcomes_of(use(name, timeout=timeout), backend=backend)
    assert getattr(outcomes[2], "kind", outcomes[2].status) == kind
    assert outcomes[:2] + outcomes[3:] == GOOD[:2] + GOOD[3:]


def test_a_task_that_is_left_behind_does_not_keep_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with nothing_left(tmp_path, monkeypatch):
        assert outcomes_of(use("leaves_a_task_behind")) == GOOD


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
    rows = [{"value": value}]
    assert outcomes_of(use("given"), rows) == outcomes_of(use("given", isolate=False), rows)


def test_a_tuple_arrives_as_a_list():
    [outcome] = outcomes_of(use("given"), [{"value": (1, (2,))}])
    assert outcome.reason == "[1, [2]]"


def test_what_nests_deep_arrives():
    value: list[Any] = []
    for _ in range(300):
        value = [value]
    [outcome] = outcomes_of(use("depth"), [{"value": value}])
    assert outcome.reason == "300"


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"a", "a value of type bytes"),
        ({1: "a"}, "a table with keys that are not texts"),
        ([dt.date(2026, 1, 1)], "a value of type date"),
        ({1, 2}, "a value of type set"),
        (object(), "a value of type object"),
        (Colour.RED, "a value of type Colour"),
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


def test_a_config_names_a_file_beside_it_and_isolates_what_is_in_it(tmp_path: Path):
    (tmp_path / "mine.py").write_text("import os\n\ndef pid(x: int) -> float:\n    os._exit(5)\n")
    (tmp_path / "qa.toml").write_text('[graders.it]\nuse = "./mine.py:pid"\nisolate = true\n')
    [outcome] = GradingRunner.from_config(tmp_path / "qa.toml").run([{"x": 1}])["it"]
    assert outcome == GraderError("crash", "its process ended with exit code 5")


def test_a_grader_has_as_many_processes_as_its_limit_says(tmp_path: Path):
    options = {"folder": str(tmp_path), "size": 3}
    entry = use("gathers", options=options, max_concurrency=3, timeout=20)
    assert scores(outcomes_of(entry)) == [1.0] * len(ROWS)
    assert len([*tmp_path.iterdir()]) == 3


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["Opened", "OpenedAsync"])
def test_a_grader_is_opened_and_closed_once_in_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, backend: str
):
    monkeypatch.chdir(tmp_path)
    outcomes = outcomes_of(use(name, options={"greeting": "good day"}), backend=backend)
    assert scores(outcomes) == [1.0] * len(ROWS)
    assert outcomes[4].reason == "good day 4"
    assert (tmp_path / "closed").read_text() == "good day\n"


def test_an_object_brings_its_options_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    made = GRADERS.Opened("good night")
    [outcome] = outcomes_of({"grader": made, "isolate": True}, [{"number": 1}])
    assert outcome.reason == "good night 1"


def test_a_grader_that_cannot_be_opened_ends_the_run_before_it_began():
    with pytest.raises(RunFailed) as failed:
        outcomes_of(use("CannotBeOpened"))
    assert str(failed.value) == (
        "grader 'it' cannot be opened in a process: OSError: no socket here"
    )


def test_a_module_that_cannot_be_imported_there_ends_the_run_before_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "mine.py").write_text(
        "import os\n"
        'if "RMG_TEST_ABSENT" in os.environ:\n'
        '    raise ImportError("no library here")\n'
        "def it(number: int) -> float:\n"
        "    return 1.0\n"
    )
    runner = GradingRunner({"it": {"grader": f"{tmp_path}/mine.py:it", "isolate": True}})
    monkeypatch.setenv("RMG_TEST_ABSENT", "1")
    before = children()
    with pytest.raises(RunFailed) as failed:
        runner.run(ROWS)
    assert str(failed.value) == (
        "grader 'it' cannot be opened in a process: ImportError: no library here"
    )
    assert children() <= before


HINT = "define it at the top level of a module or of a file"


@pytest.mark.parametrize(
    ("grader", "said"),
    [
        (
            GRADERS.made_inside(),
            "another process cannot find 'made_inside.<locals>.inner' by its name; " + HINT,
        ),
        (
            lambda number: number / 100,
            "another process cannot find '<lambda>' by its name; " + HINT,
        ),
        (
            GRADERS.Held(object()),
            (
                "its options cannot be handed to another process: held is a object; "
                "give them as texts, numbers, lists and tables"
            ),
        ),
    ],
    ids=["closure", "lambda", "options"],
)
def test_what_cannot_travel_is_said_before_the_run(grader: Any, said: str):
    with pytest.raises(ConfigError) as refused:
        GradingRunner({"it": {"grader": grader, "isolate": True}})
    assert str(refused.value) == (
        f"graders.it.isolate: it cannot run in a process of its own: {said}"
    )


SCRIPT = """
from rmg_core import ConfigError, GradingRunner

def half(response: str) -> float:
    return 0.5

if __name__ == "__main__":
    try:
        runner = GradingRunner({"it": {"grader": half, "isolate": True}})
        print(runner.run([{"response": "a"}])["it"][0].score)
    except ConfigError as fault:
        print(fault)
"""


def said_by_python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_grader_of_the_script_itself_is_found(tmp_path: Path):
    (tmp_path / "script.py").write_text(SCRIPT)
    assert said_by_python(str(tmp_path / "script.py")) == "0.5\n"


def test_a_grader_that_was_typed_in_is_refused():
    assert said_by_python("-c", SCRIPT) == (
        "graders.it.isolate: it cannot run in a process of its own: another process cannot find "
        "'half', which was typed into this one; put it into a file and import it\n"
    )


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

    outcomes = outcomes_of(use("good", mapper=maps), ROWS[:4])
    assert scores(outcomes) == [0.0, None, 0.02, 0.03]
    assert outcomes[1].kind == "mapper_error"


@pytest.fixture
def let_go() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_mapper_of_the_user_may_hang(let_go: threading.Event):
    def maps(sample: Any) -> Any:
        if sample["number"] == 1:
            let_go.wait(20)
        return {"number": sample["number"]}

    outcomes = outcomes_of(use("good", mapper=maps, timeout=0.5), ROWS[:4])
    assert scores(outcomes) == [0.0, None, 0.02, 0.03]
    assert outcomes[1] == GraderError("timeout", "no answer within 0.5 s")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_that_is_left_kills_its_processes(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(MARK, str(tmp_path))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    runner = GradingRunner({"it": use("hangs_at_two", options={"pipe": str(pipe)})})
    before, found = children(), set()

    async def leave() -> None:
        async with runner.stream([{"number": 2}]):
            assert await to_thread.run_sync(pipe.read_text) == "begun"
            found.update(marked(str(tmp_path)))

    anyio.run(leave, backend=backend)
    assert [is_ended(each) for each in found] == [True]
    if backend == "asyncio":
        # The thread that waited for the process buries it.
        for thread in threading.enumerate():
            if thread.name == NAME:
                thread.join(20)
        assert children() <= before


def test_a_runner_with_processes_runs_again_and_over_several_datasets():
    runner = GradingRunner({"it": use("good")})
    assert runner.run(ROWS)["it"] == GOOD
    assert runner.run(ROWS)["it"] == GOOD
    both = runner.run_many({"a": ROWS[:3], "b": ROWS})
    assert (both["a"]["it"], both["b"]["it"]) == (GOOD[:3], GOOD)


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
