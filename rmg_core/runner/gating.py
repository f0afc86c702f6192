"""Gates: the cells of graders with a `when`, held back until it is known whether they run."""

from collections.abc import Callable, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any, TypeAlias

from attrs import define, field

from rmg_core.outcomes import Cell, Outcome, is_pending
from rmg_core.plan.conditions import Condition
from rmg_core.plan.values import PlannedGrader
from rmg_core.runner.window import GraderCell, OpenSample

Land: TypeAlias = Callable[[list[Any], list[Any]], None]


@define(eq=False)
class Gate:
    """A grader that waits, and the number of cells that each sample has of what it waits for."""

    planned: PlannedGrader
    when: Condition
    awaited: int


@define(eq=False)
class Gates:
    """The gates of a plan, and how many cells each open sample has before each of them.

    `column` gives a grader's outcome for a sample, `queue` gets the samples that a grader may
    grade, and `put` the cells that it may not, where somebody takes cells. A cell that may not
    run lands at once, as if it had: all that counts cells counts it.
    """

    graders: Sequence[PlannedGrader]
    column: Callable[[OpenSample, PlannedGrader], Outcome]
    queue: Callable[[PlannedGrader, list[OpenSample]], None]
    put: Callable[[list[Cell]], None] | None
    _planned: Mapping[str, PlannedGrader] = field(init=False)
    _gates: list[Gate] = field(init=False)
    _behind: dict[str, list[int]] = field(init=False)
    _landings: dict[str, Land] = field(factory=dict)
    _before: dict[int, list[int]] = field(factory=dict)
    _blank: list[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._planned = {each.name: each for each in self.graders}
        self._gates = self._in_order()
        self._blank = [each.awaited for each in self._gates]
        self._behind = {}
        for number, gate in enumerate(self._gates):
            for name in gate.when.names:
                self._behind.setdefault(name, []).append(number)

    def _in_order(self) -> list[Gate]:
        """Put each gate behind those that it waits for, so that one pass decides a chain."""
        waits_for = {each.name: each.when.names for each in self.graders if each.when is not None}
        gates = []
        for name in TopologicalSorter(waits_for).static_order():
            if (when := self._planned[name].when) is not None:
                awaited = sum(self._planned[each].repeats for each in when.names)
                gates.append(Gate(self._planned[name], when, awaited))
        return gates

    def admit(self, opened: list[OpenSample]) -> None:
        """Close the gates for samples that were just read."""
        for each in opened:
            self._before[each.order] = self._blank.copy()

    def watched(self, planned: PlannedGrader, land: Land) -> Land:
        """Return how a grader's cells land where gates may wait for them."""
        self._landings[planned.name] = land
        if planned.name not in self._behind:
            return land

        def land_and_decide(cells: list[Any], outcomes: list[Any]) -> None:
            land(cells, outcomes)
            self._decide(planned, cells)

        return land_and_decide

    def _decide(self, planned: PlannedGrader, cells: list[GraderCell]) -> None:
        """Decide what can be decided, now that cells of a grader have landed."""
        arrived: list[list[OpenSample]] = [[] for _ in self._gates]
        self._arrive(planned, cells, arrived)
        for gate, samples in zip(self._gates, arrived, strict=True):
            if not samples:
                continue
            passed, stopped = self._parted(gate, samples)
            if passed:
                self.queue(gate.planned, passed)
            if stopped:
                self._arrive(gate.planned, self._land(gate.planned, stopped), arrived)

    def _arrive(
        self, planned: PlannedGrader, cells: list[GraderCell], arrived: list[list[OpenSample]]
    ) -> None:
        """Count cells off, and note the samples that wait for nothing more before a gate."""
        behind = self._behind.get(planned.name)
        if behind is None:
            return
        for cell in cells:
            opened = cell if isinstance(cell, OpenSample) else cell[0]
            before = self._before[opened.order]
            for number in behind:
                before[number] -= 1
                if not before[number]:
                    arrived[number].append(opened)
            if not any(before):
                del self._before[opened.order]

    def _parted(
        self, gate: Gate, samples: list[OpenSample]
    ) -> tuple[list[OpenSample], list[tuple[OpenSample, Outcome]]]:
        awaited = [self._planned[name] for name in gate.when.names]
        passed = []
        stopped: list[tuple[OpenSample, Outcome]] = []
        for opened in samples:
            known = {each.name: self.column(opened, each) for each in awaited}
            pending = next((each for each in known.values() if is_pending(each)), None)
            verdict = gate.when.verdict(known) if pending is None else pending
            if verdict is None:
                passed.append(opened)
            else:
                stopped.append((opened, verdict))
        return passed, stopped

    def _land(
        self, planned: PlannedGrader, stopped: list[tuple[OpenSample, Outcome]]
    ) -> list[GraderCell]:
        """Land every repeat of cells that may not run."""
        name, repeats = planned.name, range(planned.repeats)
        if self.put is not None:
            self.put(
                [
                    Cell(each.index, each.id, name, repeat, "", outcome, 0.0)
                    for each, outcome in stopped
                    for repeat in repeats
                ]
            )
        cells: list[GraderCell] = [each for each, _ in stopped]
        if planned.repeats > 1:
            cells = [(each, repeat) for each, _ in stopped for repeat in repeats]
        outcomes = [outcome for _, outcome in stopped for _ in repeats]
        self._landings[name](cells, outcomes)
        return cells
