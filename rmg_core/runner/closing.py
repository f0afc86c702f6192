"""The end of an event loop in which graders ran: nothing that they left in it keeps it going."""

import asyncio
import ctypes
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import anyio

Answer = TypeVar("Answer")

PATIENCE: Final = 1.0
"""So many seconds what is left in a loop may take to end, once it is cancelled."""


def run_to_the_end(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run an event loop for some work, as `anyio.run` does, and come back when that is done.

    `asyncio.run` waits for every task, asynchronous generator and thread that foreign code has
    left in the loop: for one that swallows its cancellation, for ever.
    """

    async def run() -> Answer:
        loop = asyncio.get_running_loop()
        threads = ThreadPoolExecutor(thread_name_prefix="asyncio")
        loop.set_default_executor(threads)
        try:
            return await work()
        finally:
            threads.shutdown(wait=False)
            loop.set_default_executor(ThreadPoolExecutor())  # which nothing has to wait for
            await _clear(loop)

    return anyio.run(run, backend="asyncio")


async def _clear(loop: asyncio.AbstractEventLoop) -> None:
    """End the tasks and the asynchronous generators of a loop, or make it forget them."""
    if tasks := _others():
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=PATIENCE)
    await asyncio.wait([loop.create_task(loop.shutdown_asyncgens())], timeout=PATIENCE)
    for task in _others():
        asyncio.tasks._unregister_task(task)  # noqa: SLF001 - documented, for those who extend asyncio
        # Python closes it when it is collected, at the latest when it ends itself. With no loop
        # left to wait in, one that catches all would then turn for ever.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(task))


def _others() -> "set[asyncio.Task[Any]]":
    """List the tasks of the loop that runs, but for the one that runs."""
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
