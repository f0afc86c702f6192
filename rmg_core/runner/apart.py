"""Chunks of a grader that has processes of its own: mapped here, graded there, landed here."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from attrs import field, frozen

from rmg_core.mappers import FieldMapper
from rmg_core.outcomes import NOTHING, Cell, GraderError, GraderScore, Outcome, from_json
from rmg_core.plan.values import PlannedGrader
from rmg_core.runner.lanes import Chunk, Lane, run_chunk
from rmg_core.runner.process import Death
from rmg_core.runner.threads import Threads
from rmg_core.runner.window import OpenSample
from rmg_core.runner.wire import NotPlainError, decode, encode
from rmg_core.runner.work import GraderCell, fingerprinter, unprepared
from rmg_core.runner.workers import MOST_CRASHES, Workers

Inputs: TypeAlias = tuple[Any, ...]


@frozen(eq=False)
class Apart:
    """How the cells of a grader are graded in its processes.

    With `keep`, a result is a `Cell`, else an outcome.
    """

    planned: PlannedGrader
    workers: Workers
    keep: bool
    _fingerprint: Callable[[Inputs, int], str] = field(init=False)

    @_fingerprint.default
    def _made_fingerprint(self) -> Callable[[Inputs, int], str]:
        return fingerprinter(self.planned.identity.digest, self.planned.repeats)

    @property
    def may_hang(self) -> bool:
        """The mapper is somebody's code."""
        return not isinstance(self.planned.mapper, FieldMapper)

    def map(self, cell: GraderCell) -> Inputs | GraderError:
        """Take the inputs of a cell from its sample, in this process."""
        opened, _ = _parts_of(cell)
        try:
            return self.planned.prepare(opened.fields)
        except BaseException as fault:  # noqa: BLE001 - a foreign mapper
            return unprepared(opened, fault)

    def run(self, chunk: Chunk, mapped: Sequence[Inputs | GraderError] | None = None) -> None:
        """Work off a chunk, in a thread that waits for a process.

        Afterwards the cells with a result stand first, and the others were not begun, or have to
        be begun again since another one took the process along.
        """
        done: list[tuple[GraderCell, Any]] = []
        sent: list[tuple[GraderCell, Inputs]] = []
        cells = chunk.cells
        for number, cell in enumerate(cells if mapped is None else cells[: len(mapped)]):
            made = self.map(cell) if mapped is None else mapped[number]
            if isinstance(made, GraderError):
                done.append((cell, self._result(cell, None, made, 0.0)))
            else:
                sent.append((cell, made))
        chunk.is_timed = False
        content = self._encoded(sent, done)
        if sent:
            self._ask(content, sent, done, chunk)
        graded = {id(cell) for cell, _ in done}
        rest = [cell for cell in cells if id(cell) not in graded]
        chunk.settle([cell for cell, _ in done] + rest, [result for _, result in done])

    def _encoded(self, sent: list[Any], done: list[Any]) -> bytes:
        """Write the inputs as JSON, and leave out the cells whose inputs cannot be."""
        try:
            return encode([inputs for _, inputs in sent])
        except NotPlainError:
            pass
        plain = []
        for cell, inputs in sent:
            try:
                encode(inputs)
            except NotPlainError as fault:
                done.append((cell, self._result(cell, None, self._not_plain(inputs, fault), 0.0)))
            else:
                plain.append((cell, inputs))
        sent[:] = plain
        return encode([inputs for _, inputs in sent])

    def _not_plain(self, inputs: Inputs, fault: NotPlainError) -> GraderError:
        for each, value in zip(self.planned.grader.spec.inputs, inputs, strict=True):
            try:
                encode(value)
            except NotPlainError:
                said = f"input {each.name!r} is {fault}, which cannot be handed to a process"
                return GraderError("bad_input", f"{said}: map it to texts, numbers and lists")
        raise AssertionError("inputs that are plain one by one are plain together")

    def _ask(self, content: bytes, sent: list[Any], done: list[Any], chunk: Chunk) -> None:
        workers = self.workers
        if workers.is_stopped:
            done += [
                (cell, self._result(cell, inputs, self._stopped(), 0.0)) for cell, inputs in sent
            ]
            return
        answer = workers.ask(content, chunk.hold)
        if isinstance(answer, Death):
            if answer.number is not None:
                cell, inputs = sent[answer.number]
                seconds = self.planned.timeout or 0.0 if answer.cause == "timeout" else 0.0
                chunk.seconds, chunk.is_timed = seconds, answer.cause == "timeout"
                error = GraderError(answer.cause, answer.said, answer.printed)
                done.append((cell, self._result(cell, inputs, error, seconds)))
            return
        chunk.seconds, chunk.cpu_seconds, results = decode(answer)
        chunk.is_timed = True
        for (cell, inputs), (made, seconds) in zip(sent, results, strict=False):
            done.append((cell, self._result(cell, inputs, self._read(made), seconds)))

    def _read(self, made: Any) -> Outcome:
        if type(made) is list:
            score, reason, *metadata = made
            return GraderScore(
                score, reason, metadata[0] if metadata else NOTHING, self.planned.scale
            )
        return from_json(made)

    def _stopped(self) -> GraderError:
        last = self.workers.crashes[-1]
        said = f"the grader crashed {MOST_CRASHES} times and was stopped; the last time {last}"
        return GraderError("stopped", said)

    def _result(
        self, cell: GraderCell, inputs: Inputs | None, outcome: Outcome, seconds: float
    ) -> Outcome | Cell:
        if not self.keep:
            return outcome
        opened, repeat = _parts_of(cell)
        address = "" if inputs is None else self._fingerprint(inputs, repeat)
        name = self.planned.name
        return Cell(opened.index, opened.id, name, repeat, address, outcome, seconds)


def _parts_of(cell: GraderCell) -> tuple[OpenSample, int]:
    return (cell, 0) if isinstance(cell, OpenSample) else cell


async def run_apart(lane: Lane, chunk: Chunk, threads: Threads) -> tuple[list[Any], bool]:
    """Run a chunk in a process; return its results, and whether a thread was left behind."""
    apart: Apart = lane.apart
    mapped, left_behind = None, False
    if apart.may_hang:
        # The time-out counts for the mapper too, which runs in a thread of this process.
        mapping = Chunk(chunk.cells)
        mapped, left_behind = await run_chunk(lane, mapping, threads)
    await threads.call(apart.run, chunk, mapped)
    return chunk.results, left_behind
