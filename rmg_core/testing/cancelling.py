"""What a call of an async grader does when it is cancelled, wherever it waits."""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Final, TypeAlias

import anyio
from attrs import define, field

from rmg_core.runner.calls import Refusals
from rmg_core.runner.settling import pass_interrupt, said_by

AWAITS: Final = 8
"""So many times a call is cancelled: at its first await, another at its second, …"""

SECONDS: Final = 0.5
"""So long a call may take to end after its cancellation."""

Started: TypeAlias = Coroutine[Any, Any, Any]


async def fault_when_cancelled(start: Callable[[], Started]) -> str:
    """Cancel a call at its first await, another one at its second, and so on, under asyncio.

    `start` starts a call anew. Returns what the first did that did not end by its cancellation, or
    "".
    """
    for at in range(1, AWAITS + 1):
        call = _Call(start(), at)
        await _see_through(call)
        if call.fault:
            return f"cancelled at its await number {at}, it {call.fault}"
        if call.awaits < at:
            break  # it ended before
    return ""


async def _see_through(call: "_Call") -> None:
    # A task group would wait for a call that never ends; a task of asyncio can be given up.
    task = asyncio.create_task(call.run())
    reached = asyncio.create_task(call.reached.wait())
    await asyncio.wait({task, reached}, return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    _, late = await asyncio.wait({task}, timeout=SECONDS)
    if late:
        call.is_given_up = True
        task.cancel()  # also where no scope reaches: in a shielded one
        await asyncio.wait({task}, timeout=SECONDS)
        call.fault = (
            f"goes on for more than {SECONDS:g} s; let the cancellation pass, "
            "and do not shield what may take long"
        )


@define(eq=False)
class _Call:
    """A call that is cancelled when it awaits for the `at`-th time."""

    coroutine: Started
    at: int
    awaits: int = 0
    fault: str = ""
    is_given_up: bool = False
    reached: asyncio.Event = field(factory=asyncio.Event)
    _scope: anyio.CancelScope = field(factory=anyio.CancelScope)
    _is_told: bool = False

    async def run(self) -> None:
        with self._scope:
            try:
                await self._driven()
                said = "returns all the same; let the cancellation pass: catch Exception only"
            except asyncio.CancelledError:
                raise
            except BaseException as fault:  # noqa: BLE001 - a foreign grader
                pass_interrupt(fault)
                said = f"raises {said_by(fault)}; re-raise the cancellation that it catches"
            # One that ended before it was told has done nothing wrong.
            if self._is_told:
                self.fault = said

    @types.coroutine
    def _driven(self) -> Generator[Any, Any, Any]:
        """Await the call with a hand on it."""
        resume: Callable[[Any], Any] = self.coroutine.send
        value: Any = None
        while True:
            try:
                waits_for = resume(value)
            except StopIteration as ended:
                return ended.value
            self.awaits += 1
            if self.awaits == self.at:
                self._scope.cancel()
                self.reached.set()
            try:
                value = yield waits_for
                resume = self.coroutine.send
            except BaseException as fault:  # noqa: BLE001 - it is for the call to take
                resume, value = self.coroutine.throw, fault
                self._is_told = self._is_told or self.awaits >= self.at
            if self.is_given_up:
                Refusals().give_up(self.coroutine)
                raise asyncio.CancelledError
