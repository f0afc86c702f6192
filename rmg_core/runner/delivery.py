"""Finished cells on their way out: to every sink, and then to the observers."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import anyio
from anyio import CapacityLimiter, to_thread
from attrs import define, field

from rmg_core.errors import RunFailed
from rmg_core.outcomes import Cell
from rmg_core.plan.values import NamedPart, Plan
from rmg_core.runner.guard import error_of

# So many cells may wait for a slow sink before no more samples are read.
MOST_WAITING: Final = 16_384


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
    """Takes cells from the run and hands them on in natural batches.

    A batch is whatever finished while the one before was written.
    """

    plan: Plan
    sinks: tuple[NamedPart, ...]
    observers: list[NamedPart]
    report: Callable[[str], None]
    waiting: list[Cell] = field(factory=list)
    is_over: bool = False
    _writer: CapacityLimiter = field(factory=lambda: CapacityLimiter(1))
    _wake: anyio.Event | None = None
    _drained: anyio.Event | None = None

    @property
    def is_wanted(self) -> bool:
        return bool(self.sinks or self.observers)

    @property
    def is_full(self) -> bool:
        return len(self.waiting) > MOST_WAITING

    def put(self, cells: list[Cell]) -> None:
        self.waiting += cells
        if self._wake is not None:
            self._wake.set()

    async def room(self) -> None:
        """Wait until a slow sink has caught up."""
        while self.is_full:
            self._drained = anyio.Event()
            await self._drained.wait()

    async def open(self) -> None:
        opened: list[NamedPart] = []
        for sink in self.sinks:
            try:
                await to_thread.run_sync(sink.part.open, self.plan, limiter=self._writer)
            except Exception as fault:
                for before in opened:
                    before.part.close()
                raise RunFailed(f"sink {sink.name!r} cannot be opened: {fault}") from fault
            opened.append(sink)
        await self.tell("run_started", self.plan)

    async def run(self) -> None:
        """Deliver until `finish` was called and everything is out."""
        while True:
            while not self.waiting:
                if self.is_over:
                    return
                self._wake = anyio.Event()
                await self._wake.wait()
            self._wake = None
            await self._deliver()

    async def _deliver(self) -> None:
        batch, self.waiting = self.waiting, []
        if self._drained is not None:
            self._drained.set()
            self._drained = None
        # A batch that was taken is written, even when the run is cancelled at this moment.
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self._write, batch, limiter=self._writer)
            await self.tell("outcomes", batch)

    def _write(self, batch: Sequence[Cell]) -> None:
        for sink in self.sinks:
            try:
                sink.part.write(batch)
            except Exception as fault:
                raise RunFailed(f"sink {sink.name!r} cannot write: {fault}") from fault

    def finish(self) -> None:
        self.is_over = True
        if self._wake is not None:
            self._wake.set()

    async def close(self, *, is_broken: bool) -> None:
        """Write what waits, unless a sink is what broke the run, and close every sink."""
        if self.waiting and not is_broken:
            await self._deliver()
        for sink in self.sinks:
            await to_thread.run_sync(sink.part.close, limiter=self._writer)

    async def tell(self, event: str, argument: Any) -> None:
        """Tell every observer, in a worker thread; switch off the one that raises."""
        if self.observers:
            await to_thread.run_sync(self._tell, event, argument, limiter=self._writer)

    def _tell(self, event: str, argument: Any) -> None:
        for observer in tuple(self.observers):
            try:
                getattr(observer.part, event)(argument)
            except Exception as fault:  # noqa: BLE001 - a foreign observer
                self.observers.remove(observer)
                said = error_of(fault, "grader_error").error
                self.report(f"observer {observer.name!r} is switched off: {event} raised {said}")
