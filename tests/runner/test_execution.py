import itertools
import threading
from collections.abc import AsyncIterator, Iterator
from time import perf_counter
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio import wait_all_tasks_blocked

from rmg_core import DataError, GraderError, GraderScore, GradingRunner, RunFailed
from rmg_core.runner import execution
from rmg_core.runner.execution import WINDOW_AT_LEAST
from rmg_core.runner.lanes import MOST_IN_CHUNK

ROWS = [{"response": str(number)} for number in range(40)]


async def waiting(response: str) -> float:
    await anyio.lowlevel.checkpoint()
    return 1.0


def plain(response: str) -> float:
    return 1.0


def in_lane(crowd: Any, lane: str) -> Any:
    async def loop(response: str) -> float:
        return await crowd.ameet()

    def thread(response: str) -> float:
        return crowd.meet()

    return {"loop": loop, "thread": thread}[lane]


@pytest.mark.parametrize("lane", ["loop", "thread"])
def test_max_concurrency_is_reached_and_never_exceeded(in_loop: Any, crowd_of: Any, lane: str):
    crowd = crowd_of(5)
    runner = GradingRunner({"grader": in_lane(crowd, lane)}, max_concurrency=5)
    results = in_loop(runner.arun, ROWS)
    assert results["grader"] == [GraderScore(1.0)] * len(ROWS)
    assert crowd.most == 5


@pytest.mark.parametrize("lane", ["loop", "thread"])
def test_a_limit_of_a_grader_is_reached_and_never_exceeded(in_loop: Any, crowd_of: Any, lane: str):
    narrow, wide = crowd_of(2), crowd_of(4)
    graders = {
        "narrow": {"grader": in_lane(narrow, lane), "max_concurrency": 2},
        "wide": in_lane(wide, lane),
    }
    results = in_loop(GradingRunner(graders, max_concurrency=6).arun, ROWS)
    assert [len(column) for column in results.values()] == [len(ROWS)] * 2
    assert narrow.most == 2
    assert 4 <= wide.most <= 6


@pytest.mark.parametrize("lane", ["loop", "thread"])
def test_the_limit_holds_for_the_graders_together(in_loop: Any, crowd_of: Any, lane: str):
    crowd = crowd_of(3)
    graders = {"one": in_lane(crowd, lane), "two": in_lane(crowd, lane)}
    in_loop(GradingRunner(graders, max_concurrency=3).arun, ROWS)
    assert crowd.most == 3


@pytest.mark.parametrize("lane", ["loop", "thread"])
def test_the_limit_holds_for_several_runs_in_one_loop(in_loop: Any, crowd_of: Any, lane: str):
    crowd = crowd_of(3)
    runner = GradingRunner({"grader": in_lane(crowd, lane)}, max_concurrency=3)

    async def run_three() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(runner.arun, ROWS)

    in_loop(run_three)
    assert crowd.most == 3


def test_a_limit_of_a_grader_holds_for_several_runs(in_loop: Any, crowd_of: Any):
    crowd = crowd_of(2)
    entry = {"grader": in_lane(crowd, "loop"), "max_concurrency": 2}
    runner = GradingRunner({"narrow": entry, "other": waiting}, max_concurrency=6)
    results = in_loop(runner.arun_many, {"a": ROWS, "b": ROWS, "c": ROWS})
    assert crowd.most == 2
    assert {len(column) for each in results.values() for column in each.values()} == {len(ROWS)}


def test_a_grader_that_waits_for_its_limit_keeps_no_other_out(in_loop: Any):
    """The narrow grader of a first run holds its place until the other one is all done."""

    async def narrow(response: str) -> float:
        await is_over.wait()
        return 1.0

    async def other(response: str) -> float:
        graded.append(response)
        if len(graded) == 2 * len(ROWS):
            is_over.set()
        return 1.0

    async def run_two() -> None:
        nonlocal is_over
        is_over = anyio.Event()
        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(runner.arun, ROWS)

    is_over: Any = None
    graded: list[str] = []
    graders = {"narrow": {"grader": narrow, "max_concurrency": 1}, "other": other}
    runner = GradingRunner(graders, max_concurrency=3)
    in_loop(run_two)
    assert len(graded) == 2 * len(ROWS)


def test_there_is_never_one_task_a_cell(in_loop: Any):
    most = 0

    async def count(response: str) -> float:
        nonlocal most
        most = max(most, len(anyio.get_running_tasks()))
        await anyio.lowlevel.checkpoint()
        return 1.0

    graders = {"one": count, "two": count, "plain": plain}
    in_loop(GradingRunner(graders, max_concurrency=4).arun, ROWS * 10)
    assert most <= 4 + 6


def test_results_are_in_the_order_of_the_dataset_whatever_finishes_first(in_loop: Any):
    async def last_first(response: str) -> float:
        if response != "39":
            await is_last.wait()
        is_last.set()
        return int(response) / 100

    async def run() -> Any:
        nonlocal is_last
        is_last = anyio.Event()
        return await GradingRunner({"last": last_first}, max_concurrency=40).arun(ROWS)

    is_last: Any = None
    results = in_loop(run)
    assert results["last"] == [GraderScore(number / 100) for number in range(40)]


def endless(pulled: list[int]) -> Iterator[dict[str, Any]]:
    for number in itertools.count():
        pulled.append(number)
        yield {"response": str(number)}


async def aendless(pulled: list[int]) -> AsyncIterator[dict[str, Any]]:
    for row in endless(pulled):
        await anyio.lowlevel.checkpoint()
        yield row


@pytest.mark.parametrize("rows_of", [endless, aendless])
@pytest.mark.parametrize("graders", [{"a": waiting}, {"p": plain}, {"a": waiting, "p": plain}])
def test_a_slow_consumer_holds_the_reader_back(in_loop: Any, rows_of: Any, graders: Any):
    async def consume_slowly() -> None:
        async with GradingRunner(graders, max_concurrency=4).stream(rows_of(pulled)) as graded:
            for taken in range(1, 20):
                await anext(graded)
                await wait_all_tasks_blocked()
                assert len(pulled) - taken <= bound

    pulled: list[int] = []
    bound = 2 * MOST_IN_CHUNK if "p" in graders else WINDOW_AT_LEAST
    in_loop(consume_slowly)
    assert len(pulled) >= 20


@pytest.mark.parametrize("rows_of", [endless, aendless])
def test_an_endless_dataset_can_be_left_early(in_loop: Any, rows_of: Any):
    async def take_five() -> list[int]:
        seen = []
        async with runner.stream(rows_of([])) as graded:
            async for each in graded:
                seen.append(each.index)
                if len(seen) == 5:
                    break
        return seen

    runner = GradingRunner({"a": waiting, "p": plain})
    assert len(set(in_loop(take_five))) == 5
    assert len(in_loop(runner.arun, ROWS)["a"]) == len(ROWS)


def test_an_async_generator_that_is_left_early_is_closed(in_loop: Any):
    closed = []

    async def rows() -> AsyncIterator[dict[str, str]]:
        try:
            for row in endless([]):
                yield row
        finally:
            closed.append(True)

    async def take_one() -> None:
        async with GradingRunner({"a": waiting}).stream(rows()) as graded:
            await anext(graded)
            await wait_all_tasks_blocked()

    in_loop(take_one)
    assert closed == [True]


def check_that_it_is(caught: BaseException, failure: BaseException) -> None:
    if isinstance(failure, BaseExceptionGroup):
        # trio makes groups anew on their way through a cancel scope.
        assert caught.message == failure.message  # type: ignore[attr-defined]
        assert caught.exceptions == failure.exceptions  # type: ignore[attr-defined]
    else:
        assert caught is failure


@pytest.mark.parametrize(
    "failure", [ValueError("mine"), ExceptionGroup("mine", [ValueError()]), SystemExit(3)]
)
def test_an_exception_in_the_body_comes_out_as_it_is(in_loop: Any, failure: BaseException):
    cause = OSError("why")

    async def fail() -> None:
        async with GradingRunner({"a": waiting}).stream(endless([])) as graded:
            await anext(graded)
            raise failure from cause

    with pytest.raises(type(failure)) as caught:
        in_loop(fail)
    check_that_it_is(caught.value, failure)
    assert caught.value.__cause__ is cause


class Trouble(Exception):
    pass


def breaking(failure: BaseException) -> Iterator[dict[str, str]]:
    yield from ROWS
    raise failure


async def abreaking(failure: BaseException) -> AsyncIterator[dict[str, str]]:
    for row in breaking(failure):
        yield row


@pytest.mark.parametrize("rows_of", [breaking, abreaking])
@pytest.mark.parametrize("failure", [Trouble("disk"), ExceptionGroup("two", [Trouble()])])
def test_an_exception_of_the_dataset_comes_out_as_it_is(
    in_loop: Any, rows_of: Any, failure: Exception
):
    runner = GradingRunner({"a": waiting, "p": plain})

    async def stream() -> list[int]:
        async with runner.stream(rows_of(failure)) as graded:
            return [each.index async for each in graded]

    for run in (stream, lambda: runner.arun(rows_of(failure))):
        with pytest.raises(type(failure)) as caught:
            in_loop(run)
        check_that_it_is(caught.value, failure)


def test_a_dataset_that_cancels_itself_ends_the_run(in_loop: Any):
    async def rows() -> AsyncIterator[dict[str, str]]:
        yield ROWS[0]
        cancelled = anyio.get_cancelled_exc_class()
        raise getattr(cancelled, "_create", cancelled)()  # noqa: RSE102 - trio's is a function

    with pytest.raises(RunFailed, match="the dataset raised a cancellation of its own"):
        in_loop(lambda: GradingRunner({"a": waiting}).arun(rows()))


async def each_of(rows: list[Any]) -> AsyncIterator[Any]:
    for row in rows:
        yield row


@pytest.mark.parametrize("rows_of", [iter, each_of])
def test_a_row_that_is_not_a_mapping_is_named(in_loop: Any, rows_of: Any):
    rows = [*ROWS[:3], 17]
    with pytest.raises(DataError) as caught:
        in_loop(lambda: GradingRunner({"a": waiting}).arun(rows_of(rows)))
    assert str(caught.value) == (
        "row 3 (counted from 0) is a int; a sample is a dict of its fields"
    )


def test_samples_of_an_async_iterable_have_their_index(in_loop: Any):
    async def indexes() -> list[int]:
        async with GradingRunner({"a": waiting}).stream(each_of(ROWS)) as graded:
            return [each.index async for each in graded]

    assert sorted(in_loop(indexes)) == list(range(len(ROWS)))


def test_a_stream_gives_the_sample_its_outcomes_and_its_repeats(in_loop: Any):
    async def first() -> Any:
        graders = {"a": {"grader": waiting, "repeats": 2}, "p": plain}
        runner = GradingRunner(graders, aggregators={"mean": "basic/mean"}, id_field="response")
        async with runner.stream(ROWS[:1]) as graded:
            return [each async for each in graded], graded.ended

    [each], ended = in_loop(first)
    assert (each.index, each.id, each.sample) == (0, "0", ROWS[0])
    assert list(each.outcomes) == ["a", "p", "mean"]
    assert each.repeats == {"a": [GraderScore(1.0)] * 2}
    assert (ended.samples, ended.cells, ended.finished) == (1, 3, 3)
    assert ended.is_complete


def test_a_stream_can_be_read_by_several_tasks(in_loop: Any):
    async def share() -> list[int]:
        seen: list[int] = []

        async def take(graded: Any) -> None:
            async for each in graded:
                seen.append(each.index)
                await anyio.lowlevel.checkpoint()

        async with (
            GradingRunner({"a": waiting}).stream(ROWS) as graded,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(3):
                tasks.start_soon(take, graded)
        return seen

    assert sorted(in_loop(share)) == list(range(len(ROWS)))


@pytest.mark.parametrize("graders", [{"a": waiting}, {"p": plain}, {"a": waiting, "p": plain}])
@pytest.mark.parametrize("is_waiting", [True, False])
def test_a_stream_that_is_stopped_gives_what_has_begun_and_ends(
    in_loop: Any, graders: Any, is_waiting: bool
):
    async def stop() -> Any:
        seen = []
        runner = GradingRunner(graders, aggregators={"mean": "basic/mean"}, max_concurrency=2)
        async with runner.stream(endless([])) as graded:
            async for each in graded:
                seen.append(each)
                if len(seen) == 3:
                    if is_waiting:
                        await wait_all_tasks_blocked()
                    graded.stop()
            return seen, graded.ended

    seen, ended = in_loop(stop)
    assert ended.is_stopped
    assert not ended.is_complete
    assert 3 <= len(seen) <= ended.samples
    assert ended.finished <= ended.cells
    for each in seen:
        assert [outcome.score for outcome in each.outcomes.values()] == [1.0] * len(each.outcomes)


def test_a_stream_that_is_stopped_before_it_began_is_empty(in_loop: Any):
    async def stop() -> Any:
        async with GradingRunner({"a": waiting}).stream(ROWS) as graded:
            graded.stop()
            return [each async for each in graded]

    assert in_loop(stop) == []


def test_a_stop_finishes_what_is_in_flight(in_loop: Any):
    async def hold(response: str) -> float:
        started.append(response)
        await go_on.wait()
        return 1.0

    async def stop() -> list[int]:
        nonlocal go_on
        go_on = anyio.Event()
        async with GradingRunner({"hold": hold}, max_concurrency=3).stream(ROWS) as graded:
            await wait_all_tasks_blocked()
            graded.stop()
            go_on.set()
            return [each.index async for each in graded]

    go_on: Any = None
    started: list[str] = []
    assert sorted(in_loop(stop)) == [0, 1, 2]
    assert started == ["0", "1", "2"]


def test_a_run_in_a_cancelled_scope_leaves_the_limits_free(in_loop: Any):
    runner = GradingRunner({"a": waiting, "p": plain}, max_concurrency=2)

    async def cancel_and_run_again() -> Any:
        for _ in range(5):
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(runner.arun, ROWS * 100)
                    await anyio.lowlevel.checkpoint()
                    scope.cancel()
        return await runner.arun(ROWS)

    results = in_loop(cancel_and_run_again)
    assert results["a"] == results["p"] == [GraderScore(1.0)] * len(ROWS)


def test_threads_that_a_cancelled_run_leaves_do_not_hold_the_next_one_up(in_loop: Any):
    go_on, is_running = threading.Event(), threading.Event()

    def hang(response: str) -> float:
        if response == "hang":
            is_running.set()
            go_on.wait(20)
        return 1.0

    async def cancel_and_run_again() -> Any:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runner.arun, [{"response": "hang"}])
            while not is_running.is_set():
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
        return await runner.arun(ROWS)

    runner = GradingRunner({"hang": hang}, max_concurrency=1)
    try:
        results = in_loop(cancel_and_run_again)
    finally:
        go_on.set()
    assert results["hang"] == [GraderScore(1.0)] * len(ROWS)


def test_an_empty_dataset_is_graded_at_once(in_loop: Any):
    results = in_loop(GradingRunner({"a": waiting, "p": plain}).arun, [])
    assert dict(results) == {"a": [], "p": []}
    assert results.summary.samples == 0


def test_first_calls_of_plain_graders_follow_one_another(in_loop: Any):
    calls: list[str] = []

    def make(name: str) -> Any:
        def grade(response: str) -> float:
            calls.append(f"{name} begins")
            if response == "first":
                # Long enough for another thread to begin, if one may.
                threading.Event().wait(0.03)
            calls.append(f"{name} ends")
            return 1.0

        return grade

    runner = GradingRunner({name: make(name) for name in "ab"}, max_concurrency=4)
    in_loop(runner.arun, [{"response": "first"}])
    assert calls in (
        ["a begins", "a ends", "b begins", "b ends"],
        ["b begins", "b ends", "a begins", "a ends"],
    )


def test_a_first_call_that_takes_long_holds_the_others_back_for_a_while_only(
    in_loop: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(execution, "WARM_UP", 0.01)
    other_began = threading.Event()

    def slow(response: str) -> float:
        return float(other_began.wait(20))

    def other(response: str) -> float:
        other_began.set()
        return 1.0

    runner = GradingRunner({"slow": slow, "other": other}, max_concurrency=4)
    results = in_loop(runner.arun, [{"response": "x"}])
    assert results["slow"] == [GraderScore(1.0)]


def test_an_async_grader_that_blocks_past_its_deadline_is_late(in_loop: Any):
    async def blocks(response: str) -> float:
        threading.Event().wait(0.05)
        return 1.0

    runner = GradingRunner({"blocks": {"grader": blocks, "timeout": 0.01}})
    [outcome] = in_loop(runner.arun, [{"response": "x"}])["blocks"]
    assert outcome == GraderError("timeout", "no answer within 0.01 s")


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_graders_that_never_wait_let_others_have_their_turn(in_loop: Any, timeout: float | None):
    """Each cell works for 100 µs, and after 500 µs it is the turn of the others."""
    turns = 0

    async def busy(response: str) -> float:
        began = perf_counter()
        while perf_counter() < began + 1e-4:
            pass
        return 1.0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async def both() -> None:
        entry = {"grader": busy, "timeout": timeout}
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(others)
            await GradingRunner({"busy": entry}, max_concurrency=1).arun(ROWS * 50)
            tasks.cancel_scope.cancel()

    in_loop(both)
    assert turns > len(ROWS) * 50 // 40
