"""The way of a cell that is kept: addressed, then known or graded, and delivered."""

from collections.abc import Callable
from typing import Any, TypeAlias

from attrs import define

from rmg_core.outcomes import Cell, Outcome
from rmg_core.plan.values import PlannedGrader
from rmg_core.runner.sharing import Sharing
from rmg_core.runner.window import GraderCell, Ready
from rmg_core.store import Link

Land: TypeAlias = Callable[[list[Any], list[Outcome]], None]


@define(eq=False)
class Keeping:
    """Takes the cells of one grader through.

    `put` delivers new cells and known ones, `queue` gets those that have to be graded, and `land`
    the outcomes of all. Without `sharing`, equal cells are graded each.
    """

    planned: PlannedGrader
    put: Callable[[list[Cell], list[Link]], None]
    queue: Callable[[list[Ready]], None]
    land: Land
    sharing: Sharing | None

    def land_addressed(self, cells: list[GraderCell], made: list[Ready | Link | Cell]) -> None:
        """Land the cells that are known or cannot be graded, and queue the others."""
        landed: list[GraderCell] = []
        new: list[Cell] = []
        known: list[Link] = []
        outcomes: list[Outcome] = []
        to_grade: list[Ready] = []
        for cell, each in zip(cells, made, strict=True):
            if isinstance(each, Ready):
                outcome = None if self.sharing is None else self.sharing.landed(each)
                if outcome is None:
                    if self.sharing is None or self.sharing.is_first(each, self._take):
                        to_grade.append(each)
                    continue
                new.append(self._shared(each, outcome))
                outcomes.append(outcome)
            elif isinstance(each, Link):
                known.append(each)
                outcomes.append(each.cell.outcome)
            else:
                new.append(each)
                outcomes.append(each.outcome)
            landed.append(cell)
        if to_grade:
            self.queue(to_grade)
        if landed:
            self.put(new, known)
            self.land(landed, outcomes)
        if self.sharing is not None:
            self.sharing.answered(self.planned.name)

    def land_graded(self, cells: list[Ready], kept: list[Cell]) -> None:
        """Land cells that were graded, and those that waited for them."""
        self.put(kept, [])
        self._land(cells, [cell.outcome for cell in kept])
        if self.sharing is None:
            return
        for each, cell in zip(cells, kept, strict=True):
            for waiting, take in self.sharing.land(each, cell.outcome):
                take(waiting, cell.outcome)

    def _take(self, ready: Ready, outcome: Outcome) -> None:
        self.put([self._shared(ready, outcome)], [])
        self._land([ready], [outcome])

    def _land(self, cells: list[Ready], outcomes: list[Outcome]) -> None:
        is_single = self.planned.repeats == 1
        made = [each.opened if is_single else (each.opened, each.repeat) for each in cells]
        self.land(made, outcomes)

    def _shared(self, ready: Ready, outcome: Outcome) -> Cell:
        opened, repeat, _, address = ready
        return Cell(opened.index, opened.id, self.planned.name, repeat, address, outcome, 0.0)
