"""A lane: like cells in a queue, worked off on the loop or in chunks in worker threads."""

import math
from collections import deque
from collections.abc import Awaitable, Callable
from threading import Lock
from time import perf_counter, thread_time
from typing import Any, Final, TypeAlias

import anyio
from anyio import CancelScope, CapacityLimiter
from attrs import define, field

from rmg_core.outcomes import GraderError
from rmg_core.runner.calls import Refusals
from rmg_core.runner.failures import sole_failure
from rmg_core.runner.process import Process
from rmg_core.runner.threads import Threads
from rmg_core.runner.workers import Workers

Work: TypeAlias = Callable[[Any], Any]
AsyncWork: TypeAlias = Callable[[Any], Awaitable[Any]]
RunChunk: TypeAlias = Callable[["Lane", "Chunk", Threads], Awaitable[tuple[list[Any], bool]]]

# A hop into a worker thread and back costs 60 to 80 µs of CPU. A chunk that works for 1.6 ms
# keeps that below 5 %.
AIM: Final = 1.6e-3
# A round trip to another process and its answer cost twice to three times as much.
AIM_APART: Final = 5e-3
MOST_IN_CHUNK: Final = 2048
# A chunk whose cells turn out slow hands back what it has not begun.
PATIENCE: Final = 10 * AIM
# Below this a call does not wait for anything, and a second thread only fights for the GIL.
QUICK: Final = 50e-6


@define(eq=False)
class Lane:
    """A queue of cells, how one is worked off, and where results land.

    `work` is a plain function, or with `is_async` a coroutine function. `late` gives the result
    of a cell that passed its `timeout` (seconds). `most` is how many may run at once. `run`
    works a chunk off, and `workers` are the processes of a grader that has some; `refusals`
    counts the calls of an async one that would not be cancelled.
    """

    name: str
    work: Work | AsyncWork
    land: Callable[[list[Any], list[Any]], None]
    late: Callable[[Any, GraderError], Any]
    is_async: bool
    most: int
    limiter: CapacityLimiter | None = None
    timeout: float | None = None
    run: "RunChunk | None" = None
    workers: Workers | None = None
    refusals: Refusals = field(factory=Refusals)
    queue: deque[Any] = field(factory=deque)
    running: int = 0
    is_listed: bool = False
    call_seconds: float | None = None
    cpu_share: float = 0.0
    seconds: float = 0.0
    _calls: float = 0.0
    _wall: float = 0.0
    _cpu: float = 0.0
    left_behind: int = 0
    is_warm: bool = False

    @property
    def capacity(self) -> int:
        """How many jobs of this lane should run at once, by its limit and by what was measured."""
        if self.is_async or self.workers is not None or self.call_seconds is None:
            return self.most
        is_busy = self.call_seconds < QUICK or self.cpu_share > 0.5
        return 1 if is_busy else self.most

    @property
    def chunk_size(self) -> int:
        if self.call_seconds is None:
            return 1
        aim = AIM if self.workers is None else AIM_APART
        return max(1, min(MOST_IN_CHUNK, int(aim / max(self.call_seconds, 1e-9))))

    @property
    def is_ready(self) -> bool:
        return bool(self.queue) and self.running < self.capacity

    def take_chunk(self) -> "Chunk":
        queue = self.queue
        size = min(len(queue), self.chunk_size)
        return Chunk([queue.popleft() for _ in range(size)])

    def learn(self, chunk: "Chunk") -> None:
        """Learn from a chunk how long a call takes, and how much of that is work."""
        if chunk.is_abandoned:
            self.seconds += self.timeout or 0.0
            return
        self.seconds += chunk.seconds
        if not chunk.is_timed:
            return
        # What was measured before counts half as much each time. Sums, and not means of shares:
        # a call that waits for a second must outweigh a thousand that took a microsecond.
        self._calls = 0.5 * self._calls + len(chunk.results)
        self._wall = 0.5 * self._wall + chunk.seconds
        self._cpu = 0.5 * self._cpu + chunk.cpu_seconds
        self.call_seconds = self._wall / self._calls
        self.cpu_share = self._cpu / max(self._wall, 1e-9)

    def late_error(self) -> GraderError:
        return GraderError("timeout", f"no answer within {self.timeout:g} s")


@define(eq=False)
class Chunk:
    """Cells that one worker thread works off in a row.

    `call_began` is when the call of the first cell without a result began; infinite while none is
    running. The lock holds it, the results and `is_abandoned` together. `is_timed` is False where
    no call came to an end.
    """

    cells: list[Any]
    results: list[Any] = field(factory=list)
    call_began: float = math.inf
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    is_timed: bool = True
    is_abandoned: bool = False
    _process: Process | None = None
    _lock: Lock = field(factory=Lock)

    def run(self, work: Work) -> None:
        """Work the cells off, in the worker thread."""
        cpu_began = thread_time()
        began = now = perf_counter()
        give_up = began + PATIENCE
        keep = self.results.append
        for cell in self.cells:
            keep(work(cell))
            now = perf_counter()
            if now > give_up:
                break
        self.seconds = now - began
        self.cpu_seconds = thread_time() - cpu_began

    def run_watched(self, work: Work) -> None:
        """Do the same while someone watches the time of every call."""
        cpu_began = thread_time()
        began = now = perf_counter()
        for cell in self.cells:
            with self._lock:
                if self.is_abandoned:
                    return
                self.call_began = now
            result = work(cell)
            with self._lock:
                if self.is_abandoned:
                    return
                self.results.append(result)
                self.call_began = math.inf
            now = perf_counter()
            if now > began + PATIENCE:
                break
        self.seconds = now - began
        self.cpu_seconds = thread_time() - cpu_began

    def seconds_left(self, timeout: float) -> float:
        """Say how long the call that is running still may; leave the thread behind at none."""
        with self._lock:
            left = self.call_began + timeout - perf_counter()
            if left <= 0:
                self.is_abandoned = True
            return left

    def leave(self) -> list[Any]:
        """Leave the thread behind, or cut off the process; return the results so far."""
        with self._lock:
            self.is_abandoned = True
            if self._process is not None:
                self._process.cut()
            return list(self.results)

    def hold(self, process: Process) -> bool:
        """Note the process that works the cells off; False when nobody waits for it any more."""
        with self._lock:
            self._process = None if self.is_abandoned else process
            return not self.is_abandoned

    def settle(self, cells: list[Any], results: list[Any]) -> None:
        """Set the results of the first cells, and the order that puts these first."""
        with self._lock:
            self._process = None
            if not self.is_abandoned:
                self.cells, self.results = cells, results


async def run_chunk(lane: Lane, chunk: Chunk, threads: Threads) -> tuple[list[Any], bool]:
    """Run a chunk in a worker thread; return its results, and whether the thread was left behind.

    Cells without a result were not begun; the caller puts them back. A cell that passes the
    lane's time-out gets the result that says so, and its thread is left to itself: a thread
    cannot be stopped, but nobody waits for it any more.
    """
    if lane.timeout is None:
        await threads.call(chunk.run, lane.work)
        return chunk.results, False
    with sole_failure():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_watch, chunk, lane.timeout, tasks.cancel_scope)
            await threads.call(chunk.run_watched, lane.work)
            tasks.cancel_scope.cancel()
    results = chunk.results
    if chunk.is_abandoned:
        culprit = chunk.cells[len(results)]
        results = [*results, lane.late(culprit, lane.late_error())]
    return results, chunk.is_abandoned


async def _watch(chunk: Chunk, limit: float, scope: CancelScope) -> None:
    # Between two calls, and before the first, the time that is left has no end.
    while (left := chunk.seconds_left(limit)) > 0:  # noqa: ASYNC110 - a thread moves the deadline
        await anyio.sleep(min(left, limit))
    scope.cancel()
