"""Graders that leave something in the event loop which does not end when it is cancelled."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import anyio

KEPT: list[object] = []


async def swallows() -> None:
    """Wait for ever, whatever it is told."""
    while True:
        with suppress(BaseException):
            await asyncio.sleep(1000)


async def endless() -> AsyncIterator[int]:
    """Yield once, and never let itself be closed."""
    try:
        yield 1
    finally:
        await swallows()


async def a_task(response: str) -> float:
    KEPT.append(asyncio.create_task(swallows()))
    await asyncio.sleep(0)
    return 1.0


async def a_generator(response: str) -> float:
    KEPT.append(made := endless())
    return float(await anext(made))


async def a_thread_of_the_loop(response: str) -> float:
    KEPT.append(asyncio.get_running_loop().run_in_executor(None, time.sleep, 1000))
    return 1.0


async def a_copy(response: str) -> float:
    if os.fork() == 0:
        await asyncio.sleep(0)
    return 1.0


async def waits_for_a_task(response: str) -> float:
    await asyncio.create_task(swallows())
    return 1.0


async def waits_for_several(response: str) -> float:
    await asyncio.gather(swallows(), swallows())
    return 1.0


async def waits_for_a_group(response: str) -> float:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(swallows)
    return 1.0
