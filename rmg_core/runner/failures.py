"""How the failure of one task becomes the failure of those who wait for it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
from anyio.abc import TaskGroup
from attrs import define


@contextmanager
def sole_failure() -> Iterator[None]:
    """Let out the first failure of the task group inside, as it was raised.

    The others are of tasks that it took along. A group that foreign code raised is a failure like
    any other, and stays whole.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        failure = group.exceptions[0]
        context = failure.__context__
        try:
            raise failure
        finally:
            # Raising it here makes our group its context, which would hide its own.
            failure.__context__ = context
            del failure, context


@define(eq=False)
class Tasks:
    """Tasks that run together; an interrupt in one of them is kept for their host to raise.

    Out of a task, asyncio lets a KeyboardInterrupt or a SystemExit through the loop at once, and
    then once more out of the host. The second one breaks off the closing of the loop, and its idle
    worker threads keep the process from ending.
    """

    group: TaskGroup
    interrupt: BaseException | None = None

    def start_soon(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        self.group.start_soon(self._run, work, arguments)

    def cancel(self) -> None:
        self.group.cancel_scope.cancel()

    async def _run(self, work: Callable[..., Awaitable[None]], arguments: tuple[Any, ...]) -> None:
        try:
            await work(*arguments)
        except (KeyboardInterrupt, SystemExit) as fault:
            self.interrupt = fault
            self.cancel()


@asynccontextmanager
async def tasks_together() -> AsyncIterator[Tasks]:
    """Run tasks until all have ended; what ended them comes out by itself."""
    with sole_failure():
        async with anyio.create_task_group() as group:
            tasks = Tasks(group)
            yield tasks
    if tasks.interrupt is not None:
        raise tasks.interrupt
