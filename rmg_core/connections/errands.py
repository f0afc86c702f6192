"""On whose behalf a model is asked: a cell, and the worker that has begun it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from contextvars import ContextVar
from time import perf_counter
from typing import Final, Protocol

import anyio
from attrs import define, field

from rmg_core.connections.ledger import Ledger
from rmg_core.errors import ModelStopped


class Deadline(Protocol):
    """When a cell has to be done; it stands still while the cell waits for a model."""

    def stand_still(self) -> None: ...

    def go_on(self) -> None: ...


class Place(Protocol):
    """One of the places for running cells, which others may have while its cell waits."""

    def lent(self) -> AbstractAsyncContextManager[None]: ...


@define(eq=False)
class Errand:
    """The asking of one cell.

    `label` says which cell it is, `address` is its fingerprint, or empty. `pending` says why it
    has no outcome in this run. `asked` counts its calls, `failures` those without an answer;
    `keys` are those of the calls that it was given, by their numbers.
    """

    ledger: Ledger
    label: str = ""
    address: str = ""
    repeat: int = 0
    deadline: Deadline | None = None
    pending: str = ""
    asked: int = 0
    failures: int = 0
    keys: dict[int, str] = field(factory=dict)
    _waited: float = 0.0
    _waits: int = 0
    _since: float = 0.0

    def next_number(self) -> int:
        """Return the number of its next call, from 0 on."""
        number = self.asked
        self.asked += 1
        return number

    def note_calls(self) -> None:
        """Note which calls its outcome is made of."""
        if self.keys and self.address and self.ledger.replies is not None:
            self.ledger.replies.note(self.address, [self.keys[each] for each in sorted(self.keys)])

    @property
    def waited(self) -> float:
        """The seconds that the cell has waited for models, and for their replies to be kept."""
        return self._waited + (perf_counter() - self._since if self._waits else 0.0)

    def stop(self, stopped: ModelStopped) -> None:
        """Note that the cell has to wait for another run."""
        self.pending = self.pending or str(stopped)

    @asynccontextmanager
    async def waiting(self, model: str) -> AsyncIterator[None]:
        """Wait in here for a model, and for nothing else.

        Meanwhile the deadline of the cell stands still, and another cell may have its place.

        Raises:
            ModelStopped: the run came to its end before.
        """
        ledger, place = self.ledger, PLACE.get()
        with anyio.CancelScope() as scope:
            ledger.wait_in(scope)
            self._stand_still()
            try:
                async with nullcontext() if place is None else place.lent():
                    yield
            finally:
                self._go_on()
                ledger.wait_no_more(scope)
        if scope.cancel_called:
            ledger.check(model)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let the deadline of the cell stand still."""
        self._stand_still()
        try:
            yield
        finally:
            self._go_on()

    def _stand_still(self) -> None:
        self._waits += 1
        if self._waits == 1:
            self._since = perf_counter()
            if self.deadline is not None:
                self.deadline.stand_still()

    def _go_on(self) -> float:
        """End a wait; return how long the cell has waited, where it was its last one."""
        self._waits -= 1
        if self._waits:
            return 0.0
        if self.deadline is not None:
            self.deadline.go_on()
        waited = perf_counter() - self._since
        self._waited += waited
        return waited


ERRAND: Final[ContextVar[Errand | None]] = ContextVar("errand", default=None)
"""The cell that asks; None outside of a run."""

PLACE: Final[ContextVar[Place | None]] = ContextVar("place", default=None)
"""The place of the worker that runs it."""
