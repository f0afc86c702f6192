"""The place of a cell among those that run, which it lends while it waits for a model."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio import CapacityLimiter
from attrs import define

from rmg_core.limits import take


@define(eq=False)
class Place:
    """The place of one job: of a chunk, or of a cell, which lends it while it waits for a model.

    `on_lent` is told of 1 place more, and of 1 less. `was_lent` says that it was lent once. A
    cell may leave calls behind when it ends, which then neither lend nor take a place.
    """

    cells: CapacityLimiter
    on_lent: Callable[[int], None]
    was_lent: bool = False
    _has_place: bool = False
    _is_lent: bool = False
    _is_over: bool = False
    _waits: int = 0
    _taking: anyio.Lock | None = None

    async def take(self) -> None:
        """Take it as soon as one is free."""
        await take(self.cells, self)
        self._has_place = True

    def leave(self) -> None:
        """Leave it for good, whether the cell has it or has lent it."""
        self._is_over = True
        self._release()
        self._end_loan()

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """Lend it for as long as this lasts; several calls of a cell may wait at once.

        However this ends, the cell has its place again, unless its coroutine is closed.
        """
        self._waits += 1
        if self._has_place:
            self._release()
            self._is_lent = self.was_lent = True
            self.on_lent(1)
        is_closed = False
        try:
            yield
        except GeneratorExit:
            is_closed = True
            raise
        finally:
            self._waits -= 1
            if not is_closed:
                with anyio.CancelScope(shield=True):
                    await self._take_back()

    async def _take_back(self) -> None:
        if self._taking is None:
            self._taking = anyio.Lock()
        async with self._taking:
            if self._waits or self._has_place or self._is_over:
                return
            self._end_loan()
            await self.take()
            if self._is_over:
                self._release()

    def _release(self) -> None:
        if self._has_place:
            self._has_place = False
            self.cells.release_on_behalf_of(self)

    def _end_loan(self) -> None:
        if self._is_lent:
            self._is_lent = False
            self.on_lent(-1)
