"""How a caller waits for a coroutine, be there a running event loop or none."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import current_token

from rmg_core.runner.closing import run_to_the_end

Answer = TypeVar("Answer")


def wait_for(make: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """Run a coroutine to its end, in a thread of its own where this thread has a running loop."""
    answers: list[Answer] = []

    async def keep() -> None:
        # asyncio shows the value of its main task in a repr; that of a large result is dear.
        answers.append(await make())

    if _is_in_loop():
        _run_apart(keep)
    else:
        run_to_the_end(keep)
    return answers[0]


def _run_apart(call: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in a thread of its own; an interrupt of this one cancels it."""
    failures: list[BaseException] = []
    running: list[tuple[asyncio.AbstractEventLoop, anyio.CancelScope]] = []

    async def cancellable() -> None:
        with anyio.CancelScope() as scope:
            running.append((asyncio.get_running_loop(), scope))
            await call()

    def run() -> None:
        try:
            run_to_the_end(cancellable)
        except BaseException as failure:  # noqa: BLE001 - raised again by the thread that waits
            failures.append(failure)

    thread = threading.Thread(target=run, name="rmg run")
    thread.start()
    try:
        thread.join()
    except BaseException:
        for loop, scope in running:
            loop.call_soon_threadsafe(scope.cancel)
        thread.join()
        raise
    if failures:
        raise failures[0]


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()  # also in a callback, which is no task
    except RuntimeError:
        pass
    else:
        return True
    try:
        current_token()
    except RuntimeError:
        return False
    return True
