"""Time that passes at once when nothing else is left to do, for tests."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Final, Literal

import anyio

from rmg_core.limits.clock import Clock

EPOCH: Final = 1_750_000_000.0
"""The wall clock at the beginning."""

GIVE_UP: Final = 1e7
"""Virtual seconds after which a test that waits for what never happens fails."""


def virtual_clock(seed: int = 0) -> Clock:
    """Return the clock of the loop that runs; its chance is seeded."""
    start = anyio.current_time()
    return Clock(
        now=anyio.current_time,
        wall=lambda: EPOCH + anyio.current_time() - start,
        sleep=anyio.sleep,
        random=Random(seed).random,  # noqa: S311 - for back-offs, and no secret
    )


def run_virtually(
    function: Callable[..., Awaitable[Any]],
    *arguments: Any,
    backend: Literal["asyncio", "trio"] = "asyncio",
) -> Any:
    """Run a coroutine function to its end in a loop of which all timers are virtual.

    Deadlines are too. Threads and the network are no good here: time does not wait for them.
    """

    async def in_time() -> Any:
        with anyio.fail_after(GIVE_UP):
            return await function(*arguments)

    options: dict[str, Any] = {"loop_factory": _Loop}
    if backend == "trio":
        from trio.testing import MockClock

        options = {"clock": MockClock(autojump_threshold=0)}
    return anyio.run(in_time, backend=backend, backend_options=options)


class _Selector(selectors.SelectSelector):
    """Does not wait for the next timer, but puts the clock forward to it."""

    seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(timeout if timeout is None else 0)
        if not found and timeout:
            self.seconds += timeout
        return found


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.seconds
