"""A run that is kept, as everything that reads one sees it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import orjson
from attrs import evolve, field, frozen

from rmg_core.config import Config, GateConfig, GraderConfig, load_config
from rmg_core.errors import ConfigError, DataError, Problem
from rmg_core.hints import suggestion
from rmg_core.layout import as_html
from rmg_core.outcomes import NOTHING, Cell, Outcome, Scale
from rmg_core.plan import PlannedGrader, plan_of_config
from rmg_core.runner.repeats import mean_of
from rmg_core.runs.directory import SUMMARY, command_of
from rmg_core.runs.finding import store_of
from rmg_core.runs.gates import gates_of
from rmg_core.runs.origin import config_of
from rmg_core.runs.rows import Rows, picked, rows_of
from rmg_core.runs.tables import columns_shown
from rmg_core.store import CallTotals, Column, Store


@frozen
class RunColumn:
    """A column of a run: a grader's, or an aggregator's, which has no `use` and no `scale`.

    `use` is the name of the grader in its pack, or of its code. `repeats` is how often it ran.
    `made_by` is what else its grades depend on: distribution, release, version, a digest of the
    source where no release tells it, and options, with the models among them.
    """

    name: str
    use: str | None = None
    scale: Scale | None = None
    repeats: int = 1
    made_by: Mapping[str, Any] = field(default=NOTHING, repr=False, eq=False)

    @classmethod
    def of(cls, column: Column) -> "RunColumn":
        grader = column.grader
        if grader is None:
            return cls(column.name, repeats=column.repeats)
        made_by = {
            "distribution": grader.distribution,
            "release": grader.release,
            "version": grader.version,
            "source": grader.source,
            "options": orjson.loads(grader.options),
        }
        return cls(column.name, grader.name, grader.scale, column.repeats, made_by)

    @property
    def is_aggregator(self) -> bool:
        return self.use is None


@frozen
class StoredSample:
    """What a run came to for one sample.

    `outcomes` has for each column its outcome, the mean where a grader ran several times; a column
    that has none yet is left out. `repeats` has the outcomes of the graders that ran several
    times, None where one is lacking. `fields` has what was asked for of the sample's row, by its
    path: a path that leads nowhere in this row is left out. It is None where the dataset has no
    such row any more.
    """

    index: int
    id: str | int | None
    outcomes: Mapping[str, Outcome]
    repeats: Mapping[str, tuple[Outcome | None, ...]] = NOTHING
    fields: Mapping[str, Any] | None = NOTHING


@frozen
class StoredRun:
    """A run directory that is open to be read: `with StoredRun.open("runs/qa") as run`.

    `columns` are in the order of the config: graders, then aggregators.
    """

    place: Path
    columns: tuple[RunColumn, ...]
    _store: Store = field(repr=False)

    @classmethod
    @contextmanager
    def open(cls, run_dir: str | Path) -> "Iterator[StoredRun]":
        """Open the run that is kept in a directory, or in a store, also while it goes on.

        Raises:
            DataError: there is none.
            StoreError: it cannot be read.
        """
        file = store_of(str(run_dir))
        with Store.read(file) as store:
            yield cls(file.parent, tuple(map(RunColumn.of, store.columns())), store)

    def column(self, name: str) -> RunColumn:
        """Return a column by its name.

        Raises:
            DataError: there is none of that name.
        """
        for each in self.columns:
            if each.name == name:
                return each
        names = [each.name for each in self.columns]
        said = f"the run {str(self.place)!r} has no grader or aggregator {name!r}"
        raise DataError([Problem(said, suggestion(name, names, "it has"))])

    @property
    def want(self) -> str | None:
        """Why these are not all the results that were asked for, in a sentence; None if they are.

        A run that goes on, was killed or was stopped has a part of them.
        """
        try:
            summary = self.summary
            is_whole, samples = bool(summary["complete"]), int(summary["samples"])
        except (ValueError, KeyError, TypeError):
            said = f"the run goes on still, or was killed: there is no {SUMMARY}"
        else:
            if is_whole:
                return None
            said = f"the run was stopped after {samples:,} sample" + "s" * (samples != 1)
        command = command_of(self.place)
        again = f"; for all, run again with: {command}" if command else ""
        return f"these results are partial ({said}){again}"

    def _repr_html_(self) -> str:
        """Show the columns in a notebook, also after the run was closed."""
        columns = [(each.name, each.use, each.scale) for each in self.columns]
        rows = columns_shown(columns, self.summary)
        want = self.want
        return as_html(str(self.place), rows, [want] if want else [])

    @property
    def summary(self) -> Mapping[str, Any]:
        """What `summary.json` says; nothing of a run that goes on, or was killed."""
        try:
            made = orjson.loads((self.place / SUMMARY).read_bytes())
        except (OSError, ValueError):
            return NOTHING
        return made if isinstance(made, dict) else NOTHING

    @cached_property
    def config(self) -> Config:
        """The config that the run was begun with, from the copy in its directory.

        Raises:
            ConfigError: there is none, or it does not say where the run was begun.
        """
        return config_of(self.place)

    def grader(self, column: str) -> GraderConfig:
        """Return what the config says of the grader of a column.

        Raises:
            ConfigError: `column` is an aggregator's, or the config has no such grader any more.
            DataError: there is no such column.
        """
        if self.column(column).is_aggregator:
            said = f"{column!r} is an aggregator, and has no inputs of its own"
            raise ConfigError([Problem(said, "name one of the graders")])
        if column not in self.config.graders:
            raise ConfigError([Problem(f"the config of the run has no grader {column!r} any more")])
        return self.config.graders[column]

    def gates(
        self, config: str | Path | None = None, overrides: Sequence[str] = (), *, has_other: bool
    ) -> Mapping[str, GateConfig]:
        """Return the gates of the run's config, or of another, for the columns of this run.

        `overrides` are written `key.path=value`. `has_other` says whether there is another run to
        compare with.

        Raises:
            ConfigError: there is none, one is of a column that the run does not have or needs
                another run, or the config is wrong.
        """
        return gates_of(
            config_of(self.place, overrides) if config is None else load_config(config, overrides),
            {each.name: each.scale for each in self.columns},
            has_other=has_other,
        )

    @property
    def imprint(self) -> str:
        """What tells the dataset that was graded from any other; empty where that is not known."""
        return self._store.dataset

    @property
    def failure(self) -> str | None:
        """Why the run failed, in a sentence: a column with more errors than `max_errors` allows.

        None of one that did not, or has not come to its end.
        """
        try:
            failed = [str(each) for each in self.summary["failed"]]
        except (KeyError, TypeError):
            return None
        names = ", ".join(map(repr, failed))
        return f"the run failed: too many errors in {names}" if failed else None

    @property
    def ranked(self) -> frozenset[str]:
        """The columns with a rank somewhere."""
        return self._store.ranked()

    @property
    def ids_are_numbers(self) -> bool:
        """Every id is a whole number of 64 bits, or there is none."""
        return self._store.ids_are_numbers()

    def calls(self) -> Mapping[str, CallTotals]:
        """Return what is kept of calls, by the identity of their model: counts, tokens, money."""
        return self._store.call_totals()

    def samples(self, fields: Sequence[str] = ()) -> Iterator[StoredSample]:
        """Yield the samples in the order of the dataset.

        `fields` are dotted paths into the rows of the dataset, which is read again for them. A row
        is known again by its id; without ids, the dataset must be as it was.

        Raises:
            ConfigError: the dataset cannot be found any more, or a path is none.
            DataError: the dataset cannot be read, or is another than the run's.
            StoreDamaged: an outcome is not as it was written.
        """
        if not fields:
            yield from self._samples(None)
            return
        pick = picked(fields)
        yield from self._samples(rows_of(self.config, self._store.dataset, pick))
        pick.check()

    def rows(self) -> "Iterator[tuple[StoredSample, Mapping[str, Any] | None]]":
        """Yield each sample with the whole of its row; None where the dataset has it no more.

        Raises:
            ConfigError: the dataset cannot be found any more.
            DataError: the dataset cannot be read, or is another than the run's.
        """
        for sample in self._samples(rows_of(self.config, self._store.dataset, dict)):
            yield evolve(sample, fields=NOTHING), sample.fields

    def _samples(self, rows: Rows | None) -> Iterator[StoredSample]:
        counts = {each.name: each.repeats for each in self.columns if each.repeats > 1}
        for index, group in groupby(self._store.cells(), key=attrgetter("index")):
            cells = list(group)
            key = cells[0].id
            found, repeats = _outcomes(cells, counts) if counts else _single(cells)
            fields = NOTHING if rows is None else rows.take(index, key)
            yield StoredSample(index, key, found, repeats, fields)

    def inputs(self, column: str) -> "Iterator[tuple[StoredSample, Mapping[str, Any] | None]]":
        """Yield each sample with the inputs of one of its graders, by their names.

        They are taken anew, by the mapper of the config: None where they cannot be taken. The code
        that the config names is run for that.

        Raises:
            ConfigError: the grader cannot be made any more, or `column` is an aggregator's.
            DataError: the dataset cannot be read, or is another than the run's.
        """
        self.grader(column)
        grader = {each.name: each for each in plan_of_config(self.config).graders}[column]
        names = [each.name for each in grader.grader.spec.inputs]
        rows = rows_of(self.config, self._store.dataset, partial(_inputs, grader, names))
        for sample in self._samples(rows):
            yield evolve(sample, fields=NOTHING), sample.fields


def _single(cells: Sequence[Cell]) -> tuple[dict[str, Outcome], Mapping[str, Any]]:
    return {cell.grader: cell.outcome for cell in cells}, NOTHING


def _outcomes(
    cells: Sequence[Cell], counts: Mapping[str, int]
) -> tuple[dict[str, Outcome], dict[str, tuple[Outcome | None, ...]]]:
    """Return the outcomes of a sample by column, and the repeats of those in `counts`."""
    found: dict[str, Outcome] = {}
    parts: dict[str, list[Outcome | None]] = {}
    for cell in cells:
        if cell.grader in counts:
            places = parts.setdefault(cell.grader, [None] * counts[cell.grader])
            places[cell.repeat] = cell.outcome
        else:
            found[cell.grader] = cell.outcome
    for name, outcomes in parts.items():
        whole = [each for each in outcomes if each is not None]
        if len(whole) == counts[name]:
            found[name] = mean_of(whole)
    return found, {name: tuple(each) for name, each in parts.items()}


def _inputs(
    planned: PlannedGrader, names: Sequence[str], fields: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    try:
        values = planned.prepare(fields)
    except Exception:  # noqa: BLE001 - a foreign mapper
        return None
    return dict(zip(names, values, strict=True))
