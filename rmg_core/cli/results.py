"""The results of a run as its file has them, put together to one row a sample.

Lines stand in the order in which cells finished. A first pass notes where the lines of each
sample are (16 bytes a line), a second one reads them sample by sample, so that memory does not
grow with what the lines hold.
"""

import mmap
import tomllib
from array import array
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from attrs import frozen

from rmg_core.cli.rundir import CONFIG, RESULTS, SUMMARY, command_of
from rmg_core.cli.screen import counted
from rmg_core.errors import DataError, Problem
from rmg_core.outcomes import GraderError, GraderRank, GraderScore, Outcome, from_json
from rmg_core.runner.pipeline import mean_of


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
    """The results of a run directory.

    `columns` are graders, then aggregators. `ranked` are those with a rank somewhere. `is_torn`
    says that a last line, cut short, is left out. `ids_are_numbers` says so of every id.
    """

    file: Path
    columns: tuple[str, ...]
    ranked: frozenset[str]
    ids_are_numbers: bool
    is_torn: bool
    _repeats: Mapping[str, int]
    _indexes: "array[int]"
    _starts: "array[int]"

    def rows(self) -> Iterator[Row]:
        """Yield the samples in the order of the dataset."""
        order = sorted(range(len(self._indexes)), key=self._indexes.__getitem__)
        with self.file.open("rb") as file, _mapped(file) as data:
            for index, places in groupby(order, key=self._indexes.__getitem__):
                lines = [
                    orjson.loads(data[self._starts[each] : self._starts[each + 1]])
                    for each in places
                ]
                yield Row(index, lines[0]["id"], self._values(lines))

    def _values(self, lines: list[dict[str, Any]]) -> tuple[Value, ...]:
        found: dict[str, dict[int, Outcome]] = {}
        for line in lines:
            found.setdefault(_column_of(line), {})[line["repeat"]] = from_json(line)
        return tuple(_value_of(found.get(name, {}), self._repeats[name]) for name in self.columns)


def results_of(run_dir: Path) -> Results:
    """Look through the results of a run directory.

    Raises:
        DataError: there are none, or a line is not a result.
    """
    file = run_dir / RESULTS
    if not file.is_file():
        hint = "give the directory of a run, such as runs/NAME"
        raise DataError([Problem(f"{run_dir} holds no {RESULTS}", hint)])
    indexes, starts = array("q"), array("q", [0])
    repeats: dict[str, int] = {}
    aggregators: set[str] = set()
    ranked: set[str] = set()
    are_numbers, is_torn = True, False
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                is_torn = True
                break
            try:
                made = orjson.loads(line)
                name, repeat, key = _column_of(made), made["repeat"], made["id"]
                indexes.append(made["index"])
                is_rank = isinstance(from_json(made), GraderRank)
            except (ValueError, KeyError, TypeError) as fault:
                said = Problem("this line is not a result", file=str(file), line=number)
                raise DataError([said]) from fault
            starts.append(starts[-1] + len(line))
            repeats[name] = max(repeats.get(name, 1), repeat + 1)
            if "aggregator" in made:
                aggregators.add(name)
            if is_rank:
                ranked.add(name)
            are_numbers = are_numbers and (key is None or type(key) is int)
    columns = [*_written_order(run_dir), *repeats]
    first = [name for name in columns if name in repeats and name not in aggregators]
    last = [name for name in columns if name in aggregators]
    return Results(
        file=file,
        columns=tuple(dict.fromkeys((*first, *last))),
        ranked=frozenset(ranked),
        ids_are_numbers=are_numbers,
        is_torn=is_torn,
        repeats=repeats,
        indexes=indexes,
        starts=starts,
    )


def directory_of(place: Path) -> Path:
    """Return the run directory that is meant: its results may be named in its place."""
    return place.parent if place.name == RESULTS and place.is_file() else place


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


def _column_of(line: Mapping[str, Any]) -> str:
    name: str = line["aggregator"] if "aggregator" in line else line["grader"]
    return name


def _written_order(run_dir: Path) -> list[str]:
    """Return the columns as the config of the run names them, as far as it can be read."""
    try:
        config = tomllib.loads((run_dir / CONFIG).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [*config.get("graders", {}), *config.get("aggregators", {})]


def _mapped(file: Any) -> Any:
    # An empty file cannot be mapped; nothing is read from it either.
    is_empty = not file.seek(0, 2)
    return file if is_empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _value_of(outcomes: Mapping[int, Outcome], repeats: int) -> Value:
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
