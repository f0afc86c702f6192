"""A grader that takes a cancellation for an answer."""

import asyncio

from rmg_core import hookimpl


async def waits(response: str) -> float:
    """1 after a while, or at once when nobody wants to know any more."""
    try:
        await asyncio.sleep(0.001)
    except asyncio.CancelledError:
        return 0.0
    return float(bool(response))


@hookimpl
def rmg_graders():
    return {"waits": waits}
