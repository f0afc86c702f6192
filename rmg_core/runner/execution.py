"""One run: a reader, a pool of workers, and how it ends."""

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, Final

import anyio
from anyio.lowlevel import checkpoint
from attrs import define, field

from rmg_core.connections.errands import PLACE
from rmg_core.connections.ledger import Ledger
from rmg_core.datasets import Sample
from rmg_core.errors import RunFailed
from rmg_core.limits import Budget, take
from rmg_core.redaction import redact_record, redacted
from rmg_core.runner.archive import Archive
from rmg_core.runner.cells import Breath, run_cells
from rmg_core.runner.collecting import collecting_rarely
from rmg_core.runner.delivery import Delivery
from rmg_core.runner.ended import Ended
from rmg_core.runner.failures import tasks_together
from rmg_core.runner.guard import current_task, is_our_cancellation, shake_off
from rmg_core.runner.lanes import Chunk, Lane, run_chunk
from rmg_core.runner.pipeline import Pipeline
from rmg_core.runner.remembering import KeptReplies
from rmg_core.runner.session import Session
from rmg_core.runner.sources import Source
from rmg_core.runner.telling import told_of
from rmg_core.runner.watchdog import Watchdog, code_in_loop
from rmg_core.runner.window import OpenSample
from rmg_core.runner.workplace import Place

LOG: Final = logging.getLogger("rmg_core")
LOG.addFilter(redact_record)

# A worker whose cells never wait lets the loop breathe this often.
BREATH: Final = 500e-6
READ_AT_ONCE: Final = 1024
# So long others wait for the first call of a plain grader, which may import for a second or two.
WARM_UP: Final = 5.0
WINDOW_AT_LEAST: Final = 256


@define(eq=False)
class Execution:
    """The loop of one run.

    A reader keeps a bounded window of samples open, and a pool of at most `max_concurrency`
    workers takes cells from the lanes in turn: never one task a cell, which costs 60 to 90 µs.
    `emit` gets the samples that have their last outcome. While `unread` samples wait for whoever
    takes them, they count as open. `archive` has the outcomes of earlier runs. With `gives_up` it
    stops where all graders lack their models; else each sample gets an outcome that says so.
    """

    session: Session
    source: Source
    emit: Callable[[list[OpenSample]], None]
    unread: int = 0
    archive: Archive | None = None
    is_offline: bool = False
    gives_up: bool = False
    ledger: Ledger = field(init=False)
    pipeline: Pipeline = field(init=False)
    reports: list[str] = field(factory=list)
    is_stopped: bool = False
    _delivery: Delivery = field(init=False)
    _all_read: bool = False
    _workers: int = 0
    _lent: int = 0
    _idle: list[anyio.Event] = field(factory=list)
    _room: anyio.Event | None = None
    _resume_at: int = 0
    _reading: anyio.CancelScope = field(factory=anyio.CancelScope)
    _companions: list[anyio.CancelScope] = field(factory=list)
    _breath: Breath = field(factory=Breath)
    _began: float = field(factory=perf_counter)
    _tasks: Any = None

    def __attrs_post_init__(self) -> None:
        plan = self.session.plan
        observers = list(plan.observers)
        self._delivery = Delivery(plan, plan.sinks, observers, self._warn, self.archive)
        budget = plan.budget
        self.ledger = Ledger(
            None if self.archive is None else KeptReplies(self.archive, self._delivery),
            is_offline=self.is_offline,
            budget=Budget(budget.usd, budget.calls, budget.tokens, report=self._warn),
            report=self._warn,
            on_stop=self._on_model_stopped,
        )
        limits, workers = self.session.limits, self.session.workers
        self.pipeline = Pipeline(plan, limits, self._delivery, self.emit, self.ledger, workers)

    async def run(self) -> Ended:
        """Run to the end, or until `stop` was called and what was in flight is done.

        Raises:
            RunFailed: a sink or a grader's own resource failed.
            DataError: a row is not a sample.
        """
        self._began = perf_counter()
        for model in self.session.plan.models:
            model.live().serve(self.ledger)
        async with self.session.graders_open():
            try:
                await self._delivery.open()
                with collecting_rarely():
                    await self._loop()
            except BaseException as failure:
                if fault := await self._close():
                    if isinstance(failure, anyio.get_cancelled_exc_class()):
                        raise fault from fault.__cause__
                    failure.add_note(str(fault))
                raise
            if fault := await self._close():
                raise fault
        ended, lost = self.ended, self.pipeline.alive
        if not ended.is_stopped and (lost or ended.finished < ended.cells):
            raise RunFailed(
                f"{lost:,} of {ended.samples:,} samples did not come out of the run; "
                "this is a fault of rmg: please report it"
            )
        return ended

    async def _close(self) -> RunFailed | None:
        self.ledger.end("the run is over")  # so that no call that a cell has left behind goes on
        with anyio.CancelScope(shield=True):
            return await self._delivery.close()
        raise AssertionError("a shielded scope lets nothing be cancelled")

    @property
    def ended(self) -> Ended:
        """How the run stands: for one that was cancelled, how it ended."""
        pipeline = self.pipeline
        return Ended(
            samples=pipeline.samples,
            cells=pipeline.samples * pipeline.cells_a_sample,
            finished=pipeline.finished,
            reused=pipeline.reused,
            pending=self.ledger.pending,
            is_stopped=self.is_stopped,
            seconds=perf_counter() - self._began,
            grader_seconds={lane.name: lane.seconds for lane in pipeline.graders},
            models=tuple(
                (used, self.ledger.stopped.get(name, ""))
                for name, used in self.ledger.tallies.items()
            ),
            reports=(*self.reports, *told_of(pipeline.graders), *self.ledger.told()),
        )

    @property
    def not_kept(self) -> int:
        """How many finished cells the store had no room for."""
        return self._delivery.left

    async def tell_summary(self, summary: Any) -> None:
        """Tell the observers what the run came to."""
        await self._delivery.tell("run_finished", summary)

    def stop(self) -> None:
        """Start nothing more; what is in flight is finished, and what is finished goes out."""
        self.is_stopped = True
        self.ledger.end("the run was stopped")
        self.pipeline.drop_waiting()
        self._reading.cancel()

    def _on_model_stopped(self, _: str) -> None:
        """Stop when no grader can go on; what the others can do is done."""
        stopped, graders = self.ledger.stopped, self.session.plan.graders
        blocked = [any(one.name in stopped for one in each.models) for each in graders]
        if self.gives_up and all(blocked):
            self.stop()

    def look_for_room(self) -> None:
        """Wake the reader when the window has emptied by half."""
        if self._room is not None and self.pipeline.busy + self.unread <= self._resume_at:
            self._room.set()
            self._room = None

    async def _loop(self) -> None:
        async with tasks_together() as self._tasks:
            if self._delivery.is_wanted:
                self._tasks.start_soon(self._delivery.run)
            self._tasks.start_soon(self._read)
            if not self.pipeline.all_are_warm:
                self._start_beside(self._limit_warm_up)
            if code := code_in_loop(self.session.plan):
                self._start_beside(Watchdog(code, self._warn).watch)

    def _start_beside(self, work: Callable[[], Awaitable[None]]) -> None:
        """Start what goes on for as long as the run does."""
        scope = anyio.CancelScope()
        self._companions.append(scope)

        async def until_cancelled() -> None:
            with scope:
                await work()

        self._tasks.start_soon(until_cancelled)

    def _warn(self, said: str) -> None:
        """Tell of what should not wait for the end of the run, in the summary and in the log."""
        said = redacted(said)
        self.reports.append(said)
        LOG.warning(said)

    async def _limit_warm_up(self) -> None:
        """Hold no grader back for the sake of one whose first call takes long."""
        pipeline = self.pipeline
        before = None
        while before is None or pipeline.warming is not before:
            before = pipeline.warming
            await anyio.sleep(WARM_UP)
        pipeline.end_warm_up(None)
        self._call_worker()

    @property
    def _window(self) -> int:
        """How many samples may be open: enough for every worker, and for two chunks of a lane."""
        chunks = [2 * lane.chunk_size for lane in self.pipeline.lanes if not lane.is_async]
        workers = 4 * self.session.plan.max_concurrency
        return max(WINDOW_AT_LEAST, workers, *chunks, 0)

    async def _read(self) -> None:
        pipeline = self.pipeline
        try:
            await self._read_all()
        finally:
            await self.source.aclose()
        self._all_read = True
        if not self.is_stopped:
            # The last group of a run that was stopped may go on in rows that were not read.
            pipeline.end_of_samples()
        self._call_worker()
        self._end_if_over()

    async def _read_all(self) -> None:
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
                block = await self._pull(min(room, READ_AT_ONCE))
                if not block:
                    break
                pipeline.admit(block)
                self._call_worker()
                await self._delivery.room()
                await checkpoint()

    async def _pull(self, most: int) -> list[Sample]:
        try:
            return await self.source.pull(most)
        except anyio.get_cancelled_exc_class() as fault:
            if is_our_cancellation():
                raise
            # A task that ends in a cancellation is taken for done: the run would wait for ever.
            raise RunFailed("the dataset raised a cancellation of its own") from fault

    def _call_worker(self) -> None:
        """See to it that someone takes the next job; whoever does calls the next worker."""
        if not self.pipeline.ready:
            return
        if self._idle:
            self._idle.pop().set()
        elif self._workers < self.session.plan.max_concurrency + self._lent:
            self._workers += 1
            self._tasks.start_soon(self._work)

    async def _work(self) -> None:
        task = current_task()
        while True:
            try:
                await self._work_on()
            except anyio.get_cancelled_exc_class():
                if is_our_cancellation() or task is None:
                    raise
                # A task that a grader has left behind cancelled this one.
                await shake_off(task)
            else:
                return

    async def _work_on(self) -> None:
        pipeline = self.pipeline
        while True:
            job = pipeline.take()
            if job is None:
                if self._end_if_over():
                    return
                await self._idle_until_called()
                continue
            if pipeline.ready:
                self._call_worker()
            lane, cells = job
            try:
                has_waited = await self._run(lane, cells)
            except anyio.get_cancelled_exc_class():
                pipeline.put_back(lane, cells)
                raise
            finally:
                lane.running -= 1
                if self.is_stopped:
                    pipeline.drop_waiting()
                pipeline.enlist(lane)
            if self._room is not None:
                self.look_for_room()
            if lane.refusals.has_spoilt:
                self._workers -= 1
                self._call_worker()
                self._end_if_over()
                return
            if perf_counter() > self._breath.due and not has_waited:
                await checkpoint()
                self._breath.due = perf_counter() + BREATH

    async def _idle_until_called(self) -> None:
        event = anyio.Event()
        self._idle.append(event)
        try:
            await event.wait()
        except anyio.get_cancelled_exc_class():
            if event in self._idle:
                self._idle.remove(event)
            raise

    async def _run(self, lane: Lane, job: Any) -> bool:
        """Run a job; tell whether the loop had a turn meanwhile."""
        place = Place(self.session.limits.cells, self._note_lent)
        if lane.limiter is not None:
            await take(lane.limiter, place)
        try:
            await place.take()
            try:
                if lane.is_async:
                    PLACE.set(place)
                    return await run_cells(lane, job, self.pipeline.ready, place, self._breath)
                await self._run_chunk(lane, job)
                return True
            finally:
                place.leave()
        finally:
            if lane.limiter is not None:
                lane.limiter.release_on_behalf_of(place)

    def _note_lent(self, change: int) -> None:
        """Let as many workers more run as have lent their places."""
        self._lent += change
        if change > 0:
            self._call_worker()

    async def _run_chunk(self, lane: Lane, chunk: Chunk) -> None:
        try:
            run = lane.run or run_chunk
            results, left_behind = await run(lane, chunk, self.session.threads)
        except anyio.get_cancelled_exc_class():
            self.pipeline.land(lane, chunk, chunk.leave())
            raise
        if left_behind:
            lane.left_behind += 1
        lane.learn(chunk)
        if not lane.is_warm:
            self.pipeline.end_warm_up(lane)
        self.pipeline.land(lane, chunk, results)

    def _end_if_over(self) -> bool:
        pipeline = self.pipeline
        is_out = not pipeline.alive or (self.is_stopped and not pipeline.ready)
        if not (self._all_read and is_out and not pipeline.running):
            return False
        self._delivery.finish()
        for scope in self._companions:
            scope.cancel()
        while self._idle:
            self._idle.pop().set()
        return True
