import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest

from rmg_core import GraderScore, GradingRunner
from rmg_core.outcomes import GraderError
from rmg_core.runner import lanes
from rmg_core.runner.addresses import fingerprinter
from rmg_core.runner.lanes import AIM, MOST_IN_CHUNK, PATIENCE, QUICK, Chunk, Lane, run_chunk
from rmg_core.runner.threads import Threads


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads()
    yield made
    made.close()


class Clock:
    """A clock that only work moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(lanes, "perf_counter", lambda: self.now)
        monkeypatch.setattr(lanes, "thread_time", lambda: 0.0)

    def spend(self, seconds: float) -> Callable[[Any], Any]:
        def work(cell: Any) -> Any:
            self.now += seconds
            return cell

        return work


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def lane_of(work: Any = None, *, timeout: float | None = None, most: int = 8) -> Lane:
    def late(cell: Any, error: GraderError) -> Any:
        return (cell, error.error)

    return Lane("grader", work, lambda *_: None, late, is_async=False, most=most, timeout=timeout)


def learnt(lane: Lane, *, cells: int, seconds: float, cpu: float = 0.0) -> Lane:
    chunk = Chunk(list(range(cells)), results=[1.0] * cells, seconds=seconds, cpu_seconds=cpu)
    lane.learn(chunk)
    return lane


def test_nothing_is_known_of_a_grader_at_first():
    lane = lane_of()
    assert (lane.chunk_size, lane.capacity) == (1, 8)


def test_a_quick_grader_runs_in_one_thread_and_in_large_chunks():
    lane = learnt(lane_of(), cells=1, seconds=1e-6)
    assert lane.chunk_size == pytest.approx(AIM / 1e-6, abs=1)
    assert lane.capacity == 1
    assert learnt(lane_of(), cells=1, seconds=1e-9).chunk_size == MOST_IN_CHUNK
    assert learnt(lane_of(), cells=1, seconds=0.0).chunk_size == MOST_IN_CHUNK


def test_a_grader_that_was_slow_to_begin_with_is_soon_known_to_be_quick():
    lane = learnt(lane_of(), cells=1, seconds=1.0, cpu=1.0)
    for _ in range(16):
        learnt(lane, cells=lane.chunk_size, seconds=1e-6 * lane.chunk_size)
    assert lane.chunk_size > 100


def test_a_grader_that_blocks_runs_in_all_threads_one_cell_at_a_time():
    lane = learnt(lane_of(), cells=1, seconds=0.05)
    assert (lane.chunk_size, lane.capacity) == (1, 8)


def test_a_grader_that_computes_runs_in_one_thread():
    lane = learnt(lane_of(), cells=1, seconds=0.05, cpu=0.04)
    assert (lane.chunk_size, lane.capacity) == (1, 1)


def test_a_grader_that_turns_slow_is_soon_known_to():
    lane = learnt(lane_of(), cells=100, seconds=1e-4)
    assert lane.capacity == 1
    learnt(lane, cells=1, seconds=1.0)
    assert (lane.chunk_size, lane.capacity) == (1, 8)
    assert lane.call_seconds is not None
    assert lane.call_seconds > QUICK


@pytest.mark.parametrize("run", [Chunk.run, Chunk.run_watched])
def test_a_chunk_that_turns_slow_hands_back_what_it_has_not_begun(clock: Clock, run: Any):
    chunk = Chunk(list(range(10)))
    run(chunk, clock.spend(PATIENCE / 2.5))
    assert chunk.results == [0, 1, 2]
    assert chunk.seconds == pytest.approx(3 * PATIENCE / 2.5)
    assert chunk.call_began == math.inf


@pytest.mark.parametrize("run", [Chunk.run, Chunk.run_watched])
def test_a_chunk_runs_to_its_end(clock: Clock, run: Any):
    chunk = Chunk(list(range(10)))
    run(chunk, clock.spend(0.0))
    assert chunk.results == list(range(10))


def test_time_is_only_left_to_a_call_that_runs(clock: Clock):
    seen = []

    def work(cell: int) -> int:
        clock.now += 0.5
        seen.append(chunk.seconds_left(2.0))
        return cell

    chunk = Chunk([1])
    assert chunk.seconds_left(0.001) == math.inf
    chunk.run_watched(work)
    assert seen == [1.5]
    clock.now += 100
    assert chunk.seconds_left(0.001) == math.inf
    assert not chunk.is_abandoned


def test_a_thread_that_was_left_behind_adds_nothing_more(clock: Clock):
    called = []

    def work(cell: int) -> int:
        called.append(cell)
        clock.now += 5.0
        if cell == 2:
            assert chunk.seconds_left(2.0) == -3.0
        return cell

    chunk = Chunk([2, 3])
    chunk.run_watched(work)
    assert chunk.results == []
    assert chunk.is_abandoned
    chunk.run_watched(work)
    assert called == [2]


def test_a_chunk_that_was_left_keeps_what_it_has():
    chunk = Chunk([1, 2, 3])
    chunk.results.append("one")
    assert chunk.leave() == ["one"]
    chunk.run_watched(lambda cell: cell)
    assert chunk.results == ["one"]


def test_only_the_cell_that_is_late_is_timed_out(in_loop: Any, threads: Threads):
    go_on = threading.Event()

    def work(cell: int) -> int:
        if cell == 1:
            go_on.wait(20)
        return cell

    lane = lane_of(work, timeout=0.05)
    chunk = Chunk([0, 1, 2])
    results, left_behind = in_loop(run_chunk, lane, chunk, threads)
    go_on.set()
    assert results == [0, (1, "no answer within 0.05 s")]
    assert left_behind


def test_a_loop_that_wakes_late_times_nobody_out(in_loop: Any, threads: Threads):
    """The thread has finished when the watcher, whose loop was blocked, looks at the time."""
    is_finished = threading.Event()

    def work(cell: int) -> int:
        if cell == 2:
            is_finished.set()
        return cell

    async def block_the_loop() -> Any:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(blocked)
            return await run_chunk(lane_of(work, timeout=0.02), Chunk([0, 1, 2]), threads)

    async def blocked() -> None:
        while not is_finished.is_set():
            await anyio.lowlevel.checkpoint()
        threading.Event().wait(0.05)

    results, left_behind = in_loop(block_the_loop)
    assert results == [0, 1, 2]
    assert not left_behind


def count_hops(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    sizes: list[int] = []
    taken = Lane.take_chunk

    def take_chunk(lane: Lane) -> Chunk:
        chunk = taken(lane)
        sizes.append(len(chunk.cells))
        return chunk

    monkeypatch.setattr(Lane, "take_chunk", take_chunk)
    return sizes


def test_a_grader_of_a_microsecond_takes_few_hops(monkeypatch: pytest.MonkeyPatch):
    def quick(response: str) -> float:
        return 1.0

    hops = count_hops(monkeypatch)
    rows = [{"response": "a"}] * 20_000
    results = GradingRunner({"quick": quick}).run(rows)
    assert len(results["quick"]) == 20_000
    assert sum(hops) >= 20_000
    assert len(hops) < 1_000


@pytest.mark.parametrize("lane", ["thread", "loop"])
def test_the_results_do_not_depend_on_the_lane(in_loop: Any, lane: str):
    def plain(response: str) -> GraderScore:
        if response == "7":
            raise ValueError(response)
        return GraderScore(int(response) / 1000, f"of {response}")

    async def waiting(response: str) -> GraderScore:
        if int(response) % 3:
            await anyio.lowlevel.checkpoint()
        return plain(response)

    rows = [{"response": str(number)} for number in range(1000)]
    grader = {"thread": plain, "loop": waiting}[lane]
    [column] = in_loop(GradingRunner({"grader": grader}).arun, rows).values()
    failed = column.pop(7)
    assert failed.error == "ValueError: 7"
    numbers = [number for number in range(1000) if number != 7]
    assert column == [GraderScore(number / 1000, f"of {number}") for number in numbers]


@pytest.mark.parametrize("timeout", [None, 60.0])
def test_a_chunk_that_is_handed_back_is_run_once(
    in_loop: Any, monkeypatch: pytest.MonkeyPatch, timeout: float | None
):
    """Without any patience, every chunk of graders and of aggregators hands all but one back."""

    def plain(response: str) -> float:
        called.append(response)
        return int(response) / 1000

    monkeypatch.setattr(lanes, "PATIENCE", -1.0)
    called: list[str] = []
    rows = [{"response": str(number), "group": number // 7} for number in range(300)]
    rank = {"aggregator": "basic/rank", "options": {"grader": "plain"}, "group_by": "group"}
    runner = GradingRunner(
        {"plain": {"grader": plain, "timeout": timeout}},
        aggregators={"max": "basic/max", "rank": rank, "min": "basic/min"},
    )
    results = in_loop(runner.arun, rows)
    assert sorted(called, key=int) == [row["response"] for row in rows]
    assert results.index == list(range(300))
    scores = [number / 1000 for number in range(300)]
    for name in ("plain", "max", "min"):
        assert [each.score for each in results[name]] == scores
    assert {each.status for each in results["rank"]} == {"score"}


def test_a_grader_that_blocks_midway_holds_no_chunk_back(in_loop: Any, crowd_of: Any):
    """From its tenth sample on, the grader waits until four of them run at once."""
    crowd = crowd_of(4)

    def turning(response: str) -> float:
        if int(response) < 10 or crowd.most >= 4:
            return 1.0
        if threading.current_thread() not in slow:
            slow.add(threading.current_thread())
            threading.Event().wait(PATIENCE * 2)  # longer than a chunk has patience
            return 1.0
        return crowd.meet()

    slow: set[threading.Thread] = set()
    rows = [{"response": str(number)} for number in range(300)]
    runner = GradingRunner({"turning": turning}, max_concurrency=4)
    results = in_loop(runner.arun, rows)
    assert len(results["turning"]) == 300
    assert {each.score for each in results["turning"]} == {1.0}


def test_fingerprints_tell_apart_what_json_writes_alike():
    fingerprint = fingerprinter(b"digest", repeats=2)
    inputs = [None, float("nan"), "null", False, 0, "", [None], {"a": None}]
    assert len({fingerprint((each,), 0) for each in inputs}) == len(inputs)
    assert fingerprint((None,), 0) == fingerprint((None,), 0) != fingerprint((None,), 1)
