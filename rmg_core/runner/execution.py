"""One run: a reader, a pool of workers, and how it ends."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Final

import anyio
from anyio.lowlevel import checkpoint
from attrs import define, field, frozen

from rmg_core.limits import take
from rmg_core.runner.delivery import Delivery
from rmg_core.runner.lanes import Chunk, Lane, run_chunk
from rmg_core.runner.pipeline import Pipeline
from rmg_core.runner.session import Session
from rmg_core.runner.sources import Source
from rmg_core.runner.window import OpenSample

# A worker whose cells never wait lets the loop breathe this often.
BREATH: Final = 500e-6
READ_AT_ONCE: Final = 1024
WINDOW_AT_LEAST: Final = 256


@frozen
class Ended:
    """How a run ended.

    `samples` were read; of their `cells`, `finished` have an outcome. A run that was stopped has
    fewer. `seconds` are of the clock; `grader_seconds` add up all calls of a grader.
    `reports` are sentences for the user.
    """

    samples: int
    cells: int
    finished: int
    is_stopped: bool
    seconds: float
    grader_seconds: Mapping[str, float]
    reports: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.is_stopped and self.finished == self.cells


@define(eq=False)
class Execution:
    """The loop of one run.

    A reader keeps a bounded window of samples open, and a pool of at most `max_concurrency`
    workers takes cells from the lanes in turn: never one task a cell, which costs 60 to 90 µs.
    `emit` gets the samples that have their last outcome. While `unread` samples wait for whoever takes them, they count as open.
    """

    session: Session
    source: Source
    emit: Callable[[list[OpenSample]], None]
    unread: int = 0
    pipeline: Pipeline = field(init=False)
    reports: list[str] = field(factory=list)
    is_stopped: bool = False
    _delivery: Delivery = field(init=False)
    _all_read: bool = False
    _workers: int = 0
    _idle: list[anyio.Event] = field(factory=list)
    _room: anyio.Event | None = None
    _resume_at: int = 0
    _reading: anyio.CancelScope = field(factory=anyio.CancelScope)
    _breathe_at: float = 0.0
    _began: float = field(factory=perf_counter)
    _tasks: Any = None

    def __attrs_post_init__(self) -> None:
        plan = self.session.plan
        self._delivery = Delivery(plan, plan.sinks, list(plan.observers), self.reports.append)
        self.pipeline = Pipeline(plan, self.session.limits, self._delivery, self.emit)

    async def run(self) -> Ended:
        """Run to the end, or until `stop` was called and what was in flight is done.

        Raises:
            RunFailed: a sink or a grader's own resource failed.
            DataError: a row is not a sample.
        """
        self._began = perf_counter()
        async with self.session.graders_open():
            await self._delivery.open()
            is_broken = False
            try:
                await self._loop()
            except Exception:
                is_broken = True
                raise
            finally:
                with anyio.CancelScope(shield=True):
                    await self._delivery.close(is_broken=is_broken)
        return self.ended

    @property
    def ended(self) -> Ended:
        """How the run stands: for one that was cancelled, how it ended."""
        pipeline = self.pipeline
        return Ended(
            samples=pipeline.samples,
            cells=pipeline.samples * pipeline.cells_a_sample,
            finished=pipeline.finished,
            is_stopped=self.is_stopped,
            seconds=perf_counter() - self._began,
            grader_seconds={lane.name: lane.seconds for lane in pipeline.graders},
            reports=tuple(self.reports),
        )

    async def tell_summary(self, summary: Any) -> None:
        """Tell the observers what the run came to."""
        await self._delivery.tell("run_finished", summary)

    def stop(self) -> None:
        """Start nothing more; what is in flight is finished, and what is finished goes out."""
        self.is_stopped = True
        self.pipeline.drop_waiting()
        self._reading.cancel()

    def look_for_room(self) -> None:
        """Wake the reader when the window has emptied by half."""
        if self._room is not None and self.pipeline.busy + self.unread <= self._resume_at:
            self._room.set()
            self._room = None

    async def _loop(self) -> None:
        try:
            async with anyio.create_task_group() as self._tasks:
                if self._delivery.is_wanted:
                    self._tasks.start_soon(self._delivery.run)
                self._tasks.start_soon(self._read)
        except BaseExceptionGroup as group:
            raise first_of(group) from None

    @property
    def _window(self) -> int:
        """How many samples may be open: enough for every worker, and for two chunks of a lane."""
        chunks = [2 * lane.chunk_size for lane in self.pipeline.graders if not lane.is_async]
        workers = 4 * self.session.plan.max_concurrency
        return max(WINDOW_AT_LEAST, workers, *chunks, 0)

    async def _read(self) -> None:
        pipeline = self.pipeline
        with self._reading:
            while not self.is_stopped:
                window = self._window
                self._resume_at = window // 2
                room = window - pipeline.busy - self.unread
                if room < self._resume_at:
                    self._room = anyio.Event()
                    await self._room.wait()
                    continue
                block = await self.source.pull(min(room, READ_AT_ONCE))
                if not block:
                    break
                pipeline.admit(block)
                self._call_worker()
                await self._delivery.room()
                await checkpoint()
        self._all_read = True
        pipeline.end_of_samples()
        self._call_worker()
        self._end_if_over()

    def _call_worker(self) -> None:
        """See to it that someone takes the next job; whoever does calls the next worker."""
        if not self.pipeline.ready:
            return
        if self._idle:
            self._idle.pop().set()
        elif self._workers < self.session.plan.max_concurrency:
            self._workers += 1
            self._tasks.start_soon(self._work)

    async def _work(self) -> None:
        pipeline = self.pipeline
        borrower = object()
        while True:
            job = pipeline.take()
            if job is None:
                if self._end_if_over():
                    return
                event = anyio.Event()
                self._idle.append(event)
                await event.wait()
                continue
            if pipeline.ready:
                self._call_worker()
            lane, cells = job
            try:
                await self._run(lane, cells, borrower)
            finally:
                lane.running -= 1
            pipeline.enlist(lane)
            if self._room is not None:
                self.look_for_room()
            if perf_counter() > self._breathe_at:
                await checkpoint()
                self._breathe_at = perf_counter() + BREATH

    async def _run(self, lane: Lane, job: Any, borrower: object) -> None:
        cells = self.session.limits.cells
        if lane.limiter is not None:
            await take(lane.limiter, borrower)
        try:
            await take(cells, borrower)
            try:
                if lane.is_async:
                    await self._run_cells(lane, job)
                else:
                    await self._run_chunk(lane, job)
            finally:
                cells.release_on_behalf_of(borrower)
        finally:
            if lane.limiter is not None:
                lane.limiter.release_on_behalf_of(borrower)

    async def _run_cells(self, lane: Lane, cell: Any) -> None:
        """Run a cell, and more of its lane for as long as none of them waits."""
        ready, queue = self.pipeline.ready, lane.queue
        now = perf_counter()
        while True:
            began, result = now, await lane.work(cell)
            now = perf_counter()
            lane.seconds += now - began
            lane.land([cell], [result])
            if now > self._breathe_at or not queue or (ready and ready[0] is not lane):
                return
            cell = queue.popleft()

    async def _run_chunk(self, lane: Lane, chunk: Chunk) -> None:
        results, left_behind = await run_chunk(lane, chunk, self.session.limits.threads)
        if left_behind:
            self.reports.append(
                f"grader {lane.name!r} passed its time-out of {lane.timeout:g} s; its thread "
                "was left behind and may still be running"
            )
        lane.learn(chunk)
        self.pipeline.land(lane, chunk, results)
        if self.is_stopped:
            self.pipeline.drop_waiting()

    def _end_if_over(self) -> bool:
        pipeline = self.pipeline
        is_out = not pipeline.alive or (self.is_stopped and not pipeline.ready)
        if not (self._all_read and is_out and not pipeline.running):
            return False
        self._delivery.finish()
        while self._idle:
            self._idle.pop().set()
        return True


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the failure that ended the run; the others are tasks that it took along."""
    first = group.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
