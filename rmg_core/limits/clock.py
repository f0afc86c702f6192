"""Time and chance, as everything that waits for a model takes them."""

import math
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import anyio
from attrs import define, field, frozen

SHORTEST: Final = 1e-6
"""Seconds: a loop may end a sleep a rounding error too early, and must get on all the same."""


@frozen
class Clock:
    """What time it is, how to let it pass, and chance; another one is for tests.

    `now` is seconds of a clock that never jumps, `wall` those since 1970, `random` is 0..1.
    """

    now: Callable[[], float]
    wall: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]


SYSTEM: Final = Clock(now=time.monotonic, wall=time.time, sleep=anyio.sleep, random=random.random)


@define(eq=False)
class Bell:
    """Wakes one task that waits.

    `until` is when the task wakes by itself: infinity where it needs to be rung for.
    """

    clock: Clock
    until: float = field(default=math.inf, init=False)
    _event: anyio.Event | None = field(default=None, init=False)
    _scope: anyio.CancelScope | None = field(default=None, init=False)

    def ring(self) -> None:
        if self._event is not None:
            self._event.set()
        elif self._scope is not None:
            self._scope.cancel()

    async def wait(self, seconds: float) -> None:
        """Wait until it is rung, and for `seconds` at most."""
        if seconds == math.inf:
            self._event = anyio.Event()
            try:
                await self._event.wait()
            finally:
                self._event = None
            return
        seconds = max(seconds, SHORTEST)
        self.until = self.clock.now() + seconds
        with anyio.CancelScope() as self._scope:
            await self.clock.sleep(seconds)
        self._scope = None
        self.until = math.inf
