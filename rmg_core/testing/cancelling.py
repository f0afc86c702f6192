"""What a call of an async grader does when it is cancelled, wherever it waits."""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Final, TypeAlias

import anyio
from attrs import define, field

from rmg_core.runner.calls import Refusals
from rmg_core.runner.settling import pass_interrupt, said_by, shown

MOST_WAITS: Final = 16
"""At how many places a call is cancelled at most."""

LIMIT: Final = 0.5
"""So many seconds after its cancellation a call must have ended."""

Started: TypeAlias = Coroutine[Any, Any, Any]


async def fault_when_cancelled(start: Callable[[], Started]) -> str:
    """Cancel a call where it waits first, another where it waits next, and so on, under asyncio.

    `start` starts a call anew. Returns what the first did that did not end in its cancellation; ""
    when all did.
    """
    for at in range(1, MOST_WAITS + 1):
        call = _Call(start(), at)
        await _see_through(call)
        if call.waits < at:
            break  # it ended before
        if call.fault:
            return f"cancelled where it awaits for the {_ordinal(at)} time, it {call.fault}"
    return ""


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


async def _see_through(call: "_Call") -> None:
    # Only a task of asyncio itself can be given up: a task group waits for all of its own.
    task = asyncio.create_task(call.run())
    reached = asyncio.create_task(call.reached.wait())
    await asyncio.wait({task, reached}, return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    _, late = await asyncio.wait({task}, timeout=LIMIT)
    if late:
        call.fault = f"has not ended {LIMIT:g} s later: shield nothing, and do not wait again"
        call.is_given_up = True
        task.cancel()
        await asyncio.wait({task}, timeout=LIMIT)


@define(eq=False)
class _Call:
    """A call that is cancelled when it waits for the `at`-th time."""

    coroutine: Started
    at: int
    waits: int = 0
    fault: str = ""
    is_given_up: bool = False
    reached: asyncio.Event = field(factory=asyncio.Event)
    _scope: anyio.CancelScope = field(factory=anyio.CancelScope)
    _is_told: bool = False

    async def run(self) -> None:
        with self._scope:
            try:
                said = f"returns {shown(await self._driven())}: let the cancellation pass"
            except asyncio.CancelledError:
                raise
            except BaseException as raised:  # noqa: BLE001 - a foreign grader
                pass_interrupt(raised)
                said = f"raises {said_by(raised)}: re-raise the cancellation"
            # One that ended before it heard of its cancellation has done nothing wrong.
            if self._is_told and not self.is_given_up:
                self.fault = f"{said}, which no `except BaseException` or bare `except` may keep"

    @types.coroutine
    def _driven(self) -> Generator[Any, Any, Any]:
        """Await the call, with a hand on it."""
        resume: Callable[[Any], Any] = self.coroutine.send
        value: Any = None
        while True:
            try:
                waits_for = resume(value)
            except StopIteration as ended:
                return ended.value
            self.waits += 1
            if self.waits == self.at:
                self._scope.cancel()
                self.reached.set()
            try:
                value = yield waits_for
            except GeneratorExit:
                self.coroutine.close()
                raise
            except BaseException as raised:  # noqa: BLE001 - it is for the call to take
                resume, value = self.coroutine.throw, raised
                is_cancellation = isinstance(raised, asyncio.CancelledError)
                self._is_told = self._is_told or (is_cancellation and self.waits >= self.at)
            else:
                resume = self.coroutine.send
            if self.is_given_up:
                Refusals().give_up(self.coroutine)
                raise asyncio.CancelledError
