"""A grader that waits by asyncio alone."""

import asyncio

from rmg_core import hookimpl


async def waits(response: str) -> float:
    """1 for any response, after a while."""
    await asyncio.sleep(0)
    return float(bool(response))


@hookimpl
def rmg_graders():
    return {"waits": waits}
