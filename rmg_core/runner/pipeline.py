"""The way of a sample: through the lanes of its graders, then the aggregators, then out."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from rmg_core.connections.ledger import Ledger
from rmg_core.datasets import Sample
from rmg_core.limits import Limits
from rmg_core.outcomes import NOTHING, Cell, GraderError, Outcome
from rmg_core.plan.values import Plan, PlannedAggregator, PlannedGrader
from rmg_core.runner.addressing import Addressing
from rmg_core.runner.apart import of_ready, of_sample
from rmg_core.runner.calls import Refusals
from rmg_core.runner.delivery import Delivery
from rmg_core.runner.gating import Gates
from rmg_core.runner.groups import Groups
from rmg_core.runner.keeping import Keeping, Land
from rmg_core.runner.lanes import Chunk, Lane
from rmg_core.runner.repeats import mean_of
from rmg_core.runner.sharing import Sharing
from rmg_core.runner.window import Group, OpenSample, Ready
from rmg_core.runner.work import (
    async_work,
    combine_work,
    group_work,
    kept_async_work,
    kept_result,
    kept_work,
    of_repeats,
    plain_work,
)
from rmg_core.runner.workers import Workers


@define(eq=False)
class Pipeline:
    """The lanes of a plan, and the samples in them.

    `emit` gets the samples that have their last outcome. `busy` samples have cells in lanes;
    `alive` ones are not out yet, some of them parked until their group is complete. `ready` lists
    the lanes that have a job to give, each once.
    """

    plan: Plan
    limits: Limits
    delivery: Delivery
    emit: Callable[[list[OpenSample]], None]
    ledger: Ledger
    workers: Mapping[str, Workers] = NOTHING
    sharing: Sharing | None = field(init=False)
    samples: int = 0
    finished: int = 0
    busy: int = 0
    alive: int = 0
    ready: deque[Lane] = field(factory=deque)
    warming: Lane | None = None
    all_are_warm: bool = field(init=False)
    _held_back: list[Lane] = field(factory=list)
    graders: list[Lane] = field(init=False)
    stages: list[Lane] = field(init=False)
    lanes: list[Lane] = field(init=False)
    _groups: dict[int, Groups] = field(factory=dict)
    _repeated: tuple[PlannedGrader, ...] = field(init=False)
    _ungated: tuple[PlannedGrader, ...] = field(init=False)
    _gates: Gates | None = None
    _lanes: dict[str, Lane] = field(init=False)
    _entries: dict[str, Lane] = field(init=False)
    _keepings: dict[str, Keeping] = field(factory=dict)
    _addressings: list[Addressing] = field(factory=list)
    _places: dict[str, int] = field(init=False)
    _blank: list[Any] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._places = {name: place for place, name in enumerate(self.plan.columns)}
        self._blank = [None] * len(self._places)
        self._repeated = tuple(each for each in self.plan.graders if each.repeats > 1)
        self.sharing = None if self.delivery.archive is None else self.delivery.sharing
        self._ungated = tuple(each for each in self.plan.graders if each.when is None)
        if len(self._ungated) < len(self.plan.graders):
            put = self.delivery.put if self.delivery.is_wanted else None
            self._gates = Gates(self.plan.graders, self._column, self._queue, put)
        self.graders = [self._grader_lane(each) for each in self.plan.graders]
        self._lanes = {lane.name: lane for lane in self.graders}
        self._entries = self._lanes
        if self.delivery.is_wanted:
            self._entries = {each.name: self._address_lane(each) for each in self.plan.graders}
        self.stages = self._aggregator_stages()
        self.lanes = [*self.graders, *self.stages]
        if self._entries is not self._lanes:
            self.lanes += self._entries.values()
        plain = [lane for lane in self.lanes if not (lane.is_async or lane.is_warm)]
        self.all_are_warm = len(plain) < 2

    @property
    def cells_a_sample(self) -> int:
        return sum(each.repeats for each in self.plan.graders)

    @property
    def reused(self) -> int:
        return sum(each.reused for each in self._addressings)

    @property
    def running(self) -> int:
        return sum(lane.running for lane in self.lanes)

    def take(self) -> tuple[Lane, Any] | None:
        """Return the next job, from the lanes in turn: a list of one cell, or a chunk.

        What is left in it is what has not been done.
        """
        ready = self.ready
        while ready:
            lane = ready.popleft()
            lane.is_listed = False
            if lane.is_ready and not self._is_held_back(lane):
                job = [lane.queue.popleft()] if lane.is_async else lane.take_chunk()
                lane.running += 1
                self.enlist(lane)
                return lane, job
        return None

    def _is_held_back(self, lane: Lane) -> bool:
        """Let plain graders make their first calls one after the other.

        A first call imports libraries. Two threads that import the same ones from different ends
        meet in the middle, and Python then hands one of them a module that is half there.
        """
        if lane.is_async or lane.is_warm or self.all_are_warm:
            return False
        if self.warming is None:
            self.warming = lane
        if self.warming is lane:
            return False
        self._held_back.append(lane)
        return True

    def end_warm_up(self, lane: Lane | None) -> None:
        """Note that a lane has made its first calls (None: wait for no lane any more)."""
        if lane is None:
            self.all_are_warm = True
        else:
            lane.is_warm = True
        if lane is None or self.warming is lane:
            self.warming = None
            held_back, self._held_back = self._held_back, []
            for each in held_back:
                self.enlist(each)

    def enlist(self, lane: Lane) -> None:
        """List a lane among those that have a job to give, if it has one."""
        if not lane.is_listed and lane.is_ready:
            lane.is_listed = True
            self.ready.append(lane)

    def land(self, lane: Lane, chunk: Chunk, results: list[Any]) -> None:
        """Land the results of a chunk, and put back the cells that have none."""
        count = len(results)
        landed, chunk.cells = chunk.cells[:count], chunk.cells[count:]
        lane.land(landed, results)
        self.put_back(lane, chunk)

    def put_back(self, lane: Lane, job: Any) -> None:
        """Put back a job that was taken, or what is left of it."""
        left: list[Any] = job if lane.is_async else job.cells
        lane.queue.extendleft(reversed(left))
        left.clear()

    def admit(self, samples: list[Sample]) -> None:
        """Open samples that were just read: queue their cells."""
        cells, blank = self.cells_a_sample, self._blank
        opened = [
            OpenSample(index, key, fields, order, cells, blank.copy())
            for order, (index, key, fields) in enumerate(samples, self.samples)
        ]
        self.samples += len(opened)
        self.busy += len(opened)
        self.alive += len(opened)
        for number, groups in self._groups.items():
            for each in opened:
                self._queue_if_ready(groups.admit(each), self.stages[number])
        if self._repeated:
            for each in opened:
                each.repeats = {one.name: [_PENDING] * one.repeats for one in self._repeated}
        if self._gates is not None:
            self._gates.admit(opened)
        for planned in self._ungated:
            self._queue(planned, opened)

    def _queue(self, planned: PlannedGrader, samples: list[OpenSample]) -> None:
        """Queue the cells that a grader has of samples."""
        lane = self._entries[planned.name]
        if planned.repeats == 1:
            lane.queue.extend(samples)
        else:
            repeats = range(planned.repeats)
            lane.queue.extend([(each, repeat) for each in samples for repeat in repeats])
        self.enlist(lane)

    def end_of_samples(self) -> None:
        """Complete the last groups."""
        for number, groups in self._groups.items():
            self._queue_if_ready(groups.close(), self.stages[number])

    def drop_waiting(self) -> None:
        """Forget the cells that no one has begun; what is finished still goes its way."""
        for lane in (*self.graders, *self._entries.values()):
            lane.queue.clear()

    def _grader_lane(self, planned: PlannedGrader) -> Lane:
        keep = self.delivery.is_wanted
        workers, refusals = self.workers.get(planned.name), Refusals()
        apart = None
        land = self._landing(planned)
        if keep:
            self._keepings[planned.name] = self._keeping(planned, land)
        if workers is not None:
            apart = of_ready(planned, workers) if keep else of_sample(planned, workers)
            work: Any = apart.map
        elif planned.grader.spec.is_async:
            made = kept_async_work if keep else async_work
            work = made(planned, refusals, self.ledger if planned.models else None)
        else:
            work = kept_work(planned) if keep else plain_work(planned)
        if not (keep or apart) and planned.repeats > 1:
            work = of_repeats(work)
        result = kept_result(planned)
        seconds = planned.timeout or 0.0
        is_kept_here = keep and apart is None
        most = self.plan.max_concurrency
        return Lane(
            name=planned.name,
            work=work,
            land=self._keepings[planned.name].land_graded if keep else land,
            late=(lambda ready, error: result(ready, error, seconds)) if is_kept_here else _late,
            is_async=planned.grader.spec.is_async and apart is None,
            most=min(most, planned.most or most),
            limiter=self.limits.graders.get(planned.name),
            timeout=planned.timeout,
            run=None if apart is None else apart.run_chunk,
            workers=workers,
            refusals=refusals,
            is_warm=apart is not None and not apart.may_hang,
        )

    def _landing(self, planned: PlannedGrader) -> Callable[[list[Any], list[Any]], None]:
        name, place = planned.name, self._places[planned.name]

        def land(cells: list[OpenSample], outcomes: list[Outcome]) -> None:
            graded = []
            for opened, outcome in zip(cells, outcomes, strict=True):
                opened.outcomes[place] = outcome
                opened.waiting -= 1
                if not opened.waiting:
                    graded.append(opened)
            self.finished += len(outcomes)
            if graded:
                self._end_grading(graded)

        def land_repeats(cells: list[tuple[OpenSample, int]], outcomes: list[Outcome]) -> None:
            graded = []
            for (opened, repeat), outcome in zip(cells, outcomes, strict=True):
                opened.repeats[name][repeat] = outcome  # type: ignore[index]
                opened.waiting -= 1
                if not opened.waiting:
                    graded.append(opened)
            self.finished += len(outcomes)
            if graded:
                self._end_grading(graded)

        landing = land if planned.repeats == 1 else land_repeats
        return landing if self._gates is None else self._gates.watched(planned, landing)

    def _keeping(self, planned: PlannedGrader, land: Land) -> Keeping:
        def queue(ready: list[Ready]) -> None:
            lane = self._lanes[planned.name]
            lane.queue.extend(ready)
            self.enlist(lane)

        return Keeping(planned, self.delivery.put, queue, land, self.sharing)

    def _address_lane(self, planned: PlannedGrader) -> Lane:
        addressing = Addressing(planned, self.delivery.archive, self.delivery.sharing)
        self._addressings.append(addressing)
        return Lane(
            name=planned.name,
            work=addressing.work,
            land=self._keepings[planned.name].land_addressed,
            late=addressing.late,
            is_async=False,
            most=1,
            timeout=planned.timeout if addressing.may_hang else None,
            run=addressing.run_chunk,
            is_warm=not addressing.may_hang,
        )

    def _end_grading(self, graded: list[OpenSample]) -> None:
        for planned in self._repeated:
            place = self._places[planned.name]
            for each in graded:
                each.outcomes[place] = self._column(each, planned)
        self._advance(graded, 0)

    def _column(self, opened: OpenSample, planned: PlannedGrader) -> Outcome:
        """Return what a grader's cells of a sample, which have all landed, come to."""
        if planned.repeats == 1:
            return opened.outcomes[self._places[planned.name]]
        return mean_of(opened.repeats[planned.name])  # type: ignore[index]

    def _aggregator_stages(self) -> list[Lane]:
        """Put the aggregators in stages; those of single samples that follow one another share."""
        stages: list[Lane] = []
        run: list[PlannedAggregator] = []

        def end_run() -> None:
            if run:
                stages.append(self._stage(combine_work(tuple(run), self._places), len(stages)))
                run.clear()

        for planned in self.plan.aggregators:
            if planned.group_by is None:
                run.append(planned)
                continue
            end_run()
            self._groups[len(stages)] = Groups(planned.group_by)
            stages.append(self._stage(group_work(planned, self._places), len(stages)))
        end_run()
        return stages

    def _stage(self, work: Callable[[Any], None], number: int) -> Lane:
        def land(cells: list[OpenSample | Group], _: list[None]) -> None:
            combined: list[OpenSample] = []
            for cell in cells:
                if isinstance(cell, Group):
                    self.busy += len(cell.members)
                    combined += cell.members
                else:
                    combined.append(cell)
            self._advance(combined, number + 1)

        return Lane("aggregators", work, land, _late, is_async=False, most=1)

    def _advance(self, samples: list[OpenSample], stage: int) -> None:
        if stage == len(self.stages):
            self.busy -= len(samples)
            self.alive -= len(samples)
            if self.stages and self.delivery.is_wanted:
                self._put_combined(samples)
            self.emit(samples)
        elif stage in self._groups:
            self.busy -= len(samples)
            for each in samples:
                self._queue_if_ready(self._groups[stage].arrive(each), self.stages[stage])
        else:
            lane = self.stages[stage]
            lane.queue.extend(samples)
            self.enlist(lane)

    def _put_combined(self, samples: list[OpenSample]) -> None:
        """Deliver the outcomes of the aggregators, as cells without a fingerprint."""
        first = len(self.graders)
        names = self.plan.columns[first:]
        self.delivery.put(
            [
                Cell(each.index, each.id, name, 0, "", outcome, 0.0)
                for each in samples
                for name, outcome in zip(names, each.outcomes[first:], strict=True)
            ]
        )

    def _queue_if_ready(self, group: Group | None, lane: Lane) -> None:
        if group is not None and group.is_ready:
            lane.queue.append(group)
            self.enlist(lane)


def _late(_: Any, error: GraderError) -> GraderError:
    return error


_PENDING: Outcome = GraderError("missing_part", "this repeat has not run")
