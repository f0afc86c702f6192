"""Equal cells: one of them is graded, and the others share what it comes to."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from attrs import define, field

from rmg_core.outcomes import Cell, Outcome
from rmg_core.runner.window import Ready

Take: TypeAlias = Callable[[Ready, Outcome], None]
"""What lands a cell that waited, in the column that it is of."""


@define(eq=False)
class Sharing:
    """The cells under way, by their addresses, until the archive has them.

    `_waiting` are equal cells that came after the one that is graded, maybe of another column,
    where one grader has several; `_landed` are outcomes that
    are there and not yet in the archive.
    """

    _waiting: dict[str, list[tuple[Ready, Take]]] = field(factory=dict)
    _landed: dict[str, Outcome] = field(factory=dict)

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
        self._landed[ready.address] = outcome
        return self._waiting.pop(ready.address, [])

    def archived(self, cells: Iterable[Cell]) -> None:
        """Forget what the archive has now."""
        for cell in cells:
            self._landed.pop(cell.fingerprint, None)
