"""What a cell costs, in counts: of tasks, calls, instructions, bytes, statements, modules.

Each bound lies a quarter above what was counted when it was set, or more: it is there to catch what
costs twice. What it costs in time, `docs/benchmarks` measures.
"""

import asyncio
import gc
import json
import os
import re
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from rmg_core import GraderScore, GradingRunner, grader
from rmg_core.datasets import Sample
from rmg_core.runner.archive import Archive, basis_of, columns_of
from rmg_core.runner.execution import Execution
from rmg_core.runner.sources import source_of
from rmg_core.runner.window import OpenSample
from rmg_core.runner.work import plain_work
from rmg_core.store import Store


@grader
def same(response: str, reference: str) -> GraderScore:
    """1 when the response is the reference, else 0."""
    return GraderScore(1.0 if response == reference else 0.0)


@grader
async def same_async(response: str, reference: str) -> GraderScore:
    """1 when the response is the reference, else 0."""
    return GraderScore(1.0 if response == reference else 0.0)


@grader
async def gives_way(response: str) -> float:
    """1, after the others have had a turn."""
    await asyncio.sleep(0)
    return 1.0


def rows_of(count: int) -> list[dict[str, str]]:
    return [{"response": f"answer {n}", "reference": f"answer {n + n % 2}"} for n in range(count)]


def tasks_of(runner: GradingRunner, count: int) -> int:
    """Return how many tasks a run creates."""
    created = 0

    def factory(loop: Any, coroutine: Any, **how: Any) -> Any:
        nonlocal created
        created += 1
        return asyncio.Task(coroutine, loop=loop, **how)

    async def run() -> None:
        asyncio.get_running_loop().set_task_factory(factory)
        await runner.arun(rows_of(count))

    asyncio.run(run())
    return created


@pytest.mark.parametrize("kind", [same, same_async, gives_way])
def test_a_run_creates_no_task_for_a_cell(kind):
    runner = GradingRunner({"same": kind}, max_concurrency=8)
    assert tasks_of(runner, 2000) <= 8 + 10


def calls_in(work: Callable[[], object]) -> int:
    """Return how many calls of functions, those in C among them, this thread makes."""
    made = 0

    def count(_: FrameType, event: str, __: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return made


def test_a_plain_cell_makes_few_calls():
    [planned] = GradingRunner({"same": same}).plan.graders
    work = plain_work(planned)
    cells = [OpenSample(*Sample(0, None, row), 0, 1, []) for row in rows_of(100)]
    assert calls_in(lambda: [work(each) for each in cells]) / 100 <= 10


def test_an_async_cell_makes_few_calls():
    """The whole loop runs in this thread, so that all that it does is counted."""
    runner = GradingRunner({"same": same_async})
    few, many = rows_of(500), rows_of(2500)
    more = calls_in(lambda: runner.run(many)) - calls_in(lambda: runner.run(few))
    assert more / 2000 <= 44


INSTRUCTIONS = """
import sys
from rmg_core import GradingRunner
from rmg_core.runner.addressing import address_work
from rmg_core.runner.window import OpenSample
from rmg_core.runner.work import kept_work

def same(response: str, reference: str) -> float:
    return float(response == reference)

[planned] = GradingRunner({"same": same}).plan.graders
address, grade = address_work(planned), kept_work(planned)
for n in range(int(sys.argv[1])):
    row = {"response": f"answer {n}", "reference": "answer 1"}
    grade(address(OpenSample(n, None, row, n, 1, [None])))
"""


def instructions_of(rows: int) -> int:
    """Return how many instructions of the processor a run takes, with the start of Python."""
    words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable]
    ended = subprocess.run(
        [*words, "-c", INSTRUCTIONS, str(rows)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    [count] = re.findall(r"I +refs: +([\d,]+)", ended.stderr)
    return int(count.replace(",", ""))


@pytest.mark.skipif("RMG_CALLGRIND" not in os.environ, reason="RMG_CALLGRIND=1 asks for valgrind")
def test_a_cell_takes_few_instructions():
    """Its inputs, its address and its grade, which depend on no clock, as a loop's turns do."""
    instructions_of(1)  # after which everything is compiled
    assert (instructions_of(2100) - instructions_of(100)) / 2000 <= 40_000


def kept_bytes(kind: Any, count: int) -> int:
    runner, rows = GradingRunner({"same": kind}), rows_of(count)
    runner.run(rows[:50])
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        results = runner.run(rows)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        assert len(results["same"]) == count
        return after - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("kind", "most"), [(same, 160), (gives_way, 70)])
def test_a_result_takes_few_bytes(kind, most):
    """A score, its place and the number of its row; a number that comes again is one score."""
    assert (kept_bytes(kind, 3000) - kept_bytes(kind, 1000)) / 2000 <= most


def peak_of_stream(count: int) -> int:
    def made() -> Any:
        yield from rows_of(1)
        for n in range(count - 1):
            yield {"response": f"answer {n}", "reference": "answer 1"}

    async def consume() -> None:
        async with GradingRunner({"same": same_async}, max_concurrency=4).stream(made()) as graded:
            async for _ in graded:
                pass

    gc.collect()
    tracemalloc.start()
    try:
        asyncio.run(consume())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_stream_of_more_rows_takes_no_more_memory():
    peak_of_stream(200)  # what is imported and made once
    assert peak_of_stream(6000) <= 1.5 * peak_of_stream(1500)


def statements_of(path: Path, rows: list[dict[str, str]]) -> tuple[int, int]:
    """Return the statements that read and those that write, in a run over a store."""
    reads = writes = 0

    def note(statement: str) -> None:
        nonlocal reads, writes
        is_read = statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "WITH", "--"))
        reads += is_read
        writes += not is_read

    def connect(*place: Any, **how: Any) -> sqlite3.Connection:
        connection = sqlite3.connect(*place, **how)
        connection.set_trace_callback(note)
        return connection

    async def run() -> None:
        runner = GradingRunner({"same": same_async})
        with Store.open(path, connect=connect) as store:
            store.begin(columns_of(runner.plan), basis_of(runner.plan))
            session = runner._session()
            source = source_of(rows, None)
            await Execution(session, source, lambda _: None, archive=Archive(store)).run()

    asyncio.run(run())
    return reads, writes


def test_a_new_cell_takes_three_statements(tmp_path):
    """Its outcome, its sample, its place; all else is of a batch, of which there may be many."""
    _, few = statements_of(tmp_path / "few", rows_of(10))
    _, many = statements_of(tmp_path / "many", rows_of(2010))
    assert (many - few) / 2000 <= 3.75


def test_a_known_cell_takes_one_statement_and_none_to_be_found(tmp_path):
    rows = rows_of(2010)
    statements_of(tmp_path / "store", rows)
    few = sum(statements_of(tmp_path / "store", rows[:10]))
    many = sum(statements_of(tmp_path / "store", rows))
    assert (many - few) / 2000 <= 2.5


def modules_of(statement: str) -> int:
    """Return how many modules a fresh interpreter loads for a statement."""
    script = (
        "import sys; before = {*sys.modules}\n"
        f"try:\n    {statement}\nexcept SystemExit: pass\n"
        "sys.stderr.write(str(len({*sys.modules} - before)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return int(ended.stderr)


def command(*words: str) -> str:
    return f"sys.argv = {json.dumps(['rmg', *words])}; from rmg_core.cli import main; main()"


@pytest.mark.parametrize(
    ("statement", "most"),
    [("import rmg_core", 120), (command("--help"), 165), (command("graders"), 600)],
    ids=["import", "help", "graders"],
)
def test_a_start_loads_few_modules(statement, most):
    assert modules_of(statement) <= most
