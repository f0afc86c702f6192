"""The runner as Python sees it: graders and samples in, outcomes out."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from operator import attrgetter
from os import PathLike
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from anyio import to_thread
from anyio.lowlevel import current_token
from attrs import define, field

from rmg_core.datasets import Dataset, DatasetReport
from rmg_core.errors import ConfigError, Problem
from rmg_core.plan import Plan, plan_of_config, plan_of_objects
from rmg_core.results import Results
from rmg_core.runner.archive import Again, Archive
from rmg_core.runner.ended import Ended
from rmg_core.runner.execution import Execution
from rmg_core.runner.failures import tasks_together
from rmg_core.runner.needs import Need
from rmg_core.runner.progress import Progress, screen_here, total_of
from rmg_core.runner.session import Session
from rmg_core.runner.sources import Rows, source_of
from rmg_core.runner.streaming import GradedStream
from rmg_core.runner.waiting import wait_for
from rmg_core.runner.window import OpenSample
from rmg_core.runs.keeping import Keeping, end
from rmg_core.runs.regrading import needs_of_rows, plan_of_column
from rmg_core.runs.stored import StoredRun
from rmg_core.spending import ModelSummary
from rmg_core.store import Durability

SPREAD_AT_ONCE: Final = 512


class GradingRunner:
    """Grades samples with named graders, at most `max_concurrency` cells at once.

    Each entry of `grader_configs` is a grader, or a mapping with the key `grader` (an object, or
    a name such as `"text/exact_match"`) and any of `mapper`, `options`, `timeout` (seconds),
    `max_concurrency`, `repeats`, `when` and `isolate`. `aggregators` is one aggregator, several,
    or a mapping of column names to aggregators.

    A runner can be used again, from several tasks at once and from several event loops; the
    limit holds for all of its runs in one event loop together.

    Raises:
        ConfigError: something cannot be run; all problems are told at once.
    """

    def __init__(
        self,
        grader_configs: Mapping[str, Any],
        *,
        aggregators: Any = None,
        max_concurrency: int = 32,
        max_errors: float = 0.02,
        packs: Sequence[str] = (),
        id_field: str | None = None,
    ) -> None:
        plan = plan_of_objects(
            grader_configs,
            aggregators=aggregators,
            max_concurrency=max_concurrency,
            max_errors=max_errors,
            packs=packs,
        )
        self._set_up(plan, id_field)

    @classmethod
    def from_config(
        cls, path: str | PathLike[str], overrides: Sequence[str] = ()
    ) -> "GradingRunner":
        """Make the runner that a TOML file describes.

        `overrides` are as after `rmg run --set`: `"graders.polite.repeats=3"`.

        Raises:
            ConfigError: the file cannot be run; all problems are told at once.
        """
        return cls.from_plan(plan_of_config(path, overrides))

    @classmethod
    def from_plan(cls, plan: Plan) -> "GradingRunner":
        """Make a runner of a plan that is ready."""
        made = cls.__new__(cls)
        made._set_up(plan, None)  # noqa: SLF001 - its own class
        return made

    @classmethod
    def of_column(
        cls, run: StoredRun, column: str, *, repeats: int = 1, calls: int | None = None
    ) -> "GradingRunner":
        """Make a runner of one grader of a kept run, which grades other inputs as it did there.

        Its samples are the grader's inputs by their names, as `run.inputs` gives them. Options,
        models, limits and budget are those of the run's config; `calls` is a budget beside.

        Raises:
            ConfigError: the grader cannot be made any more, or the column is an aggregator's.
            DataError: there is no such column.
        """
        return cls.from_plan(plan_of_column(run, column, repeats=repeats, calls=calls))

    def needs(
        self, rows: Iterable[Mapping[str, Any]], *, run_dir: str | PathLike[str]
    ) -> tuple[Need, ...]:
        """Say what a run of rows in a directory would ask of each model; nothing is asked.

        Raises:
            DataError: a row is not a sample.
            StoreError: the store of the directory cannot be read.
        """
        return needs_of_rows(self.plan, rows, Path(run_dir))

    def _set_up(self, plan: Plan, id_field: str | None) -> None:
        self.plan = plan
        self._id_field = id_field
        self._sessions: WeakKeyDictionary[Any, Session] = WeakKeyDictionary()

    def run(
        self,
        dataset: Rows | None = None,
        *,
        run_dir: str | PathLike[str] | None = None,
        offline: bool = False,
        again: Again = "failed",
        durability: Durability = "power",
        progress: bool = False,
    ) -> Results:
        """Grade a dataset and wait for the end; also inside a running event loop.

        There (in a notebook) the run gets a thread and a loop of its own, while the caller waits.
        """
        return wait_for(
            lambda: self.arun(
                dataset,
                run_dir=run_dir,
                offline=offline,
                again=again,
                durability=durability,
                progress=progress,
            )
        )

    async def arun(
        self,
        dataset: Rows | None = None,
        *,
        run_dir: str | PathLike[str] | None = None,
        offline: bool = False,
        again: Again = "failed",
        durability: Durability = "power",
        progress: bool = False,
    ) -> Results:
        """Grade a dataset; the outcomes are in its order.

        Args:
            dataset: the samples; without it, those of the config.
            run_dir: where every outcome and every reply of a model is kept, as `rmg run` keeps
                them, for one run at a time; what is kept there and stands is not graded again.
            offline: ask no model: what needs a reply that is not kept is pending.
            again: what is graded again: errors that may pass by themselves ("failed"), all
                "errors", or "all" that is kept.
            durability: what is kept survives a loss of "power", or only a "crash" of the process,
                which waits less for the disk.
            progress: show how far the run is: below the cell of a notebook, else on stderr.

        Raises:
            ConfigError: the directory cannot be used, or a run is under way in it.
            DataError: the dataset cannot be read, or a row is not a sample.
            RunFailed: a sink failed, or a grader could not be opened.
            StoreError: the store of the directory cannot be used.
        """
        keeping = Keeping.of(run_dir, offline=offline, again=again, durability=durability)
        gathered = _Gathered(self.plan)
        rows, report = await self._checked(dataset)
        async with keeping.archive(self.plan, rows) as archive:
            with _shown(self.plan, total_of(rows, report), gathered, progress) as take:
                execution = self._execution(rows, take, archive, offline=offline)
                ended = await execution.run()
            results = gathered.results(ended, report, execution.not_kept)
            if archive is not None:
                told, is_whole = results.summary.to_json(), results.summary.is_complete
                await to_thread.run_sync(partial(end, archive, told, is_complete=is_whole))
        if self.plan.observers:
            await execution.tell_summary(results.summary)
        return results

    async def arun_many(self, datasets: Mapping[str, Rows]) -> dict[str, Results]:
        """Grade several datasets at once, under the one limit of this runner.

        Raises:
            TypeError: they have no names.
        """
        if not isinstance(datasets, Mapping):
            raise TypeError('several datasets need names: write {"NAME": rows, …}')
        results: dict[str, Results] = {}

        async def grade(name: str, rows: Rows) -> None:
            try:
                results[name] = await self.arun(rows)
            except Exception as failure:
                failure.add_note(f"in the dataset {name!r}")
                raise

        # Held open here, the graders are opened once, whichever run ends before another begins.
        async with self._session().graders_open(), tasks_together() as tasks:
            for name, rows in datasets.items():
                tasks.start_soon(grade, name, rows)
        return {name: results[name] for name in datasets}

    def run_many(self, datasets: Mapping[str, Rows]) -> dict[str, Results]:
        """Grade several datasets at once and wait for the end."""
        return wait_for(lambda: self.arun_many(datasets))

    @asynccontextmanager
    async def stream(self, dataset: Rows | None = None) -> "AsyncIterator[GradedStream]":
        """Grade a dataset of any length in constant memory.

        Samples come as they are finished, not in the order of the dataset; their `index` tells
        which they are. Reading waits for whoever iterates.
        """
        graded = GradedStream(self.plan.columns)
        rows, _ = await self._checked(dataset)
        graded.execution = self._execution(rows, graded.put)
        async with tasks_together() as tasks:
            tasks.start_soon(graded.run)
            yield graded
            tasks.cancel()
        # Whoever left early has not met it.
        graded.raise_failure()

    async def _checked(self, rows: Rows | None) -> tuple[Rows, DatasetReport | None]:
        if rows is None:
            rows = self.plan.dataset
        if rows is None:
            raise ConfigError([Problem("there is no dataset", "give one to the run")])
        report = await to_thread.run_sync(rows.check) if isinstance(rows, Dataset) else None
        return rows, report

    def _execution(
        self,
        rows: Rows,
        emit: Callable[[list[OpenSample]], None],
        archive: Archive | None = None,
        *,
        offline: bool = False,
    ) -> Execution:
        source = source_of(rows, self._id_field)
        return Execution(self._session(), source, emit, archive=archive, is_offline=offline)

    def _session(self) -> Session:
        loop = current_token().native_token
        session = self._sessions.get(loop)
        if session is None:
            session = self._sessions[loop] = Session.of(self.plan)
        return session


@define(eq=False)
class _Gathered:
    """The outcomes of a run, put into the order in which its samples were read."""

    plan: Plan
    columns: list[list[Any]] = field(init=False)
    repeats: dict[str, list[Any]] = field(init=False)
    index: list[Any] = field(factory=list)
    ids: list[Any] = field(factory=list)
    waiting: list[OpenSample] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.columns = [[] for _ in self.plan.columns]
        self.repeats = {each.name: [] for each in self.plan.graders if each.repeats > 1}

    def take(self, graded: list[OpenSample]) -> None:
        self.waiting += graded
        if len(self.waiting) >= SPREAD_AT_ONCE:
            self.spread()

    def spread(self) -> None:
        """Put the outcomes that wait into their columns."""
        graded, self.waiting = self.waiting, []
        graded.sort(key=attrgetter("order"))
        end = len(self.index)
        if graded and graded[0].order == end and graded[-1].order == end + len(graded) - 1:
            self._append(graded)
        else:
            self._insert(graded)

    def _append(self, graded: list[OpenSample]) -> None:
        """Go on where the columns end, as samples do that finish in their order."""
        for place, column in enumerate(self.columns):
            column += [each.outcomes[place] for each in graded]
        for name, outcomes in self.repeats.items():
            outcomes += [each.repeats[name] for each in graded]  # type: ignore[index]
        self.index += [each.index for each in graded]
        self.ids += [each.id for each in graded]

    def _insert(self, graded: list[OpenSample]) -> None:
        more = max((each.order for each in graded), default=-1) + 1 - len(self.index)
        for each in (*self.columns, *self.repeats.values(), self.index, self.ids):
            each.extend([None] * more)
        for place, column in enumerate(self.columns):
            for sample in graded:
                column[sample.order] = sample.outcomes[place]
        for name, outcomes in self.repeats.items():
            for sample in graded:
                outcomes[sample.order] = sample.repeats[name]  # type: ignore[index]
        for sample in graded:
            self.index[sample.order] = sample.index
            self.ids[sample.order] = sample.id

    def results(self, ended: Ended, dataset: DatasetReport | None, not_kept: int) -> Results:
        self.spread()
        return Results(
            dict(zip(self.plan.columns, self.columns, strict=True)),
            aggregators=frozenset(each.name for each in self.plan.aggregators),
            index=self.index,
            ids=self.ids,
            repeats=self.repeats,
            max_errors=self.plan.max_errors,
            is_complete=ended.is_complete and not not_kept,
            dataset=dataset,
            seconds=ended.seconds,
            grader_seconds=ended.grader_seconds,
            reports=ended.reports,
            reused=ended.reused,
            models=tuple(ModelSummary.of(*each) for each in ended.models),
        )


@contextmanager
def _shown(
    plan: Plan, total: int | None, gathered: _Gathered, is_wanted: bool
) -> Iterator[Callable[[list[OpenSample]], None]]:
    """Yield what takes the finished samples of a run, and shows how far it is if that is wanted."""
    if not is_wanted:
        yield gathered.take
        return
    progress = Progress(plan.columns, total, screen_here())

    def take(graded: list[OpenSample]) -> None:
        gathered.take(graded)
        progress.take(graded)

    progress.begin()
    try:
        yield take
    finally:
        progress.end()
