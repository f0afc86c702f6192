import threading
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import anyio
import pytest
from attrs import evolve, field, frozen

from rmg_core import GradingRunner, RunFailed
from rmg_core.outcomes import Cell
from rmg_core.plan import NamedPart, Plan
from rmg_core.runner.delivery import MOST_WAITING
from rmg_core.runner.lanes import MOST_IN_CHUNK

ROWS = [{"response": str(number)} for number in range(500)]


def plain(response: str) -> float:
    return 1.0


async def waiting(response: str) -> float:
    await anyio.lowlevel.checkpoint()
    return 1.0


@frozen
class Told:
    """A sink and an observer in one, which writes down what it is told, and may fail."""

    name: str
    log: list[tuple[str, str, Any]]
    failing: dict[str, BaseException] = field(factory=dict)

    def _note(self, event: str, argument: Any = None) -> None:
        self.log.append((self.name, event, argument))
        if event in self.failing:
            raise self.failing[event]

    def open(self, plan: Plan) -> None:
        self._note("open", plan)

    def write(self, cells: Sequence[Cell]) -> None:
        self._note("write", list(cells))

    def close(self) -> None:
        self._note("close")

    def run_started(self, plan: Plan) -> None:
        self._note("run_started", plan)

    def outcomes(self, cells: Sequence[Cell]) -> None:
        self._note("outcomes", list(cells))

    def run_finished(self, summary: Any) -> None:
        self._note("run_finished", summary)


def watched(
    graders: Any, sinks: Sequence[Any], observers: Sequence[Any] = (), **options: Any
) -> GradingRunner:
    plan = evolve(
        GradingRunner(graders, **options).plan,
        sinks=tuple(NamedPart(f"s{number}", sink) for number, sink in enumerate(sinks)),
        observers=tuple(NamedPart(f"o{number}", each) for number, each in enumerate(observers)),
    )
    return GradingRunner.from_plan(plan)


def events(log: list[tuple[str, str, Any]]) -> list[tuple[str, str]]:
    return [(name, event) for name, event, _ in log]


def cells_of(log: list[tuple[str, str, Any]], name: str, event: str = "write") -> list[Cell]:
    return [cell for who, what, cells in log if (who, what) == (name, event) for cell in cells]


GRADERS: dict[str, Any] = {
    "plain": plain,
    "waiting": {"grader": waiting, "repeats": 2},
    "timed": {"grader": plain, "timeout": 60},
}


def test_a_sink_gets_every_cell_exactly_once_before_the_observers(in_loop: Any):
    log: list[Any] = []
    runner = watched(
        GRADERS,
        [Told("first", log), Told("second", log)],
        [Told("observer", log)],
        aggregators={"mean": {"aggregator": "basic/mean", "options": {"graders": ["plain"]}}},
    )
    results = in_loop(runner.arun, ROWS)

    told = events(log)
    assert told[:3] == [("first", "open"), ("second", "open"), ("observer", "run_started")]
    assert told[-3:] == [
        ("first", "close"),
        ("second", "close"),
        ("observer", "run_finished"),
    ]
    batch = [("first", "write"), ("second", "write"), ("observer", "outcomes")]
    assert told[3:-3] == batch * ((len(told) - 6) // 3)
    kept = cells_of(log, "first")
    assert kept == cells_of(log, "second") == cells_of(log, "observer", "outcomes")
    expected = {
        (index, grader, repeat)
        for index in range(len(ROWS))
        for grader, repeats in [("plain", 1), ("waiting", 2), ("timed", 1), ("mean", 1)]
        for repeat in range(repeats)
    }
    assert sorted((cell.index, cell.grader, cell.repeat) for cell in kept) == sorted(expected)
    assert log[-1][2] == results.summary


def test_cells_have_a_fingerprint_a_time_and_the_id_of_their_sample(in_loop: Any, kept: Any):
    def fail(response: str) -> float:
        raise ValueError(response)

    graders = {"plain": {"grader": plain, "repeats": 2}, "waiting": waiting, "fail": fail}
    runner, cells = kept(GradingRunner(graders))
    in_loop(runner.arun, [*ROWS[:2], ROWS[0], {"other": 1}])
    by_cell = {(cell.index, cell.grader, cell.repeat): cell for cell in cells}
    prints = {key: cell.fingerprint for key, cell in by_cell.items()}
    assert all(prints[3, name, 0] == "" for name in graders)
    assert all(len(prints[0, name, 0]) == 32 for name in graders)
    assert prints[0, "plain", 0] == prints[2, "plain", 0]
    graded = [each for key, each in prints.items() if key[0] in (0, 1)]
    assert len(set(graded)) == len(graded)
    assert all(cell.seconds >= 0 for cell in cells)


GO_ON = threading.Event()


def hang(response: str) -> float:
    if not GO_ON.is_set():
        GO_ON.wait(20)
    return 1.0


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_cell_that_was_timed_out_has_the_fingerprint_that_it_would_have_had(
    in_loop: Any, kept: Any, repeats: int
):
    GO_ON.clear()
    entry = {"grader": hang, "timeout": 0.01, "repeats": repeats}
    late_runner, late = kept(GradingRunner({"hang": entry}))
    in_loop(late_runner.arun, ROWS[:1])
    GO_ON.set()
    runner, cells = kept(GradingRunner({"hang": {**entry, "timeout": 60}}))
    in_loop(runner.arun, ROWS[:1])
    assert {cell.outcome.status for cell in late} == {"error"}
    assert {cell.outcome.status for cell in cells} == {"score"}
    prints = [sorted(cell.fingerprint for cell in each) for each in (late, cells)]
    assert prints[0] == prints[1]
    assert all(prints[0])


def test_cells_come_in_batches(in_loop: Any):
    log: list[Any] = []
    in_loop(watched({"plain": plain}, [Told("sink", log)]).arun, ROWS * 20)
    assert events(log).count(("sink", "write")) < len(ROWS)


def test_a_slow_sink_holds_the_reader_back(in_loop: Any):
    @frozen
    class Slow(Told):
        def write(self, cells: Sequence[Cell]) -> None:
            is_writing.set()
            go_on.wait(20)

    def endless() -> Iterator[dict[str, str]]:
        for number in count():
            pulled.append(number)
            yield {"response": "a"}

    async def run_until_it_is_held_back() -> int:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watched({"a": waiting}, [Slow("sink", [])]).arun, endless())
            while not (is_writing.is_set() and len(pulled) > MOST_WAITING / 2):
                await anyio.lowlevel.checkpoint()
            before, held_back_at = 0, len(pulled)
            while held_back_at > before:  # what a thread has is not seen to be on its way
                await anyio.sleep(0.1)
                before, held_back_at = held_back_at, len(pulled)
            tasks.cancel_scope.cancel()
            go_on.set()
        return held_back_at

    pulled: list[int] = []
    is_writing, go_on = threading.Event(), threading.Event()
    held_back_at = in_loop(run_until_it_is_held_back)
    assert held_back_at <= 2 * MOST_WAITING + 2 * MOST_IN_CHUNK


class Stray(BaseException):
    pass


@pytest.mark.parametrize("fault", [OSError("disk full"), SystemExit(3), Stray("disk full")])
@pytest.mark.parametrize("event", ["open", "write", "close"])
def test_a_sink_that_raises_ends_the_run_and_is_named(
    in_loop: Any, event: str, fault: BaseException
):
    log: list[Any] = []
    sinks = [Told("good", log), Told("bad", log, {event: fault}), Told("last", log)]
    runner = watched({"plain": plain, "waiting": waiting}, sinks)
    with pytest.raises(RunFailed) as caught:
        in_loop(runner.arun, ROWS)
    said = f"{type(fault).__name__}: {fault}"
    assert str(caught.value) == f"sink 's1' cannot {event}: {said}"
    assert caught.value.__cause__ is fault
    opened = {name for name, what in events(log) if what == "open"} - (
        {"bad"} if event == "open" else set()
    )
    assert sorted(name for name, what in events(log) if what == "close") == sorted(opened)


def test_a_sink_that_raises_is_told_of_where_the_stream_is_read(in_loop: Any):
    async def read_it() -> None:
        runner = watched({"waiting": waiting}, [Told("bad", [], {"write": OSError("full")})])
        async with runner.stream(ROWS) as graded:
            async for _ in graded:
                pass

    with pytest.raises(RunFailed, match="sink 's0' cannot write: OSError: full"):
        in_loop(read_it)


def test_a_sink_that_cannot_be_closed_is_told_of_when_the_stream_was_left_early(in_loop: Any):
    async def leave_it() -> None:
        runner = watched({"waiting": waiting}, [Told("bad", [], {"close": OSError("full")})])
        async with runner.stream(ROWS) as graded:
            await anext(graded)

    with pytest.raises(RunFailed, match="sink 's0' cannot close: OSError: full"):
        in_loop(leave_it)


@pytest.mark.parametrize("event", ["run_started", "outcomes", "run_finished"])
@pytest.mark.parametrize("fault", [ValueError("no"), SystemExit(3), Stray("no")])
def test_an_observer_that_raises_is_switched_off_and_told_of(
    in_loop: Any, event: str, fault: BaseException
):
    log: list[Any] = []
    observers = [Told("bad", log, {event: fault}), Told("good", log)]
    runner = watched({"plain": plain}, [], observers)
    results = in_loop(runner.arun, ROWS)
    assert len(results["plain"]) == len(ROWS)
    assert [what for name, what in events(log) if name == "bad"][-1] == event
    assert events(log)[-1] == ("good", "run_finished")
    if event != "run_finished":
        said = f"{event} raised {type(fault).__name__}: {fault}"
        assert results.summary.reports == (f"observer 'o0' is switched off: {said}",)


def test_an_observer_that_fails_at_the_start_does_not_stop_a_long_run(in_loop: Any):
    runner = watched({"plain": plain}, [], [Told("bad", [], {"run_started": ValueError("no")})])
    results = in_loop(runner.arun, ({"response": "a"} for _ in range(2 * MOST_WAITING)))
    assert len(results["plain"]) == 2 * MOST_WAITING


def test_what_is_finished_is_written_when_the_run_is_cancelled(in_loop: Any):
    async def hang_at_last(response: str) -> float:
        if response == "20":
            is_hanging.set()
            await anyio.sleep_forever()
        return 1.0

    async def cancel_it() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runner.arun, ROWS[:21])
            while not is_hanging.is_set():
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()

    is_hanging = threading.Event()
    log: list[Any] = []
    runner = watched({"hang": hang_at_last}, [Told("sink", log)])
    in_loop(cancel_it)
    assert sorted(cell.index for cell in cells_of(log, "sink")) == list(range(20))
    assert events(log)[-1] == ("sink", "close")


def test_what_a_thread_has_finished_is_written_when_the_run_is_cancelled(in_loop: Any):
    def hang_at_last(response: str) -> float:
        if response == "20":
            is_hanging.set()
            go_on.wait(20)
        return 1.0

    async def cancel_it() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runner.arun, ROWS[:21])
            while not is_hanging.is_set():
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()

    log: list[Any] = []
    is_hanging, go_on = threading.Event(), threading.Event()
    runner = watched({"hang": hang_at_last}, [Told("sink", log)], max_concurrency=1)
    try:
        in_loop(cancel_it)
    finally:
        go_on.set()
    assert sorted(cell.index for cell in cells_of(log, "sink")) == list(range(20))


def test_what_is_finished_is_written_when_the_dataset_fails(in_loop: Any):
    async def rows() -> Any:
        for row in ROWS[:20]:
            yield row
        while len(graded) < 20:
            await anyio.lowlevel.checkpoint()
        raise ValueError("torn")

    async def note(response: str) -> float:
        graded.append(response)
        return 1.0

    graded: list[str] = []
    log: list[Any] = []
    runner = watched({"note": note}, [Told("sink", log)])
    with pytest.raises(ValueError, match="torn"):
        in_loop(lambda: runner.arun(rows()))
    assert sorted(cell.index for cell in cells_of(log, "sink")) == list(range(20))


def test_a_second_failure_is_a_note_on_the_first(in_loop: Any):
    def rows() -> Any:
        yield ROWS[0]
        raise ValueError("torn")

    runner = watched({"waiting": waiting}, [Told("bad", [], {"close": OSError("full")})])
    with pytest.raises(ValueError, match="torn") as caught:
        in_loop(lambda: runner.arun(rows()))
    assert caught.value.__notes__ == ["sink 's0' cannot close: OSError: full"]
