"""Programs run from a coroutine: a few at once, and none goes on when nobody waits for it."""

from functools import cache
from typing import TYPE_CHECKING, Final

import anyio

from rmg_plugin_code.sandbox.levels import Level
from rmg_plugin_code.sandbox.orders import Limits
from rmg_plugin_code.sandbox.supervisor import Cut, Program, Ran, SandboxError, run

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar

AT_ONCE: Final = 8
"""So many programs run at once in an event loop; more of them would only make limits pass."""


@cache
def _places() -> "RunVar[CapacityLimiter]":
    from anyio.lowlevel import RunVar  # 8 ms, which whoever lists graders does without

    return RunVar("places of programs")


async def run_program(level: Level, program: Program, limits: Limits) -> Ran:
    """Run a program in a worker thread; a cancellation kills it, and is passed on when it is dead.

    Raises:
        SandboxError: a fence could not be put up.
    """
    from anyio.lowlevel import checkpoint

    cut = Cut()
    came: Ran | SandboxError
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cut_when_cancelled, cut)
        try:
            came = await anyio.to_thread.run_sync(
                run, level, program, limits, cut, limiter=_limiter()
            )
        except SandboxError as refused:  # a task group would wrap it up
            came = refused
        tasks.cancel_scope.cancel()
    # The thread is waited for in spite of a cancellation, which is let out here.
    await checkpoint()
    if isinstance(came, SandboxError):
        raise came
    return came


async def _cut_when_cancelled(cut: Cut) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        cut.now()


def _limiter() -> "CapacityLimiter":
    try:
        return _places().get()
    except LookupError:
        made = anyio.CapacityLimiter(AT_ONCE)
        _places().set(made)
        return made
