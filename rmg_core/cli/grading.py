"""One run of the command line: the samples, who counts them, and the signals that end it."""

import logging
import signal
from collections.abc import AsyncIterator
from itertools import islice
from typing import Final

import anyio
from anyio.abc import TaskStatus
from attrs import define, evolve, field

from rmg_core.cli.cutting import DRAIN_SECONDS, cutting
from rmg_core.cli.exits import CUT_SHORT, STOPPED
from rmg_core.cli.preflight import Ready
from rmg_core.cli.progress import Progress
from rmg_core.cli.screen import one_line, tell
from rmg_core.connections.ledger import Ledger
from rmg_core.plan import NamedPart, Plan
from rmg_core.runner.archive import Archive
from rmg_core.runner.closing import run_to_the_end
from rmg_core.runner.execution import LOG, Execution
from rmg_core.runner.failures import sole_failure
from rmg_core.runner.session import Session
from rmg_core.runner.sources import FileSource
from rmg_core.runner.window import OpenSample
from rmg_core.spending import ModelSummary
from rmg_core.summary import ColumnSummary, Summary, Tally

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
# A terminal that goes away takes the grading with it as little as its progress. Windows has none.
_IGNORED: Final = (signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()


class _Warnings(logging.Handler):
    """Tells at once what a run warns of."""

    def __init__(self, told: set[str]) -> None:
        super().__init__(logging.WARNING)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        self._told.add(said)
        tell(one_line(said, 2000))


async def _next_stop(signals: AsyncIterator[signal.Signals]) -> None:
    """Wait for the next signal that asks a run to stop."""
    while await anext(signals) in _IGNORED:
        pass


@define(eq=False)
class Grading:
    """Runs a plan over its first `samples` samples, and counts what comes of it.

    `archive` has what earlier runs came to, and keeps what this one does.
    With `is_offline` models are not asked: `ledger` says which replies are missing.
    `told` are the reports that could not wait for the end. `signalled` is the exit code when a
    signal ended the run, else None.
    """

    ready: Ready
    archive: Archive
    samples: int
    progress: Progress | None
    is_offline: bool = False
    ledger: Ledger = field(init=False)
    signalled: int | None = field(init=False, default=None)
    told: set[str] = field(factory=set)
    _tallies: list[Tally] = field(init=False)

    def __attrs_post_init__(self) -> None:
        plan = self.ready.plan
        combined = {each.name for each in plan.aggregators}
        self._tallies = [Tally(name, name in combined) for name in plan.columns]

    def run(self) -> Summary:
        """Run to the end, or until signals say otherwise; return what it came to.

        Raises:
            RunFailed: a sink or a grader's own resource failed.
            DataError: the dataset has changed since it was checked.
        """
        warnings = _Warnings(self.told)
        LOG.addHandler(warnings)
        try:
            return run_to_the_end(self._run)
        finally:
            LOG.removeHandler(warnings)

    async def _run(self) -> Summary:
        samples = islice(self.ready.dataset.samples(), self.samples)
        session = Session.of(self._watched())
        execution = Execution(
            session,
            FileSource(samples),
            self._count,
            archive=self.archive,
            is_offline=self.is_offline,
            gives_up=True,
        )
        self.ledger = execution.ledger
        with sole_failure():
            async with anyio.create_task_group() as tasks:
                with anyio.CancelScope() as scope:
                    await tasks.start(self._listen, execution, scope)
                    await execution.run()
                tasks.cancel_scope.cancel()
        await execution.tell_summary(self._summary(execution))
        return self._summary(execution)

    def _watched(self) -> Plan:
        """Return the plan with the observer that the command line adds to it."""
        plan = self.ready.plan
        if self.progress is None:
            return plan
        return evolve(plan, observers=(NamedPart("progress", self.progress), *plan.observers))

    async def _listen(
        self, execution: Execution, scope: anyio.CancelScope, *, task_status: TaskStatus[None]
    ) -> None:
        receiver = anyio.open_signal_receiver(*_STOPPING, *_IGNORED)
        with receiver as received, cutting(_STOPPING):
            task_status.started()
            signals = aiter(received)
            await _next_stop(signals)
            self.signalled = STOPPED
            execution.stop()
            tell("stopping: what has begun is finished; Ctrl-C again cuts that short")
            with anyio.move_on_after(DRAIN_SECONDS):
                await _next_stop(signals)
                self.signalled = CUT_SHORT
        scope.cancel()

    def _count(self, samples: list[OpenSample]) -> None:
        for place, tally in enumerate(self._tallies):
            add = tally.add
            for each in samples:
                add(each.outcomes[place], each.index)

    def _scaled(self, column: ColumnSummary) -> ColumnSummary:
        """Take from the plan the scale of a column that came to no score; a rank has none."""
        plan = self.ready.plan
        if column.scored or column.ranked:
            return column
        scales = {each.name: each.scale for each in plan.graders}
        scales |= {each.name: each.scale for each in plan.aggregators if each.scale is not None}
        return evolve(column, scale=scales.get(column.name))

    def _summary(self, execution: Execution) -> Summary:
        ended, report = execution.ended, self.ready.report
        counted = self._tallies[0].samples
        return Summary(
            columns=tuple(
                self._scaled(each.summary(ended.grader_seconds.get(each.name)))
                for each in self._tallies
            ),
            samples=counted,
            is_complete=counted == self.samples
            and not execution.not_kept
            and not any(each.pending for each in self._tallies),
            max_errors=self.ready.plan.max_errors,
            rows_skipped=report.skipped,
            duplicates=report.duplicates,
            seconds=ended.seconds,
            reports=ended.reports,
            reused=ended.reused,
            models=tuple(ModelSummary.of(*each) for each in ended.models),
        )
