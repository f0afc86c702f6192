"""The cells to run of a grader, of which some are picked to stand for all."""

from array import array
from collections.abc import Iterator
from hashlib import blake2b
from heapq import heappush, heappushpop
from typing import Final

from attrs import define, field

from rmg_core.plan.values import PlannedGrader
from rmg_core.runner.window import Ready

MOST: Final = 2000
"""So many cells are looked at: a share of them is right to within two per cent or so."""


@define(eq=False)
class Picked:
    """The cells to run of one grader, and at most 2,000 of them to look at.

    Those have the smallest addresses, which spreads them evenly, and the same each time. Equal
    cells are one, as a run grades them once. `cells` counts all of them, and `waiting` those
    whose condition is only decided in the run.
    """

    planned: PlannedGrader
    cells: int = 0
    waiting: int = 0
    _places: "array[int]" = field(factory=lambda: array("Q"))
    _largest: list[int] = field(factory=list)
    _picked: dict[int, tuple[Ready, int]] = field(factory=dict)

    def add(self, ready: Ready, *, is_waiting: bool) -> None:
        """Add a cell."""
        self.cells += 1
        self.waiting += is_waiting
        # Cells without an address are each graded; they too are spread evenly.
        address = ready.address or blake2b(self.cells.to_bytes(8), digest_size=8).hexdigest()
        place = int(address[:16], 16)
        self._places.append(place)
        if (equal := self._picked.get(place)) is not None:
            self._picked[place] = (equal[0], equal[1] + 1)
        elif len(self._picked) < MOST:
            heappush(self._largest, -place)
            self._picked[place] = (ready, 1)
        elif (dropped := -heappushpop(self._largest, -place)) != place:
            del self._picked[dropped]
            self._picked[place] = (ready, 1)

    @property
    def distinct(self) -> int:
        """How many cells there are, equal ones counted once."""
        return len(self._picked) if len(self._picked) < MOST else len(set(self._places))

    def chosen(self) -> Iterator[tuple[Ready, int]]:
        """Yield the cells to look at, each with how many there are that equal it."""
        for place in sorted(self._picked):
            yield self._picked[place]
