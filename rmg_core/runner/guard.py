"""Whose cancellation it is: the run's, or a grader's own."""

import asyncio
import math
from typing import Any

import anyio


def is_our_cancellation() -> bool:
    """Tell whether the current task is being cancelled by a scope around it.

    If not, a cancellation that a grader lets out is the grader's own doing.
    """
    return anyio.current_effective_deadline() == -math.inf


def current_task() -> "asyncio.Task[Any] | None":
    """Return the asyncio task that runs, which foreign code may cancel; None under trio."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


async def shake_off(task: "asyncio.Task[Any]") -> None:
    """Take back what a grader did with `asyncio.current_task().cancel()`.

    The request would otherwise hit whichever cell the task runs next.
    """
    try:
        # It is delivered at the first await. Where the grader awaited, it has been delivered.
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        if is_our_cancellation():
            raise
    while not is_our_cancellation() and task.cancelling():
        task.uncancel()
