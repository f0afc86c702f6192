"""Equal cells: one of them is graded, and the others share what it comes to."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeAlias

from attrs import define, field

from rmg_core.outcomes import Cell, Outcome, is_pending
from rmg_core.runner.window import Ready

Take: TypeAlias = Callable[[Ready, Outcome], None]
"""What lands a cell that waited, in the column that it is of."""


@define(eq=False)
class Sharing:
    """The cells under way, by their addresses, until the archive has them.

    `_waiting` are equal cells that came after the one that is graded, maybe of another column,
    where one grader has several. `_landed` are outcomes that are there, and that the archive does
    not have, or had not when a grader in `_asking` looked: `_archived` counts what it was given.
    """

    _waiting: dict[str, list[tuple[Ready, Take]]] = field(factory=dict)
    _landed: dict[str, Outcome] = field(factory=dict)
    _archived: int = 0
    _asking: dict[str, int] = field(factory=dict)
    _leaving: deque[tuple[int, list[str]]] = field(factory=deque)

    def ask(self, grader: str) -> None:
        """Note that a grader's cells are looked up in the archive as it is now."""
        self._asking[grader] = self._archived

    def answered(self, grader: str) -> None:
        """Note that what was found of them has landed."""
        self._asking.pop(grader, None)
        self._forget()

    def is_first(self, ready: Ready, take: Take) -> bool:
        """Tell whether a cell is to be graded; else `take` gets it when an equal one lands."""
        if not ready.address:
            return True
        waiting = self._waiting.get(ready.address)
        if waiting is None:
            self._waiting[ready.address] = []
            return True
        waiting.append((ready, take))
        return False

    def landed(self, ready: Ready) -> Outcome | None:
        """Return the outcome that an equal cell came to a moment ago."""
        return self._landed.get(ready.address)

    def land(self, ready: Ready, outcome: Outcome) -> list[tuple[Ready, Take]]:
        """Note what a cell came to; return the cells that waited for it."""
        if not ready.address:
            return []
        if not is_pending(outcome):  # the archive will not have it
            self._landed[ready.address] = outcome
        return self._waiting.pop(ready.address, [])

    def archived(self, cells: Iterable[Cell]) -> None:
        """Forget what the archive has now, as soon as nobody asks who may have missed it."""
        self._archived += 1
        self._leaving.append((self._archived, [cell.fingerprint for cell in cells]))
        self._forget()

    def _forget(self) -> None:
        seen_by_all = min(self._asking.values(), default=self._archived)
        while self._leaving and self._leaving[0][0] <= seen_by_all:
            for address in self._leaving.popleft()[1]:
                self._landed.pop(address, None)
