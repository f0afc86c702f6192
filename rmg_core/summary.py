"""What a run came to: counts, means with their coverage, kinds of error, times."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from attrs import asdict, define, field, frozen

from rmg_core.layout import aligned, as_html
from rmg_core.outcomes import (
    NOTHING,
    GraderError,
    GraderRank,
    GraderScore,
    Outcome,
    Scale,
    is_pending,
)
from rmg_core.plan.conditions import saved_calls
from rmg_core.spending import ModelSummary
from rmg_core.spread import Interval, Spread, Spreading
from rmg_core.statistics import interval_of

_REST = ("scale", "scored", "errors", "skipped")
_NONE = "–"  # noqa: RUF001 - the dash that stands for no figure


@frozen
class ColumnSummary:
    """One grader or aggregator over all samples.

    `mean` is over the `scored` samples alone; it is None without any, and where they are on
    different scales, which leaves `scale` None too. `coverage` is the share of all samples that
    are scored (0..1). `errors` counts by kind; `examples` has the first error of each kind.
    `seconds` adds up the time in calls, None where it was not measured. Of the `skipped`, `when`
    decided over `gated`, which saved `saved_calls`: one for each repeat. `pending` ones have to
    wait for another run, since a model could not be asked. `conditions` counts what outcomes tell
    in `metadata["conditions"]`: what they depend on beside inputs and options, such as a sandbox.
    """

    name: str
    is_aggregator: bool
    samples: int
    scored: int
    mean: float | None
    low: float | None
    high: float | None
    scale: Scale | None
    ranked: int
    skipped: int
    errors: Mapping[str, int]
    examples: Mapping[str, str]
    seconds: float | None = None
    gated: int = 0
    saved_calls: int = 0
    pending: int = 0
    conditions: Mapping[str, Mapping[str, int]] = NOTHING
    spread: Spread | None = field(default=None, eq=False, repr=False)

    @cached_property
    def interval(self) -> Interval | None:
        """The interval of the mean, as the pack `stats` has it; None where that is not installed.

        It takes samples as independent; `rmg validate` and `rmg gate` know of clusters.
        """
        return None if self.spread is None else interval_of(self.spread)

    @property
    def condition(self) -> str:
        """Under which conditions it was graded, in a sentence; empty where outcomes tell none."""
        said = [
            f"{name} {value} ({count:,})"
            for name, values in self.conditions.items()
            for value, count in values.items()
        ]
        return f"{self.name}: {'; '.join(said)}" if said else ""

    @property
    def saving(self) -> str:
        """What `when` saved, in a sentence; empty where it saved nothing."""
        if not self.gated:
            return ""
        calls = self.samples * self.saved_calls // self.gated
        noun = "call" if calls == 1 else "calls"
        return f"when saved {self.saved_calls:,} of {calls:,} {noun} of {self.name}"

    @property
    def failed(self) -> int:
        return sum(self.errors.values())

    @property
    def coverage(self) -> float:
        return self.scored / self.samples if self.samples else 0.0

    @property
    def error_share(self) -> float:
        return self.failed / self.samples if self.samples else 0.0

    @property
    def own_error_share(self) -> float:
        """The share of errors that are this column's doing, not that of a part it lacks."""
        own = self.failed - self.errors.get("missing_part", 0)
        return own / self.samples if self.samples else 0.0


@frozen(repr=False)
class Summary:
    """The whole run; a notebook and a terminal show it as a table.

    `is_complete` says that every planned cell has an outcome. `rows_skipped` were no samples.
    `reused` cells have the outcome of an earlier run. `models` are those that were asked.
    """

    columns: tuple[ColumnSummary, ...]
    samples: int
    is_complete: bool = True
    max_errors: float = 1.0
    rows_skipped: int = 0
    duplicates: int = 0
    seconds: float | None = None
    reports: tuple[str, ...] = ()
    reused: int = 0
    models: tuple[ModelSummary, ...] = ()

    def __repr__(self) -> str:
        return "\n".join([self._head, aligned(self.table()), *self._notes])

    def _repr_html_(self) -> str:
        firsts = (
            f"{column.name}, {count:,} {kind}, the first: {column.examples[kind]}"
            for column in self.columns
            for kind, count in column.errors.items()
        )
        return as_html(self._head, self.table(), [*self._notes, *firsts])

    @property
    def _head(self) -> str:
        cells = "1 cell" if self.reused == 1 else f"{self.reused:,} cells"
        stored = f"; {cells} from earlier runs" if self.reused else ""
        samples = "1 sample" if self.samples == 1 else f"{self.samples} samples"
        return f"{samples} graded{stored}"

    @property
    def _notes(self) -> tuple[str, ...]:
        return (*self.savings, *self.conditions, *map(str, self.models))

    def __getitem__(self, name: str) -> ColumnSummary:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def too_many_errors(self) -> tuple[ColumnSummary, ...]:
        """The columns whose share of errors of their own is above `max_errors`."""
        return tuple(column for column in self.columns if column.own_error_share > self.max_errors)

    @property
    def pending(self) -> int:
        """How many outcomes have to wait for another run."""
        return sum(column.pending for column in self.columns)

    @property
    def savings(self) -> tuple[str, ...]:
        """What `when` saved, a sentence for each column where it did."""
        return tuple(column.saving for column in self.columns if column.saving)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Under which conditions columns were graded, a sentence for each that tells."""
        return tuple(column.condition for column in self.columns if column.condition)

    def to_json(self) -> dict[str, Any]:
        return {
            "samples": self.samples,
            "complete": self.is_complete,
            "failed": [column.name for column in self.too_many_errors],
            "rows_skipped": self.rows_skipped,
            "duplicates": self.duplicates,
            "max_errors": self.max_errors,
            "reused": self.reused,
            "seconds": self.seconds,
            "columns": {column.name: _column_json(column) for column in self.columns},
            "models": {each.name: asdict(each) for each in self.models},
            "reports": list(self.reports),
        }

    def table(self) -> list[tuple[str, ...]]:
        """Return the summary as rows of text, the first of which are the headings."""
        has_intervals = any(_has_ends(column.interval) for column in self.columns)
        head = ("", "mean", *(["95 % interval"] * has_intervals), *_REST)
        rows: list[tuple[str, ...]] = [head]
        for column in self.columns:
            mean = _NONE if column.mean is None else f"{column.mean:.4g}"
            scale = str(column.scale) if column.scale else _NONE
            scored = f"{column.scored} of {column.samples}"
            counts = [f"{count} {kind}" for kind, count in column.errors.items()]
            errors = ", ".join([*counts, f"{column.pending} pending"] if column.pending else counts)
            interval = [_ends(column.interval)] * has_intervals
            skipped = str(column.skipped)
            rows.append((column.name, mean, *interval, scale, scored, errors or "0", skipped))
        return rows


def _has_ends(interval: Interval | None) -> bool:
    return interval is not None and interval.low is not None


def _ends(interval: Interval | None) -> str:
    if interval is None or interval.low is None or interval.high is None:
        return _NONE
    return f"{interval.low:.4g} to {interval.high:.4g}"


def _column_json(column: ColumnSummary) -> dict[str, Any]:
    scale = column.scale
    return {
        "aggregator": column.is_aggregator,
        "samples": column.samples,
        "scored": column.scored,
        "coverage": column.coverage,
        "mean": column.mean,
        "interval": None if column.interval is None else asdict(column.interval),
        "low": column.low,
        "high": column.high,
        "scale": None if scale is None else [scale.low, scale.high],
        "higher_is_better": None if scale is None else scale.higher_is_better,
        "ranked": column.ranked,
        "skipped": column.skipped,
        "gated": column.gated,
        "saved_calls": column.saved_calls,
        "pending": column.pending,
        "conditions": {name: dict(values) for name, values in column.conditions.items()},
        "errors": dict(column.errors),
        "examples": dict(column.examples),
        "seconds": column.seconds,
    }


@define(eq=False)
class Tally:
    """Counts the outcomes of one column as they come.

    The sum is compensated (Neumaier 1974), so that the order in which samples finish does not
    show in the mean.
    """

    name: str
    is_aggregator: bool = False
    samples: int = 0
    scored: int = 0
    ranked: int = 0
    skipped: int = 0
    gated: int = 0
    saved_calls: int = 0
    pending: int = 0
    scale: Scale | None = None
    errors: Counter[str] = field(factory=Counter)
    conditions: dict[str, Counter[str]] = field(factory=dict)
    _first: dict[str, tuple[int, str]] = field(factory=dict)
    low: float | None = None
    high: float | None = None
    _spreading: Spreading = field(factory=Spreading)
    _has_scales: bool = False
    _sum: float = 0.0
    _lost: float = 0.0

    def add(self, outcome: Outcome, index: int) -> None:
        """Count the outcome of the sample in row `index` of the dataset."""
        self.samples += 1
        if conditions := outcome.metadata.get("conditions"):
            self._add_conditions(conditions)
        if isinstance(outcome, GraderScore):
            self._add_score(outcome)
        elif is_pending(outcome):
            self.pending += 1
        elif isinstance(outcome, GraderError):
            self.errors[outcome.kind] += 1
            if index < self._first.get(outcome.kind, (math.inf,))[0]:
                self._first[outcome.kind] = (index, outcome.error)
        elif isinstance(outcome, GraderRank):
            self.ranked += 1
        else:
            self.skipped += 1
            if calls := saved_calls(outcome):
                self.gated += 1
                self.saved_calls += calls

    def _add_conditions(self, conditions: Any) -> None:
        if isinstance(conditions, Mapping):
            for name, value in conditions.items():
                self.conditions.setdefault(str(name), Counter())[str(value)] += 1

    def _add_score(self, outcome: GraderScore) -> None:
        score, total = outcome.score, self._sum
        self.scored += 1
        self._sum = total + score
        bigger, smaller = (total, score) if abs(total) >= abs(score) else (score, total)
        self._lost += (bigger - self._sum) + smaller
        self._spreading.add(score)
        if self.low is None or self.high is None:
            self.low = self.high = score
            self.scale = outcome.scale
            return
        if score < self.low:
            self.low = score
        elif score > self.high:
            self.high = score
        if outcome.scale is not self.scale and outcome.scale != self.scale:
            self._has_scales, self.scale = True, None

    @property
    def mean(self) -> float | None:
        if not self.scored or self._has_scales:
            return None
        mean = (self._sum + self._lost) / self.scored
        return mean if math.isfinite(mean) else None  # the sum has left the range of floats

    @property
    def spread(self) -> Spread | None:
        """How the scores spread; None where they have no mean."""
        mean, scale = self.mean, self.scale
        return None if mean is None or scale is None else self._spreading.spread(mean, scale)

    def summary(self, seconds: float | None = None) -> ColumnSummary:
        return ColumnSummary(
            name=self.name,
            is_aggregator=self.is_aggregator,
            samples=self.samples,
            scored=self.scored,
            mean=self.mean,
            low=self.low,
            high=self.high,
            scale=self.scale,
            ranked=self.ranked,
            skipped=self.skipped,
            errors=dict(sorted(self.errors.items())),
            examples={kind: _placed(*first) for kind, first in sorted(self._first.items())},
            seconds=seconds,
            gated=self.gated,
            saved_calls=self.saved_calls,
            pending=self.pending,
            conditions={name: dict(each) for name, each in sorted(self.conditions.items())},
            spread=self.spread,
        )


def _placed(index: int, error: str) -> str:
    # What a mapper says names the sample already.
    return error if error.startswith("sample ") else f"sample {index}: {error}"


def tally_of(
    name: str, outcomes: Iterable[Outcome], index: Iterable[int], *, is_aggregator: bool
) -> Tally:
    tally = Tally(name, is_aggregator)
    for outcome, row in zip(outcomes, index, strict=True):
        tally.add(outcome, row)
    return tally
