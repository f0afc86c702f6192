"""Before a cell is graded: its inputs are taken, its address made, and the archive asked for it."""

from collections.abc import Callable
from typing import Any

from attrs import define, field

from rmg_core.mappers import FieldMapper
from rmg_core.outcomes import Cell, GraderError
from rmg_core.plan.values import PlannedGrader
from rmg_core.runner.addresses import fingerprinter
from rmg_core.runner.archive import Archive
from rmg_core.runner.lanes import Chunk, Lane, run_chunk
from rmg_core.runner.sharing import Sharing
from rmg_core.runner.threads import Threads
from rmg_core.runner.window import GraderCell, OpenSample, Ready
from rmg_core.runner.work import new, unprepared
from rmg_core.store import Link


@define(eq=False)
class Addressing:
    """How the cells of a grader are addressed, in chunks and in threads.

    `reused` counts those that have the outcome of an earlier run.
    """

    planned: PlannedGrader
    archive: Archive | None
    sharing: Sharing
    work: Callable[[GraderCell], Ready | Cell] = field(init=False)
    reused: int = 0

    def __attrs_post_init__(self) -> None:
        self.work = address_work(self.planned)

    @property
    def may_hang(self) -> bool:
        """The mapper is somebody's code, to which the time-out applies."""
        return not isinstance(self.planned.mapper, FieldMapper)

    def late(self, cell: GraderCell, error: GraderError) -> Cell:
        """Return what stands for a cell whose mapper did not answer in time."""
        opened, repeat = (cell, 0) if isinstance(cell, OpenSample) else cell
        seconds = self.planned.timeout or 0.0
        return Cell(opened.index, opened.id, self.planned.name, repeat, "", error, seconds)

    async def run_chunk(self, lane: Lane, chunk: Chunk, threads: Threads) -> tuple[list[Any], bool]:
        """Address a chunk; return what is known of its cells, and whether a thread was left."""
        made, left_behind = await run_chunk(lane, chunk, threads)
        if self.archive is None:
            return made, left_behind
        found: list[Any] = []
        self.sharing.ask(self.planned.name)
        await threads.call(self._look_up, self.archive, made, found)
        return found, left_behind

    def _look_up(self, archive: Archive, made: list[Ready | Cell], into: list[Any]) -> None:
        addresses = [each.address for each in made if type(each) is Ready and each.address]
        known = archive.find(addresses)
        if not known:
            into += made
            return
        name = self.planned.name
        for each in made:
            if type(each) is Ready and each.address in known:
                number, address, outcome, seconds, _ = known[each.address]
                opened, repeat, _, _ = each
                cell = Cell(opened.index, opened.id, name, repeat, address, outcome, seconds)
                into.append(Link(cell, number))
                self.reused += archive.is_earlier(number)
            else:
                into.append(each)


def address_work(planned: PlannedGrader) -> Callable[[GraderCell], Ready | Cell]:
    """Return what takes the inputs of a cell and makes its address, or says why it cannot."""
    prepare, name = planned.prepare, planned.name
    fingerprint = fingerprinter(planned.identity.digest, planned.repeats)

    def work(cell: GraderCell) -> Ready | Cell:
        opened, repeat = (cell, 0) if isinstance(cell, OpenSample) else cell
        try:
            inputs = prepare(opened.fields)
        except BaseException as fault:  # noqa: BLE001 - a foreign mapper
            error = unprepared(opened, fault)
            return Cell(opened.index, opened.id, name, repeat, "", error, 0.0)
        return new(Ready, (opened, repeat, inputs, fingerprint(inputs, repeat)))

    return work
