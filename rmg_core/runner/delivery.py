"""Finished cells on their way out: to every sink, and then to the observers."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Final, Protocol

import anyio
from anyio import CapacityLimiter, to_thread
from attrs import define, evolve, field

from rmg_core.errors import RunFailed, StoreBusy, StoreError, StoreFull
from rmg_core.models import Call
from rmg_core.outcomes import Cell, is_pending
from rmg_core.plan.values import NamedPart, Plan
from rmg_core.runner.archive import Archive, Kept
from rmg_core.runner.settling import pass_interrupt, said_by
from rmg_core.runner.sharing import Sharing
from rmg_core.store import Asked, Link

# So many cells may wait for a slow sink before no more samples are read.
MOST_WAITING: Final = 8_192

RETRY_SECONDS: Final = 5.0
"""So long a store without room is left alone before it is asked again."""

NO_ROOM_SECONDS: Final = 600.0
"""So long a run waits for room in all, before it fails."""


class Sink(Protocol):
    """Takes finished cells in batches, in the order in which they finish.

    Each method is called in a worker thread, one call at a time. An exception ends the run.
    """

    def open(self, plan: Plan, /) -> None: ...

    def write(self, cells: Sequence[Cell], /) -> None: ...

    def close(self) -> None: ...


class Observer(Protocol):
    """Is told what happens, after the sinks have it.

    An observer that raises is switched off, and the run goes on.
    """

    def run_started(self, plan: Plan, /) -> None: ...

    def outcomes(self, cells: Sequence[Cell], /) -> None: ...

    def run_finished(self, summary: Any, /) -> None: ...


@define(eq=False)
class Delivery:
    """Takes cells from the run and hands them on in natural batches: to the archive first.

    A batch is whatever finished while the one before was written. `is_wanted` says whether anyone
    takes cells: it stays as it was at the start, since the cells are made for it.
    """

    plan: Plan
    sinks: tuple[NamedPart, ...]
    observers: list[NamedPart]
    report: Callable[[str], None]
    archive: Archive | None = None
    sharing: Sharing = field(factory=Sharing)
    waiting: list[Cell] = field(factory=list)
    known: list[Link] = field(factory=list)
    calls: list[tuple[Call, anyio.Event]] = field(factory=list)
    asked: list[Asked] = field(factory=list)
    is_over: bool = False
    is_wanted: bool = field(init=False)
    _opened: list[NamedPart] = field(factory=list)
    _is_broken: bool = False
    _may_be_pending: bool = field(init=False)
    _full_since: float | None = None
    _writer: CapacityLimiter = field(factory=lambda: CapacityLimiter(1))
    _wake: anyio.Event | None = None
    _drained: anyio.Event | None = None

    def __attrs_post_init__(self) -> None:
        self.is_wanted = bool(self.archive or self.sinks or self.observers)
        if self.archive is not None:  # which says where the run is kept: sinks write beside it
            self.plan = evolve(self.plan, run_dir=self.archive.store.path.parent)
        self._may_be_pending = any(each.models for each in self.plan.graders)

    @property
    def is_full(self) -> bool:
        return self.left > MOST_WAITING

    @property
    def left(self) -> int:
        """How many finished cells are not out: after `close`, those that nobody has taken."""
        return len(self.waiting) + len(self.known)

    def put(self, cells: list[Cell], known: Sequence[Link] = ()) -> None:
        """Take new cells, and known ones, which the archive has already."""
        if self._may_be_pending:
            cells = [cell for cell in cells if not is_pending(cell.outcome)]
        self.waiting += cells
        self.known += known
        self._call()

    async def keep(self, call: Call) -> None:
        """Keep a call of a model: it is in the archive when this returns."""
        kept = anyio.Event()
        self.calls.append((call, kept))
        self._call()
        await kept.wait()

    def note(self, asked: Sequence[Asked]) -> None:
        """Note which calls of models a cell was given; the cell itself follows at once."""
        self.asked += asked

    def _call(self) -> None:
        if self._wake is not None:
            self._wake.set()

    @property
    def _is_idle(self) -> bool:
        return not (self.waiting or self.known or self.calls)

    async def room(self) -> None:
        """Wait until a slow sink has caught up."""
        while self.is_full:
            self._drained = anyio.Event()
            await self._drained.wait()

    async def open(self) -> None:
        for sink in self.sinks:
            await self._in_thread(_ask, sink, "open", self.plan)
            self._opened.append(sink)
        await self.tell("run_started", self.plan)

    async def run(self) -> None:
        """Deliver until `finish` was called and everything is out."""
        while True:
            while self._is_idle:
                if self.is_over:
                    return
                self._wake = anyio.Event()
                await self._wake.wait()
            self._wake = None
            if (fault := await self._deliver()) is not None:
                await self._wait_for_room(fault)

    async def _wait_for_room(self, fault: StoreError) -> None:
        """Let the run pause while the store takes nothing: what is finished waits in memory."""
        if self._full_since is None:
            self._full_since = monotonic()
            self.report(f"{fault}; the run waits, and goes on by itself")
        elif monotonic() > self._full_since + NO_ROOM_SECONDS:
            raise RunFailed(str(fault)) from fault
        await anyio.sleep(RETRY_SECONDS)

    async def _deliver(self) -> StoreError | None:
        """Deliver what waits; where the store takes nothing for now, it goes on waiting."""
        batch, self.waiting = self.waiting, []
        known, self.known = self.known, []
        calls, self.calls = self.calls, []
        asked, self.asked = self.asked, []
        if self._drained is not None:
            self._drained.set()
            self._drained = None
        # A batch that was taken is written, even when the run is cancelled at this moment.
        with anyio.CancelScope(shield=True):
            whole = [*batch, *(each.cell for each in known)]
            try:
                kept = Kept(known, [call for call, _ in calls], asked)
                await self._in_thread(self._write, batch, kept, whole)
            except (StoreBusy, StoreFull) as fault:
                self.waiting[:0], self.known[:0] = batch, known
                self.calls[:0], self.asked[:0] = calls, asked
                return fault
            for _, safe in calls:
                safe.set()
            self._full_since = None
            if self.archive is not None:
                self.sharing.archived(batch)
            await self.tell("outcomes", whole)
        return None

    def _write(self, new: list[Cell], kept: Kept, whole: list[Cell]) -> None:
        try:
            if self.archive is not None:
                self.archive.write(new, kept)
            for sink in self.sinks:
                _ask(sink, "write", whole)
        except (StoreBusy, StoreFull):
            raise
        except StoreError as fault:
            self._is_broken = True
            raise RunFailed(str(fault)) from fault
        except BaseException:
            self._is_broken = True
            raise

    def finish(self) -> None:
        self.is_over = True
        if self._wake is not None:
            self._wake.set()

    async def close(self) -> RunFailed | None:
        """Write what waits, unless writing is what failed, and close every sink that was opened.

        What a store without room does not take is `left`, and told of.

        Returns the first failure: whether it is the one to tell of depends on what went before.
        """
        failures: list[RunFailed] = []
        if not (self._is_idle or self._is_broken):
            try:
                if (fault := await self._deliver()) is not None:
                    # Whoever stopped the run wanted it to end, and what was kept before is good.
                    calls = f" and {len(self.calls):,} replies of models" if self.calls else ""
                    self.report(f"{fault}; {self.left:,} finished cells{calls} are not kept")
            except RunFailed as failure:
                failures.append(failure)
        while self._opened:
            try:
                await self._in_thread(_ask, self._opened.pop(0), "close")
            except RunFailed as failure:
                failures.append(failure)
        return failures[0] if failures else None

    async def tell(self, event: str, argument: Any) -> None:
        """Tell every observer, in a worker thread; switch off the one that raises."""
        if self.observers:
            await self._in_thread(self._tell, event, argument)

    def _tell(self, event: str, argument: Any) -> None:
        for observer in tuple(self.observers):
            try:
                getattr(observer.part, event)(argument)
            except BaseException as fault:  # noqa: BLE001 - a foreign observer
                pass_interrupt(fault)
                self.observers.remove(observer)
                said = f"{event} raised {said_by(fault)}"
                self.report(f"observer {observer.name!r} is switched off: {said}")

    async def _in_thread(self, call: Callable[..., None], *arguments: Any) -> None:
        await to_thread.run_sync(call, *arguments, limiter=self._writer)


def _ask(sink: NamedPart, verb: str, *arguments: Any) -> None:
    try:
        getattr(sink.part, verb)(*arguments)
    except BaseException as fault:
        pass_interrupt(fault)
        raise RunFailed(f"sink {sink.name!r} cannot {verb}: {said_by(fault)}") from fault
