"""The threads that graders are called in, which do not keep the process from ending."""

import asyncio
import math
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, TypeAlias

from anyio import CapacityLimiter, to_thread
from attrs import define, field

from rmg_core.runner import copies
from rmg_core.runner.guard import current_task

NAME: Final = "rmg worker"
"""What the threads are called."""

_Job: TypeAlias = tuple["asyncio.Future[None]", Callable[..., None], tuple[Any, ...]]


@define(eq=False)
class Threads:
    """The threads of a runner in one event loop, as many as there are calls at once.

    Under asyncio they are our own: Python waits for anyio's when it ends, and one that a grader
    does not let go would keep it for ever. Those of trio are as ours. Nothing bounds them here:
    a place that is left behind would in time keep every other one out.
    """

    _idle: list["_Thread"] = field(factory=list)
    _threads: set["_Thread"] = field(factory=set)
    _unbounded: CapacityLimiter = field(factory=lambda: CapacityLimiter(math.inf))

    async def call(self, work: Callable[..., None], *arguments: Any) -> None:
        """Call a function in a thread; when this is cancelled, the thread is left to itself."""
        if current_task() is None:
            await to_thread.run_sync(
                work, *arguments, limiter=self._unbounded, abandon_on_cancel=True
            )
            return
        if self._idle:
            thread = self._idle.pop()
        else:
            thread = _Thread.started(self._put_back)
            self._threads.add(thread)
        future = asyncio.get_running_loop().create_future()
        thread.jobs.put((future, work, arguments))
        await future

    def close(self) -> None:
        """End the threads as soon as they have nothing to do; others may be called in later."""
        for thread in self._threads:
            thread.jobs.put(None)
        self._threads.clear()
        self._idle.clear()

    def _put_back(self, thread: "_Thread") -> None:
        if thread in self._threads:
            self._idle.append(thread)


@define(eq=False)
class _Thread:
    """A thread that works off one call after the other; `put_back` hears when it is idle."""

    put_back: Callable[["_Thread"], None]
    jobs: "SimpleQueue[_Job | None]" = field(factory=SimpleQueue)

    @classmethod
    def started(cls, put_back: Callable[["_Thread"], None]) -> "_Thread":
        made = cls(put_back)
        threading.Thread(target=made.run, name=NAME, daemon=True).start()
        return made

    def run(self) -> None:
        here = copies.forks
        while (job := self.jobs.get()) is not None:
            future, work, arguments = job
            fault: BaseException | None = None
            try:
                work(*arguments)
            except BaseException as raised:  # noqa: BLE001 - raised again where it is waited for
                fault = raised
            if copies.forks != here:
                copies.end()
            try:
                future.get_loop().call_soon_threadsafe(self._land, future, fault)
            except RuntimeError:  # the loop is closed
                return
            del job, future, work, arguments, fault

    def _land(self, future: "asyncio.Future[None]", fault: BaseException | None) -> None:
        self.put_back(self)
        if future.done():
            return
        if fault is None:
            future.set_result(None)
        else:
            future.set_exception(fault)
