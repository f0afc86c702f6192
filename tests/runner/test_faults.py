"""Whatever a grader does, the other cells are those of a run without it."""

import asyncio
import math
import threading
from collections.abc import Callable
from typing import Any

import anyio
import numpy as np
import pytest

from rmg_core import GraderError, GraderScore, GraderSkip, GradingRunner
from rmg_core.errors import CannotGrade

ROWS = [{"response": f"r{number}", "parts": {"tags": ["a"]}} for number in range(7)]
CULPRIT = "r3"


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError("no")

    __repr__ = __str__


class Stray(BaseException):
    pass


def endless(n: int) -> int:
    return endless(n + 1)


def raising(fault: Callable[[], BaseException]) -> Callable[[], Any]:
    def act() -> Any:
        raise fault()

    return act


def holding_itself() -> dict[str, Any]:
    made: dict[str, Any] = {}
    made["self"] = made
    return made


def generated() -> Any:
    yield 1.0


async def awaited() -> float:
    return 1.0


FAULTS: dict[str, tuple[Callable[[], Any], str]] = {
    "exception": (raising(lambda: ValueError("no")), "grader_error"),
    "mute exception": (raising(Mute), "grader_error"),
    "recursion": (lambda: endless(0), "grader_error"),
    "memory": (raising(MemoryError), "grader_error"),
    "group": (raising(lambda: ExceptionGroup("g", [ValueError(), OSError()])), "grader_error"),
    "exit": (raising(lambda: SystemExit(3)), "grader_error"),
    "generator exit": (raising(GeneratorExit), "grader_error"),
    "base exception": (raising(lambda: Stray("no")), "grader_error"),
    "stop iteration": (raising(lambda: StopIteration(1.0)), "grader_error"),
    "stop async iteration": (raising(StopAsyncIteration), "grader_error"),
    "kind of its own": (raising(lambda: CannotGrade("no", "my_kind")), "grader_error"),
    "kind of ours": (raising(lambda: CannotGrade("no", "bad_input")), "bad_input"),
    "none": (lambda: None, "bad_return"),
    "text": (lambda: "1.0", "bad_return"),
    "dict": (lambda: {"score": 1.0}, "bad_return"),
    "generator": (generated, "bad_return"),
    "coroutine": (awaited, "bad_return"),
    "nan": (lambda: math.nan, "bad_return"),
    "infinity": (lambda: GraderScore(math.inf), "bad_return"),
    "huge": (lambda: 10**400, "bad_return"),
    "array": (lambda: np.array([1.0, 2.0]), "bad_return"),
    "off the scale": (lambda: 1.5, "out_of_scale"),
    "metadata": (lambda: GraderScore(1.0, metadata={"a": object()}), "bad_return"),
    "endless metadata": (lambda: GraderScore(1.0, metadata=holding_itself()), "bad_return"),
}


def other(response: str) -> GraderScore:
    return GraderScore(float(response[1:]) / 10, f"of {response}")


async def aother(response: str) -> GraderScore:
    await anyio.lowlevel.checkpoint()
    return other(response)


def in_lane(act: Callable[[], Any], lane: str) -> Any:
    """Return a grader that acts on one sample, and grades the others."""

    def plain(response: str) -> Any:
        return act() if response == CULPRIT else other(response)

    async def waiting(response: str) -> Any:
        await anyio.lowlevel.checkpoint()
        return plain(response)

    return {"thread": plain, "loop": waiting}[lane]


def check_that_only_the_culprit_fails(results: Any, kind: str) -> GraderError:
    expected = [other(row["response"]) for row in ROWS]
    assert results["other"] == expected
    assert results["aother"] == expected
    column = list(results["bad"])
    outcome = column.pop(3)
    assert column == expected[:3] + expected[4:]
    assert isinstance(outcome, GraderError)
    assert outcome.kind == kind
    assert results.summary.is_complete
    return outcome


def grade(in_loop: Any, bad: Any, **options: Any) -> Any:
    graders = {"bad": {"grader": bad, **options}, "other": other, "aother": aother}
    # With one at a time, the task and the thread that the culprit was in run the others too.
    return in_loop(GradingRunner(graders, max_concurrency=1).arun, ROWS)


@pytest.mark.parametrize("lane", ["thread", "loop"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("timeout", [None, 60.0], ids=["", "timed"])
def test_a_fault_is_an_error_of_its_own_cell(
    in_loop: Any, fault: str, lane: str, timeout: float | None
):
    act, kind = FAULTS[fault]
    results = grade(in_loop, in_lane(act, lane), timeout=timeout)
    check_that_only_the_culprit_fails(results, kind)


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_fault_stays_in_its_cell_where_cells_are_kept(in_loop: Any, repeats: int, kept: Any):
    act, kind = FAULTS["exit"]
    graders = {
        "bad": {"grader": in_lane(act, "loop"), "repeats": repeats},
        "worse": {"grader": in_lane(act, "thread"), "repeats": repeats},
        "aother": aother,
        "other": other,
    }
    runner, cells = kept(GradingRunner(graders, max_concurrency=2))
    results = in_loop(runner.arun, ROWS)
    assert [each.kind for each in (results["bad"][3], results["worse"][3])] == [kind, kind]
    assert len(cells) == len(ROWS) * (2 * repeats + 2)
    assert results["other"] == [other(row["response"]) for row in ROWS]


def test_a_cancellation_that_a_plain_grader_raises_is_its_own(in_loop: Any):
    act = raising(asyncio.CancelledError)
    check_that_only_the_culprit_fails(grade(in_loop, in_lane(act, "thread")), "grader_error")


def test_a_cancellation_that_an_async_grader_raises_is_its_own(in_loop: Any):
    async def bad(response: str) -> Any:
        if response == CULPRIT:
            cancelled = anyio.get_cancelled_exc_class()
            raise getattr(cancelled, "_create", cancelled)()  # noqa: RSE102 - trio's is a function
        return other(response)

    outcome = check_that_only_the_culprit_fails(grade(in_loop, bad), "cancelled")
    assert outcome.error.startswith("Cancel")


@pytest.mark.parametrize("timeout", [None, 60.0])
def test_a_grader_that_cancels_its_task_and_waits_harms_itself_alone(timeout: float | None):
    async def bad(response: str) -> Any:
        if response == CULPRIT:
            asyncio.current_task().cancel()  # type: ignore[union-attr]
            await asyncio.sleep(0)
        return other(response)

    check_that_only_the_culprit_fails(grade(anyio.run, bad, timeout=timeout), "cancelled")


def test_a_grader_that_cancels_its_task_and_returns_harms_nobody():
    async def bad(response: str) -> Any:
        asyncio.current_task().cancel()  # type: ignore[union-attr]
        return other(response)

    results = GradingRunner({"bad": bad, "aother": aother}, max_concurrency=1).run(ROWS)
    expected = [other(row["response"]) for row in ROWS]
    assert dict(results) == {"bad": expected, "aother": expected}


def test_a_deadline_holds_in_a_task_that_a_grader_has_cancelled_before():
    async def bad(response: str) -> Any:
        asyncio.current_task().cancel()  # type: ignore[union-attr]
        return other(response)

    async def late(response: str) -> float:
        await anyio.sleep_forever()
        return 1.0

    graders = {"bad": bad, "late": {"grader": late, "timeout": 0.001}}
    results = GradingRunner(graders, max_concurrency=1).run(ROWS[:3])
    assert [each.kind for each in results["late"]] == ["timeout"] * 3


def test_a_task_that_a_grader_left_behind_can_cancel_its_worker_and_lose_nothing():
    async def bad(response: str) -> Any:
        worker = asyncio.current_task()
        left_behind.append(asyncio.create_task(cancel_later(worker)))
        return other(response)

    async def cancel_later(worker: Any) -> None:
        await asyncio.sleep(0)
        worker.cancel()

    left_behind: list[Any] = []
    graders = {"bad": bad, "other": other}
    results = GradingRunner(graders, max_concurrency=1).run(ROWS)
    expected = [other(row["response"]) for row in ROWS]
    assert dict(results) == {"bad": expected, "other": expected}


@pytest.mark.parametrize("max_concurrency", [1, 3])
def test_an_async_grader_that_does_not_answer_in_time_is_timed_out(
    in_loop: Any, max_concurrency: int
):
    async def bad(response: str) -> Any:
        if response == CULPRIT:
            await anyio.sleep_forever()
        return other(response)

    graders = {"bad": {"grader": bad, "timeout": 0.01}, "other": other, "aother": aother}
    results = in_loop(GradingRunner(graders, max_concurrency=max_concurrency).arun, ROWS)
    outcome = check_that_only_the_culprit_fails(results, "timeout")
    assert outcome == GraderError("timeout", "no answer within 0.01 s")


def test_a_deadline_that_a_grader_turns_into_an_error_of_its_own_is_a_timeout(in_loop: Any):
    async def bad(response: str) -> Any:
        if response == CULPRIT:
            try:
                await anyio.sleep_forever()
            except BaseException as fault:
                raise ConnectionError("gone") from fault
        return other(response)

    check_that_only_the_culprit_fails(grade(in_loop, bad, timeout=0.01), "timeout")


def test_a_thread_that_does_not_answer_is_left_behind_and_told_of(in_loop: Any):
    go_on = threading.Event()

    def bad(response: str) -> Any:
        if response == CULPRIT:
            go_on.wait(20)
        return other(response)

    try:
        results = grade(in_loop, bad, timeout=0.05)
    finally:
        go_on.set()
    outcome = check_that_only_the_culprit_fails(results, "timeout")
    assert outcome == GraderError("timeout", "no answer within 0.05 s")
    assert results.summary.reports == (
        (
            "1 call of grader 'bad' passed the time-out of 0.05 s; a thread cannot be stopped, "
            "and what it does may go on (set isolate = true)"
        ),
    )


def test_threads_that_are_left_behind_do_not_use_up_the_places(in_loop: Any):
    go_on = threading.Event()

    def bad(response: str) -> float:
        go_on.wait(20)
        return 1.0

    runner = GradingRunner({"bad": {"grader": bad, "timeout": 0.01}}, max_concurrency=2)
    try:
        results = in_loop(runner.arun, ROWS)
    finally:
        go_on.set()
    assert [each.kind for each in results["bad"]] == ["timeout"] * len(ROWS)
    [report] = results.summary.reports
    assert report.startswith(f"{len(ROWS)} calls of grader 'bad' passed the time-out of 0.01 s; ")


@pytest.mark.parametrize("lane", ["thread", "loop"])
@pytest.mark.parametrize("mapper", [{"parts": "parts"}, lambda sample: {"parts": sample["parts"]}])
def test_a_grader_that_changes_a_sample_gets_an_error_and_the_others_the_original(
    in_loop: Any, lane: str, mapper: Any
):
    def change(parts: dict[str, Any]) -> float:
        parts["tags"].append("b")
        return 1.0

    async def achange(parts: dict[str, Any]) -> float:
        return change(parts)

    def count(parts: dict[str, Any]) -> float:
        return len(parts["tags"]) / 10

    graders = {
        "change": {"grader": {"thread": change, "loop": achange}[lane], "mapper": mapper},
        "count": count,
    }
    results = in_loop(GradingRunner(graders).arun, ROWS)
    assert {each.error.partition(";")[0] for each in results["change"]} == {
        "TypeError: this list belongs to a sample, which all graders share, and cannot be changed"
    }
    assert results["count"] == [GraderScore(0.1)] * len(ROWS)


def test_a_mapper_that_changes_a_sample_gets_an_error_and_the_others_the_original():
    def change(sample: Any) -> Any:
        sample["response"] = "changed"
        return sample

    runner = GradingRunner({"change": {"grader": other, "mapper": change}, "other": other})
    results = runner.run(ROWS)
    assert {each.kind for each in results["change"]} == {"mapper_error"}
    assert results["other"] == [other(row["response"]) for row in ROWS]


def test_a_constant_of_a_mapper_cannot_be_changed():
    def change(tags: list[str], response: str) -> float:
        tags.append(response)
        return len(tags) / 10

    mapper = {"tags": {"value": ["a"]}, "response": "response"}
    results = GradingRunner({"change": {"grader": change, "mapper": mapper}}).run(ROWS)
    assert {each.kind for each in results["change"]} == {"grader_error"}


def test_a_mapper_that_exits_is_an_error_that_names_the_sample(in_loop: Any):
    def leave(sample: Any) -> Any:
        if sample["response"] == CULPRIT:
            raise SystemExit(1)
        return {"response": sample["response"]}

    graders = {
        "bad": {"grader": aother, "mapper": leave},
        "other": {"grader": other, "mapper": leave},
    }
    results = in_loop(GradingRunner(graders).arun, ROWS)
    for column in results.values():
        assert column[3].kind == "mapper_error"
        assert column[3].error == "sample 3: SystemExit: 1"
        assert [each.status for each in column].count("score") == len(ROWS) - 1


@pytest.mark.parametrize("lane", ["thread", "loop"])
def test_an_interrupt_passes_and_leaves_no_thread(in_loop: Any, lane: str):
    runner = GradingRunner({"bad": in_lane(raising(KeyboardInterrupt), lane)}, max_concurrency=2)

    async def stream() -> None:
        async with runner.stream(ROWS) as graded:
            async for _ in graded:
                pass

    for run in (
        lambda: runner.arun(ROWS),
        lambda: runner.arun_many({"a": ROWS, "b": ROWS}),
        stream,
    ):
        with pytest.raises(KeyboardInterrupt):
            in_loop(run)
    # An idle worker thread that nobody ends would keep the process from ending.
    for thread in threading.enumerate():
        if thread.name == "rmg worker":
            thread.join(20)
            assert not thread.is_alive()


def test_our_own_cancellation_passes(in_loop: Any):
    is_waiting = None
    seen: list[str] = []

    async def bad(response: str) -> float:
        is_waiting.set()  # type: ignore[union-attr]
        try:
            await anyio.sleep_forever()
        except BaseException as fault:
            seen.append(type(fault).__name__)
            raise
        return 1.0

    async def cancel_while_it_waits() -> bool:
        nonlocal is_waiting
        is_waiting = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(GradingRunner({"bad": bad}).arun, ROWS)
            await is_waiting.wait()
            tasks.cancel_scope.cancel()
        return True

    assert in_loop(cancel_while_it_waits)
    assert set(seen) <= {"CancelledError", "Cancelled"}
    assert seen


def test_an_error_that_a_grader_makes_of_our_cancellation_is_not_kept(in_loop: Any, kept: Any):
    async def bad(response: str) -> float:
        try:
            await anyio.sleep_forever()
        except BaseException as fault:
            raise ConnectionError("gone") from fault
        return 1.0

    runner, cells = kept(GradingRunner({"bad": bad}))

    async def leave_at_once() -> None:
        async with runner.stream(ROWS):
            await anyio.wait_all_tasks_blocked()

    in_loop(leave_at_once)
    assert cells == []


def test_a_native_cancellation_of_the_caller_passes():
    is_waiting = asyncio.Event()

    async def hang(response: str) -> float:
        is_waiting.set()
        await asyncio.sleep(1000)
        return 1.0

    async def cancel_it() -> None:
        run = asyncio.create_task(GradingRunner({"hang": hang}).arun(ROWS))
        await is_waiting.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    asyncio.run(cancel_it())


def skip(response: str) -> Any:
    return GraderSkip("does not apply")


@pytest.mark.parametrize("returned", [None, math.nan, "x", raising(SystemExit)])
def test_an_aggregator_that_fails_is_an_error_in_its_own_column(in_loop: Any, returned: Any):
    import attrs

    @attrs.frozen
    class Bad:
        def combine(self, outcomes: Any) -> Any:
            return returned() if callable(returned) else returned

    runner = GradingRunner(
        {"other": other, "skip": skip},
        aggregators={
            "bad": Bad(),
            "mean": {"aggregator": "basic/mean", "options": {"graders": ["other"]}},
        },
    )
    results = in_loop(runner.arun, ROWS)
    assert {each.status for each in results["bad"]} == {"error"}
    assert [each.score for each in results["mean"]] == [each.score for each in results["other"]]
