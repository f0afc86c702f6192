"""What a run has to do, before it does it: the cells that no stored outcome stands for, and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from graphlib import TopologicalSorter
from itertools import islice
from typing import Final, TypeAlias

from attrs import define, field

from rmg_core.datasets import Sample
from rmg_core.errors import StoreDamaged
from rmg_core.outcomes import Cell, Outcome
from rmg_core.plan.values import Plan, PlannedGrader
from rmg_core.runner.addressing import address_work
from rmg_core.runner.archive import Archive, stored_grader
from rmg_core.runner.repeats import mean_of
from rmg_core.runner.window import GraderCell, OpenSample, Ready
from rmg_core.store import Column, StoredGrader

BLOCK: Final = 1000

_PARTS: Final[Mapping[str, str]] = {
    "distribution": "pack",
    "release": "version of the pack",
    "version": "version",
    "source": "code",
    "scale": "scale",
    "options": "options",
}

_CHANGED: Final = "changed rows"
_ERRORS: Final = "errors to retry"

Outcomes: TypeAlias = dict[str, list[Outcome | None]]
"""Of each grader that a condition names: what stands of each sample of a block."""

Note: TypeAlias = Callable[[PlannedGrader, Ready, bool], None]
"""Takes a cell that is to run, and whether its condition is only decided in the run."""


@define(eq=False)
class Survey:
    """Of the `cells` of a plan, those `to_run`, and why.

    `rows` counts samples, all others cells. `waiting` are those of `to_run` whose condition is
    only decided in the run. `is_first` says that nothing is stored.
    """

    cells: int = 0
    to_run: int = 0
    waiting: int = 0
    is_first: bool = False
    rows: Counter[str] = field(factory=Counter)
    reasons: Counter[str] = field(factory=Counter)

    def __str__(self) -> str:
        said = f"{self.to_run:,} of {self.cells:,} cells to run"
        if not self.to_run:
            return f"{said}: what is stored stands"
        counts = [*self.rows.items(), *self.reasons.items()]
        parts = [f"{count:,} {_singular(what) if count == 1 else what}" for what, count in counts]
        said += ": " + ("nothing is stored yet" if self.is_first else ", ".join(parts))
        if self.waiting:
            said += f"; {self.waiting:,} of them wait for their `when`"
        return said


def _singular(what: str) -> str:
    return what.replace("rows", "row", 1).replace("errors", "error", 1)


def survey(
    plan: Plan, samples: Iterable[Sample], archive: Archive | None, note: Note | None = None
) -> Survey:
    """Look up every cell of some samples; without an archive nothing is stored.

    Maps each sample, and so may call mappers of the user. `note` is given each cell to run of
    the graders that ask models, unless there is nothing to grade in it.

    Raises:
        StoreError: the store cannot be read.
    """
    made = Survey()
    if archive is None or not archive.store.counts():
        count = sum(1 for _ in (samples if note is None else _noting(plan, samples, note)))
        made.cells = made.to_run = count * sum(each.repeats for each in plan.graders)
        made.waiting = count * sum(each.repeats for each in plan.graders if each.when)
        made.is_first = True
        return made
    surveyor = _Surveyor(plan, archive, made, note)
    left = iter(samples)
    while block := list(islice(left, BLOCK)):
        surveyor.look_at([OpenSample(*each, 0, 0, []) for each in block])
    return made


def _noting(plan: Plan, samples: Iterable[Sample], note: Note) -> Iterator[Sample]:
    """Yield samples, all of whose cells are to run."""
    asking = [(each, address_work(each)) for each in plan.graders if each.models]
    for sample in samples:
        opened = OpenSample(*sample, 0, 0, [])
        for planned, work in asking:
            for repeat in range(planned.repeats):
                if isinstance(ready := work((opened, repeat)), Ready):
                    note(planned, ready, planned.when is not None)
        yield sample


@define(eq=False)
class _Surveyor:
    plan: Plan
    archive: Archive
    made: Survey
    note: Note | None
    _columns: Mapping[str, Column] = field(factory=dict)
    _order: Sequence[PlannedGrader] = field(init=False)
    _awaited: frozenset[str] = field(init=False)
    _work: Mapping[str, Callable[[GraderCell], Ready | Cell]] = field(init=False)
    _new_rows: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        store = self.archive.store
        with suppress(StoreDamaged):  # the run begins anew what is damaged
            self._columns = {each.name: each for each in store.columns()}
        self._new_rows = "new rows" if store.is_finished else "rows not graded yet"
        planned = {each.name: each for each in self.plan.graders}
        conditions = {each.name: each.when.names for each in self.plan.graders if each.when}
        self._awaited = frozenset(name for names in conditions.values() for name in names)
        self._work = {name: address_work(each) for name, each in planned.items()}
        graph = {name: conditions.get(name, ()) for name in planned}
        self._order = [planned[name] for name in TopologicalSorter(graph).static_order()]

    def look_at(self, block: list[OpenSample]) -> None:
        """Count the cells of a block of samples."""
        outcomes: Outcomes = {}
        rows: dict[int, str] = {}
        for planned in self._order:
            self.made.cells += len(block) * planned.repeats
            gated, waiting = self._gated(planned, block, outcomes)
            asked = [each for each in block if each.index not in gated]
            stands, missing = self._looked_up(planned, asked)
            self.made.to_run += len(missing)
            self.made.waiting += sum(ready.opened.index in waiting for ready, _ in missing)
            if self.note is not None and planned.models:
                for ready, _ in missing:
                    self.note(planned, ready, ready.opened.index in waiting)
            for ready, reason in self._reasons(planned, missing):
                if reason is None:
                    rows.setdefault(ready.opened.index, self._new_rows)
                elif reason == _CHANGED:
                    rows[ready.opened.index] = reason
                else:
                    self.made.reasons[reason] += 1
            if planned.name in self._awaited:
                outcomes[planned.name] = [
                    gated.get(each.index) or _column(stands.get(each.index), planned)
                    for each in block
                ]
        self.made.rows.update(rows.values())

    def _gated(
        self, planned: PlannedGrader, block: list[OpenSample], outcomes: Outcomes
    ) -> tuple[Mapping[int, Outcome], frozenset[int]]:
        """Return what a condition keeps from running, and the samples where it is not decided."""
        if planned.when is None:
            return {}, frozenset()
        gated: dict[int, Outcome] = {}
        waiting = set()
        names = planned.when.names
        for place, each in enumerate(block):
            found = ((name, outcomes[name][place]) for name in names)
            known = {name: outcome for name, outcome in found if outcome is not None}
            if len(known) < len(names):
                waiting.add(each.index)
            elif (verdict := planned.when.verdict(known)) is not None:
                gated[each.index] = verdict
        return gated, frozenset(waiting)

    def _looked_up(
        self, planned: PlannedGrader, samples: list[OpenSample]
    ) -> tuple[dict[int, list[Outcome]], list[tuple[Ready, bool]]]:
        """Return what stands of each sample, and the cells without, with whether they failed.

        Only a grader that a condition names is asked what stands.
        """
        work = self._work[planned.name]
        cells: list[GraderCell] = list(samples)
        if planned.repeats > 1:
            cells = [(each, repeat) for each in samples for repeat in range(planned.repeats)]
        ready: list[Ready] = []
        stands: dict[int, list[Outcome]] = {}
        for made in map(work, cells):
            if isinstance(made, Cell):  # there is nothing to grade
                stands.setdefault(made.index, []).append(made.outcome)
            else:
                ready.append(made)
        addresses = [each.address for each in ready if each.address]
        known = self.archive.standing(addresses)
        missing = [
            (each, each.address in known) for each in ready if not known.get(each.address, False)
        ]
        if planned.name in self._awaited:
            found = self.archive.store.find(addresses)
            for each in ready:
                if known.get(each.address, False) and each.address in found:
                    outcome = found[each.address].outcome
                    stands.setdefault(each.opened.index, []).append(outcome)
        return stands, missing

    def _reasons(
        self, planned: PlannedGrader, missing: list[tuple[Ready, bool]]
    ) -> Iterator[tuple[Ready, str | None]]:
        """Say of each cell why it runs; None where its row was never graded."""
        column = self._columns.get(planned.name)
        of_grader = _of_grader(planned, column)
        graded = None
        for ready, has_outcome in missing:
            if has_outcome:
                yield ready, "to grade again" if self.archive.again == "all" else _ERRORS
            elif not ready.address:
                yield ready, f"of {planned.name}, {_unkept(planned)}"
            elif of_grader or column is None:
                yield ready, of_grader
            elif ready.repeat >= column.repeats:
                yield ready, f"more repeats of {planned.name}"
            else:
                if graded is None:
                    indexes = [each.opened.index for each, _ in missing]
                    graded = self.archive.store.graded(planned.name, indexes)
                was_graded = graded.get((ready.opened.index, ready.opened.id))
                if was_graded is False:
                    yield ready, f"of {planned.name}, which was not called for them before"
                else:
                    yield ready, _CHANGED if was_graded else None


def _unkept(planned: PlannedGrader) -> str:
    """Say why a cell without an address runs each time."""
    unknown = planned.identity.unknown
    return f"which is not known again: {unknown}" if unknown else "whose inputs JSON cannot hold"


def _of_grader(planned: PlannedGrader, column: Column | None) -> str:
    """Say why all cells of a grader run, if that is its own doing."""
    if column is None or column.grader is None:
        return f"of {planned.name}, which is new"
    return _difference(planned.name, column.grader, stored_grader(planned))


def _difference(name: str, before: StoredGrader, now: StoredGrader) -> str:
    if before.digest == now.digest:
        return ""
    if before.name != now.name:
        return f"of {name}, which is another grader now"
    changed = [noun for key, noun in _PARTS.items() if getattr(before, key) != getattr(now, key)]
    return f"of {name} (changed: {', '.join(changed) or 'its identity'})"


def _column(repeats: list[Outcome] | None, planned: PlannedGrader) -> Outcome | None:
    """Return what a grader came to for a sample; None where a repeat of it is to run."""
    if repeats is None or len(repeats) < planned.repeats:
        return None
    return repeats[0] if planned.repeats == 1 else mean_of(repeats)
