"""Calls that will not be cancelled, and loops that are blocked."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from rmg_core import GraderError, GradingRunner

ROWS = [{"response": f"r{number}"} for number in range(5)]
REPORT = (
    "1 call of grader 'bad' swallowed the cancellation and had to be given up; "
    "let it pass, or set isolate = true"
)


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


def test_a_blocked_loop_is_told_of_within_a_second_and_a_half(in_loop: Any, caplog: Any):
    blocked_at = []

    async def block(_: str) -> None:
        blocked_at.append(time.time())
        time.sleep(2.0)  # noqa: ASYNC251 - its fault

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
