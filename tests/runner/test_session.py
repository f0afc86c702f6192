from typing import Any

import anyio
import pytest
from attrs import field, frozen

from rmg_core import GradingRunner, RunFailed

ROWS = [{"response": str(number)} for number in range(20)]


@frozen
class Held:
    """A grader that writes down when it is opened and closed, and may fail to."""

    log: list[str] = field(factory=list)
    opening: BaseException | None = None
    closing: BaseException | None = None

    async def aopen(self) -> None:
        self.log.append("open")
        await anyio.lowlevel.checkpoint()
        if self.opening is not None:
            raise self.opening

    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.log.append("close")
        if self.closing is not None:
            raise self.closing

    async def grade(self, response: str) -> float:
        await anyio.lowlevel.checkpoint()
        self.log.append("grade")
        return 1.0


def brackets(held: Held) -> str:
    return " ".join(each for each in held.log if each != "grade")


def test_a_grader_is_open_while_it_grades(in_loop: Any):
    held = Held()
    in_loop(GradingRunner({"held": held}).arun, ROWS)
    assert held.log == ["open", *["grade"] * len(ROWS), "close"]


def test_runs_after_one_another_open_a_grader_again(in_loop: Any):
    held = Held()
    runner = GradingRunner({"held": held})
    for _ in range(2):
        in_loop(runner.arun, ROWS)
    assert brackets(held) == "open close open close"


def test_several_datasets_open_a_grader_once(in_loop: Any):
    held = Held()
    datasets = {str(number): ROWS[:number] for number in range(5)}
    in_loop(GradingRunner({"held": held}).arun_many, datasets)
    assert brackets(held) == "open close"
    assert held.log.count("grade") == 10


def test_several_runs_at_once_share_an_open_grader(in_loop: Any):
    held = Held()
    runner = GradingRunner({"held": held})

    async def run_three() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(runner.arun, ROWS)

    in_loop(run_three)
    assert brackets(held) == "open close"


def test_a_stream_that_is_left_early_closes_its_graders(in_loop: Any):
    held = Held()

    async def take_one() -> None:
        async with GradingRunner({"held": held}).stream(ROWS) as graded:
            await anext(graded)

    in_loop(take_one)
    assert brackets(held) == "open close"


class Stray(BaseException):
    pass


FAULTS = [OSError("no such host"), SystemExit(3), Stray("no")]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", ["opened", "closed"])
def test_a_grader_that_cannot_be_opened_or_closed_ends_the_run_and_is_named(
    in_loop: Any, fault: BaseException, verb: str
):
    first = Held()
    bad = Held(**{"opening" if verb == "opened" else "closing": fault})
    last = Held()
    runner = GradingRunner({"first": first, "bad": bad, "last": last})
    for run in (lambda: runner.arun(ROWS), lambda: runner.arun_many({"a": ROWS, "b": ROWS})):
        with pytest.raises(RunFailed) as caught:
            in_loop(run)
        said = f"{type(fault).__name__}: {fault}"
        assert str(caught.value) == f"grader 'bad' cannot be {verb}: {said}"
        assert caught.value.__cause__ is fault
    assert brackets(first) == "open close open close"
    assert brackets(last) == ("" if verb == "opened" else "open close open close")


@pytest.mark.parametrize("verb", ["opened", "closed"])
def test_a_grader_that_cancels_while_it_is_opened_or_closed_ends_the_run(in_loop: Any, verb: str):
    async def read_it() -> None:
        task = anyio.get_cancelled_exc_class()
        fault = getattr(task, "_create", task)()
        bad = Held(**{"opening" if verb == "opened" else "closing": fault})
        async with GradingRunner({"bad": bad}).stream(ROWS) as graded:
            async for _ in graded:
                pass

    with pytest.raises(RunFailed, match=f"grader 'bad' cannot be {verb}: Cancel"):
        in_loop(read_it)


def test_a_grader_that_cannot_be_closed_is_told_of_when_the_stream_was_left_early(in_loop: Any):
    async def leave_it() -> None:
        runner = GradingRunner({"bad": Held(closing=OSError("no"))})
        async with runner.stream(ROWS) as graded:
            await anext(graded)

    with pytest.raises(RunFailed, match="grader 'bad' cannot be closed: OSError: no"):
        in_loop(leave_it)


def test_a_second_failure_is_a_note_on_the_first(in_loop: Any):
    def rows() -> Any:
        yield ROWS[0]
        raise ValueError("torn")

    runner = GradingRunner({"bad": Held(closing=OSError("no"))})
    with pytest.raises(ValueError, match="torn") as caught:
        in_loop(lambda: runner.arun(rows()))
    assert caught.value.__notes__ == ["grader 'bad' cannot be closed: OSError: no"]


def test_a_run_that_is_cancelled_while_it_opens_closes_what_is_open(in_loop: Any):
    @frozen
    class Slow(Held):
        async def aopen(self) -> None:
            await anyio.sleep_forever()

    first = Held()
    runner = GradingRunner({"first": first, "slow": Slow()})

    async def cancel_it() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runner.arun, ROWS)
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()

    in_loop(cancel_it)
    assert brackets(first) == "open close"


def test_an_aopen_that_the_caller_cancels_is_no_failure_of_the_grader():
    import asyncio

    @frozen
    class Slow(Held):
        async def aopen(self) -> None:
            is_opening.set()
            await asyncio.sleep(1000)

    async def cancel_it() -> None:
        run = asyncio.create_task(GradingRunner({"slow": Slow()}).arun(ROWS))
        await is_opening.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    is_opening = asyncio.Event()
    asyncio.run(cancel_it())
