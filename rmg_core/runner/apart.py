"""Chunks of a grader that has processes of its own: mapped here, graded there, landed here."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

from attrs import frozen

from rmg_core.mappers import FieldMapper
from rmg_core.outcomes import NOTHING, GraderError, GraderScore, Outcome, from_json
from rmg_core.plan.values import PlannedGrader
from rmg_core.runner.lanes import Chunk, Lane, run_chunk
from rmg_core.runner.process import Death
from rmg_core.runner.settling import without_secrets
from rmg_core.runner.threads import Threads
from rmg_core.runner.window import GraderCell, OpenSample
from rmg_core.runner.wire import NotPlainError, decode, encode
from rmg_core.runner.work import kept_result, unprepared
from rmg_core.runner.workers import MOST_CRASHES, Workers

Inputs: TypeAlias = tuple[Any, ...]
Sent: TypeAlias = tuple[Any, Inputs]
Done: TypeAlias = tuple[Any, Any]


@frozen(eq=False)
class Apart:
    """How the cells of a grader are graded in its processes.

    `map` takes the inputs of a cell, or says why it cannot; with `may_hang` it is somebody's code,
    to which the time-out applies. `result` makes what lands of a cell, an outcome and seconds.
    """

    planned: PlannedGrader
    workers: Workers
    map: Callable[[Any], Inputs | GraderError]
    result: Callable[[Any, Outcome, float], Any]
    may_hang: bool

    async def run_chunk(self, lane: Lane, chunk: Chunk, threads: Threads) -> tuple[list[Any], bool]:
        """Run a chunk in a process; return its results, and whether a thread was left behind."""
        mapped, left_behind = None, False
        if self.may_hang:
            # The time-out counts for the mapper too, which runs in a thread of this process.
            mapped, left_behind = await run_chunk(lane, Chunk(chunk.cells), threads)
        await threads.call(self.work_off, chunk, mapped)
        return chunk.results, left_behind

    def work_off(self, chunk: Chunk, mapped: Sequence[Inputs | GraderError] | None = None) -> None:
        """Work off a chunk, in a thread that waits for a process.

        Afterwards the cells with a result stand first, and the others were not begun, or have to
        be begun again since another one took the process along.
        """
        cells = chunk.cells
        if mapped is None:
            mapped = [self.map(cell) for cell in cells]
        done: list[Done] = []
        ready: list[Sent] = []
        for cell, made in zip(cells, mapped, strict=False):
            if isinstance(made, GraderError):
                done.append((cell, self.result(cell, made, 0.0)))
            else:
                ready.append((cell, made))
        content, sent, refused = self._encoded(ready)
        chunk.is_timed = False
        done += refused
        if sent:
            done += self._graded(content, sent, chunk)
        graded = {id(cell) for cell, _ in done}
        rest = [cell for cell in cells if id(cell) not in graded]
        chunk.settle([cell for cell, _ in done] + rest, [result for _, result in done])

    def _encoded(self, ready: list[Sent]) -> tuple[bytes, list[Sent], list[Done]]:
        """Write the inputs as JSON; cells with inputs that cannot be written are done."""
        try:
            return encode([list(inputs) for _, inputs in ready]), ready, []
        except NotPlainError:
            pass
        sent, refused = [], []
        for cell, inputs in ready:
            fault = self._fault_of(inputs)
            if fault is None:
                sent.append((cell, inputs))
            else:
                refused.append((cell, self.result(cell, fault, 0.0)))
        return encode([list(inputs) for _, inputs in sent]), sent, refused

    def _fault_of(self, inputs: Inputs) -> GraderError | None:
        for each, value in zip(self.planned.grader.spec.inputs, inputs, strict=True):
            try:
                encode(value)
            except NotPlainError as fault:
                said = f"input {each.name!r} is {fault}, which cannot be handed to a process"
                return GraderError("bad_input", f"{said}: map it to texts, numbers and lists")
        return None

    def _graded(self, content: bytes, sent: list[Sent], chunk: Chunk) -> list[Done]:
        """Have cells graded; return those that are done: some first ones, or a single culprit."""
        if self.workers.is_stopped:
            stopped = self._stopped()
            return [(cell, self.result(cell, stopped, 0.0)) for cell, _ in sent]
        answer = self.workers.ask(content, chunk.hold)
        if not isinstance(answer, Death):
            chunk.seconds, chunk.cpu_seconds, results = decode(answer)
            chunk.is_timed = True
            return [
                (cell, self.result(cell, self._read(made), seconds))
                for (cell, _), (made, seconds) in zip(sent, results, strict=False)
            ]
        if answer.number is None:
            return []
        is_late = answer.cause == "timeout"
        chunk.seconds = (self.planned.timeout or 0.0) if is_late else 0.0
        chunk.is_timed = is_late
        cell, _ = sent[answer.number]
        error = GraderError(answer.cause, answer.said, answer.printed)
        return [(cell, self.result(cell, error, chunk.seconds))]

    def _read(self, made: Any) -> Outcome:
        if type(made) is list:
            score, reason, *metadata = made
            kept = metadata[0] if metadata else NOTHING
            return without_secrets(GraderScore(score, reason, kept, self.planned.scale))
        return without_secrets(from_json(made))

    def _stopped(self) -> GraderError:
        last = self.workers.crashes[-1]
        said = f"the grader crashed {MOST_CRASHES} times and was stopped; the last time {last}"
        return GraderError("stopped", said)


def of_sample(planned: PlannedGrader, workers: Workers) -> Apart:
    """Grade cells whose inputs are still in their samples, and which nobody keeps."""

    def take(cell: GraderCell) -> Inputs | GraderError:
        opened = cell if isinstance(cell, OpenSample) else cell[0]
        try:
            return planned.prepare(opened.fields)
        except BaseException as fault:  # noqa: BLE001 - a foreign mapper
            return unprepared(opened, fault)

    may_hang = not isinstance(planned.mapper, FieldMapper)
    return Apart(planned, workers, take, lambda _, outcome, __: outcome, may_hang)


def of_ready(planned: PlannedGrader, workers: Workers) -> Apart:
    """Grade cells that have their inputs, and are kept."""
    return Apart(planned, workers, attrgetter("inputs"), kept_result(planned), may_hang=False)
