"""Calls that will not be cancelled, and loops that are blocked."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from rmg_core import GraderError, GradingRunner
from rmg_core.runner import calls

ROWS = [{"response": f"r{number}"} for number in range(5)]
REPORT = (
    "1 call of grader 'bad' swallowed the cancellation and had to be given up; "
    "let it pass, or set isolate = true"
)


@pytest.fixture(autouse=True)
def _little_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "GRACE", 0.1)


async def hang_on_anything(_: str) -> None:
    while True:
        with suppress(BaseException):
            await anyio.sleep(1000)


async def hang_on_cancellation(_: str) -> None:
    while True:
        try:
            await anyio.sleep(1000)
        except anyio.get_cancelled_exc_class():
            continue


def at_r2(act: Any) -> Any:
    async def bad(response: str) -> float:
        if response == "r2":
            await act(response)
        return 1.0

    return bad


async def aother(response: str) -> float:
    await anyio.lowlevel.checkpoint()
    return float(response[1:]) / 10


@pytest.mark.parametrize("act", [hang_on_anything, hang_on_cancellation])
@pytest.mark.parametrize("max_concurrency", [1, 4])
def test_a_call_that_swallows_its_cancellation_is_given_up(
    in_loop: Any, act: Any, max_concurrency: int
):
    graders = {"bad": {"grader": at_r2(act), "timeout": 0.05}, "aother": aother}
    results = in_loop(GradingRunner(graders, max_concurrency=max_concurrency).arun, ROWS)
    assert results["bad"][2] == GraderError("timeout", "no answer within 0.05 s")
    assert [each.status for each in results["bad"]].count("score") == 4
    assert [each.score for each in results["aother"]] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert results.summary.reports == (REPORT,)


async def go_on_at_once(_: str) -> None:
    with suppress(BaseException):
        await anyio.sleep_forever()


async def go_on_and_wait(_: str) -> None:
    with suppress(BaseException):
        await anyio.sleep_forever()
    await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("act", [go_on_at_once, go_on_and_wait])
def test_a_call_that_swallows_one_cancellation_and_ends_is_late_and_not_told_of(
    in_loop: Any, act: Any
):
    graders = {"bad": {"grader": at_r2(act), "timeout": 0.05}, "aother": aother}
    results = in_loop(GradingRunner(graders, max_concurrency=1).arun, ROWS)
    assert results["bad"][2] == GraderError("timeout", "no answer within 0.05 s")
    assert [each.status for each in results["bad"]].count("score") == 4
    assert [each.score for each in results["aother"]] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert results.summary.reports == ()


def test_scopes_of_a_call_that_are_cancelled_one_after_another_are_no_refusal(in_loop: Any):
    async def patient(response: str) -> float:
        for _ in range(3):
            with anyio.move_on_after(1.5 * calls.GRACE):
                await anyio.sleep_forever()
        return float(response[1:]) / 10

    results = in_loop(GradingRunner({"patient": patient}).arun, ROWS)
    assert [each.score for each in results["patient"]] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert results.summary.reports == ()


def test_each_call_that_will_not_be_cancelled_is_given_up_and_counted(in_loop: Any):
    async def bad(response: str) -> None:
        await hang_on_cancellation(response)

    runner = GradingRunner({"bad": {"grader": bad, "timeout": 0.05}, "aother": aother})
    results = in_loop(runner.arun, ROWS)
    assert {each.kind for each in results["bad"]} == {"timeout"}
    assert [each.score for each in results["aother"]] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert results.summary.reports == (REPORT.replace("1 call", "5 calls"),)


def test_a_call_that_hangs_in_a_shielded_scope_is_given_up():
    async def shielded(_: str) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.sleep(1000)

    graders = {"bad": {"grader": at_r2(shielded), "timeout": 0.05}, "aother": aother}
    results = GradingRunner(graders).run(ROWS)
    assert results["bad"][2].kind == "timeout"
    assert results.summary.reports == (REPORT,)


def test_a_call_may_tidy_up_when_it_is_cancelled(in_loop: Any):
    tidied = []

    async def tidy(_: str) -> None:
        try:
            await anyio.sleep(1000)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.01)
            tidied.append(True)

    graders = {"bad": {"grader": at_r2(tidy), "timeout": 0.05}}
    results = in_loop(GradingRunner(graders).arun, ROWS)
    assert tidied == [True]
    assert results["bad"][2].kind == "timeout"
    assert results.summary.reports == ()


def test_a_stream_that_is_left_gives_up_what_will_not_be_cancelled(in_loop: Any):
    began = []

    async def hang(response: str) -> None:
        began.append(response)
        await hang_on_anything(response)

    async def leave() -> None:
        async with GradingRunner({"bad": at_r2(hang)}).stream(ROWS):
            await anyio.wait_all_tasks_blocked()
        assert began

    in_loop(leave)


GRADERS = """
from contextlib import suppress
import anyio

async def bad(response: str) -> float:
    if response == "r2":
        with open("begun", "w") as begun:
            begun.write(response)
        while True:
            with suppress(BaseException):
                await anyio.sleep_forever()
    return 1.0
"""
CONFIG = """
[dataset]
path = "rows.jsonl"
[graders.bad]
use = "./graders.py:bad"
"""


def test_a_second_interrupt_ends_a_run_whose_call_will_not_be_cancelled(tmp_path: Path):
    (tmp_path / "graders.py").write_text(GRADERS)
    (tmp_path / "qa.toml").write_text(CONFIG)
    rows = [*ROWS[:2], *ROWS[3:], ROWS[2]]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    os.mkfifo(tmp_path / "begun")
    command = [sys.executable, "-m", "rmg_core", "run", "qa.toml", "--quiet"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) as started:
        assert started.stderr is not None
        assert (tmp_path / "begun").read_text() == "r2"
        started.send_signal(signal.SIGINT)
        assert started.stderr.readline().startswith("stopping: ")
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=30)
    assert started.returncode == 130
    assert said.splitlines() == [
        REPORT,
        "stopped after 4 samples; run again with: rmg run qa.toml --quiet",
    ]
    summary = json.loads((tmp_path / "runs/qa/summary.json").read_bytes())
    assert not summary["complete"]
    assert summary["reports"] == [REPORT]


def test_a_blocked_loop_is_told_of_within_a_second_and_a_half(in_loop: Any, caplog: Any):
    blocked_at = []

    async def block(_: str) -> None:
        blocked_at.append(time.time())
        time.sleep(1.6)  # noqa: ASYNC251 - its fault

    results = in_loop(GradingRunner({"bad": at_r2(block), "aother": aother}).arun, ROWS)
    [record] = [each for each in caplog.records if each.name == "rmg_core"]
    said = record.getMessage()
    assert said.startswith(
        "grader 'bad' has blocked the event loop, and with it every other grader"
    )
    assert "test_calls.py" in said
    assert "in block)" in said
    assert results.summary.reports == (said,)
    # The one time that the contract itself sets.
    assert record.created - blocked_at[0] < 1.5


def test_a_task_that_was_cancelled_from_outside_is_no_refusal():
    async def cancelled(_: str) -> None:
        asyncio.current_task().cancel()  # type: ignore[union-attr]
        await asyncio.sleep(0)

    results = GradingRunner({"bad": at_r2(cancelled)}).run(ROWS)
    assert results["bad"][2].kind == "cancelled"
    assert results.summary.reports == ()
