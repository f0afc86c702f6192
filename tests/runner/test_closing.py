"""What graders leave in the event loop of a run does not keep it, or the process, from ending."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rmg_core import GraderError, GradingRunner
from rmg_core.runner.closing import run_to_the_end

from .foreign.leftovers import MARK, is_ended, marked

FILE = Path(__file__).parent / "foreign" / "leaves.py"
LEAVES = ["a_task", "a_generator", "a_thread_of_the_loop", "a_copy"]
WAITS = ["waits_for_a_task", "waits_for_several", "waits_for_a_group"]
GRADERS = {name: {"grader": f"{FILE}:{name}", "timeout": 0.3} for name in LEAVES + WAITS}
ROWS = [{"response": "a"}, {"response": "b"}]
CONFIG = "\n".join(
    f'[graders.{name}]\nuse = "{FILE}:{name}"\ntimeout = 0.3' for name in LEAVES + WAITS
)
# As `python -m rmg_core`, but that a thread which does not end is left sooner.
COMMAND = """
from rmg_core.cli import leaving, main
leaving.PATIENCE = 0.2
main()
"""
SCRIPT = f"""
import json, os
from rmg_core import GradingRunner
results = GradingRunner({GRADERS!r}).run({ROWS!r})
print(json.dumps({{name: [each.status for each in results[name]] for name in {[*GRADERS]!r}}}))
print("done", flush=True)
os._exit(0)  # Python waits for the threads of a loop, whoever has started them
"""


def ended(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, MARK: str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert [pid for pid in marked(str(folder)) if not is_ended(pid)] == []
    return done


def test_a_run_of_the_command_line_ends_whatever_is_left_in_its_loop(tmp_path: Path):
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "qa.toml").write_text(f'max_errors = 1\n[dataset]\npath = "rows.jsonl"\n{CONFIG}')
    done = ended(tmp_path, "-c", COMMAND, "run", "qa.toml", "--json")
    columns = json.loads(done.stdout)["columns"]
    assert {name for name, each in columns.items() if each["scored"] == len(ROWS)} == {*LEAVES}
    assert {name for name, each in columns.items() if each["errors"] == {"timeout": len(ROWS)}} == {
        *WAITS
    }
    assert "2 threads of the graders' own ('asyncio_0', 'asyncio_1') did not end" in done.stderr
    assert "never retrieved" not in done.stderr
    assert "ignored GeneratorExit" not in done.stderr
    assert done.returncode == 0


def test_a_run_of_a_script_ends_whatever_is_left_in_its_loop(tmp_path: Path):
    done = ended(tmp_path, "-c", SCRIPT)
    told, said = done.stdout.splitlines()
    assert json.loads(told) == {
        **dict.fromkeys(LEAVES, ["score"] * 2),
        **dict.fromkeys(WAITS, ["error"] * 2),
    }
    assert said == "done"
    assert done.stderr == ""


def test_what_waits_for_tasks_that_let_themselves_be_cancelled_hears_of_it(caplog: Any):
    tidied = []

    async def inner(name: str) -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            tidied.append(name)

    async def grader(response: str) -> float:
        try:
            await asyncio.gather(asyncio.create_task(inner("first")), inner("second"))
        finally:
            tidied.append("outer")
        return 1.0

    results = GradingRunner({"it": {"grader": grader, "timeout": 0.1}}).run(ROWS[:1])
    assert results["it"][0] == GraderError("timeout", "no answer within 0.1 s")
    assert results.summary.reports == ()
    assert tidied == ["first", "second", "outer"]
    assert not caplog.records


@pytest.mark.parametrize("makes", [lambda it: it, asyncio.create_task, asyncio.gather])
def test_what_waits_for_others_has_their_answer(makes: Any):
    async def inner() -> float:
        await asyncio.sleep(0.001)
        return 0.5

    async def grader(response: str) -> float:
        made = await makes(inner())
        return float(made[0] if isinstance(made, list) else made)

    async def fails(response: str) -> float:
        async def raises() -> None:
            await asyncio.sleep(0.001)
            raise LookupError("none")

        await makes(raises())
        return 1.0

    results = GradingRunner({"it": grader, "fails": fails}).run(ROWS)
    assert [each.score for each in results["it"]] == [0.5, 0.5]
    assert {each.error for each in results["fails"]} == {"LookupError: none"}


def test_a_loop_that_nothing_is_left_in_gives_its_answer():
    async def work() -> int:
        return await asyncio.to_thread(lambda: 7)

    assert run_to_the_end(work) == 7


def test_what_ends_a_loop_passes():
    async def work() -> int:
        KEPT.append(asyncio.create_task(asyncio.sleep(1000)))
        raise LookupError

    with pytest.raises(LookupError):
        run_to_the_end(work)
    assert KEPT[0].cancelled()


KEPT: list[Any] = []
