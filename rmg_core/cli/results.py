"""The results of a run as its store has them, put together to one row a sample."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from attrs import frozen

from rmg_core.cli.rundir import STORE, SUMMARY, command_of
from rmg_core.cli.screen import counted
from rmg_core.errors import DataError, Problem
from rmg_core.outcomes import Cell, GraderError, GraderRank, GraderScore, Outcome
from rmg_core.runner.repeats import mean_of
from rmg_core.store import Store


@frozen
class Value:
    """What one column says of one sample; all three are None where it has no outcome.

    `value` is a score, or the places of a rank, or None.
    """

    value: float | tuple[int, ...] | None = None
    status: str | None = None
    reason: str | None = None


@frozen
class Row:
    """One sample: its outcomes are in the order of the columns."""

    index: int
    id: Any
    values: tuple[Value, ...]


@frozen
class Results:
    """The results of a run directory; `repeats` of each of its columns, graders first."""

    store: Store
    repeats: dict[str, int]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.repeats)

    @property
    def ranked(self) -> frozenset[str]:
        """The columns with a rank somewhere."""
        return self.store.ranked()

    @property
    def ids_are_numbers(self) -> bool:
        """Every id is a whole number of 64 bits, or there is none."""
        return self.store.ids_are_numbers()

    def rows(self) -> Iterator[Row]:
        """Yield the samples in the order of the dataset.

        Raises:
            StoreDamaged: an outcome is not as it was written.
        """
        for index, group in groupby(self.store.cells(), key=lambda cell: cell.index):
            cells = list(group)
            yield Row(index, cells[0].id, self._values(cells))

    def _values(self, cells: list[Cell]) -> tuple[Value, ...]:
        found: dict[str, dict[int, Outcome]] = {}
        for cell in cells:
            found.setdefault(cell.grader, {})[cell.repeat] = cell.outcome
        return tuple(
            _value_of(found.get(name, {}), repeats) for name, repeats in self.repeats.items()
        )


@contextmanager
def results_of(run_dir: Path) -> Iterator[Results]:
    """Open the results of a run directory.

    Raises:
        DataError: there are none.
        StoreError: they cannot be read.
    """
    file = run_dir / STORE
    if not file.is_file():
        hint = "give the directory of a run, such as runs/NAME"
        raise DataError([Problem(f"there is no {STORE} in {str(run_dir)!r}", hint)])
    with Store.read(file) as store:
        yield Results(store, {each.name: each.repeats for each in store.columns()})


def directory_of(place: Path) -> Path:
    """Return the run directory that is meant: its store may be named in its place."""
    return place.parent if place.name == STORE and place.is_file() else place


def want_of(run_dir: Path) -> str | None:
    """Say why the results of a run directory are not all that was asked for, if so."""
    try:
        summary = orjson.loads((run_dir / SUMMARY).read_bytes())
        is_whole, samples = bool(summary["complete"]), int(summary["samples"])
    except (OSError, ValueError, KeyError, TypeError):
        said = f"the run goes on still, or was killed: there is no {SUMMARY}"
    else:
        if is_whole:
            return None
        said = f"the run was stopped after {counted(samples, 'sample')}"
    command = command_of(run_dir)
    again = f"; for all, run again with: {command}" if command else ""
    return f"these results are partial ({said}){again}"


def _value_of(outcomes: dict[int, Outcome], repeats: int) -> Value:
    if len(outcomes) < repeats:
        return Value()
    outcome = outcomes[0] if repeats == 1 else mean_of([outcomes[n] for n in range(repeats)])
    match outcome:
        case GraderScore(score=score):
            return Value(score, "score", outcome.reason)
        case GraderRank(rank=rank):
            return Value(rank, "rank", outcome.reason)
        case GraderError(kind=kind, error=error):
            return Value(None, "error", f"{kind}: {error}")
        case _:
            return Value(None, "skip", outcome.reason)
