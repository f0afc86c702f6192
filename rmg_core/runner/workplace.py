"""A worker, and its place among the running cells, which it lends while its cell waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio import CapacityLimiter, WouldBlock
from attrs import define, field

from rmg_core.limits import take
from rmg_core.runner.guard import current_task


@define(eq=False)
class Worker:
    """A task that runs cells: what the limits know it by, and what a grader may cancel.

    While its cell waits for a model, its place among the running cells is lent to another;
    `on_lent` is told of 1 place more, and of 1 less.
    """

    cells: CapacityLimiter
    on_lent: Callable[[int], None]
    task: "asyncio.Task[None] | None" = field(factory=current_task)
    _has_place: bool = False
    _is_lent: bool = False
    _waits: int = 0
    _taking: anyio.Lock = field(factory=anyio.Lock)

    def take_free_place(self) -> bool:
        """Take a place for a cell that begins, if one is free."""
        try:
            self.cells.acquire_on_behalf_of_nowait(self)
        except WouldBlock:
            return False
        self._has_place = True
        return True

    async def take_place(self) -> None:
        """Take a place as soon as one is free."""
        await take(self.cells, self)
        self._has_place = True

    def leave_place(self) -> None:
        """Leave it for good, whether the cell has it or has lent it."""
        if self._has_place:
            self._has_place = False
            self.cells.release_on_behalf_of(self)
        self._end_loan()

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """Lend the place for as long as this lasts; several calls of a cell may wait at once."""
        self._waits += 1
        if self._has_place:
            self.leave_place()
            self._is_lent = True
            self.on_lent(1)
        try:
            yield
        finally:
            self._waits -= 1
        async with self._taking:
            if not (self._waits or self._has_place):
                self._end_loan()
                await self.take_place()

    def _end_loan(self) -> None:
        if self._is_lent:
            self._is_lent = False
            self.on_lent(-1)
