"""A run that is kept, as arrays."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from rmg_core import (
    DataError,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Outcome,
    Problem,
    RunColumn,
    Scale,
    StoredRun,
)
from rmg_plugin_stats.samples import Floats

UNSEEN = (np.nan, np.nan)
POSITIONS = {"a": 1.0, "b": 0.0}


@frozen(eq=False)
class ColumnScores:
    """What one column of a run came to, sample by sample.

    `scores` has one number a sample, nan where there is no score. `repeats` has a row a sample and
    a column a repeat, None where the grader ran once. `labels` has what each outcome says in
    `metadata["label"]`, None where it says nothing. `scale` is None where the scores are on
    several, or where there is none. `lacks` says of each sample why it has no score: `skipped`,
    `ranked`, `absent` or the kind of its error; it is empty where it has one. The rest counts them:
    of `absent` ones there is no outcome at all. `failures` has the place of each error, with its
    kind and message. `orders` has, of a column that compares two answers, what it said of each
    sample with either shown first, by the position that won: 1 the first, 0 the second, 0.5
    neither, nan nothing.
    """

    column: RunColumn
    scores: Floats = field(repr=False)
    scale: Scale | None
    repeats: Floats | None = field(default=None, repr=False)
    labels: tuple[Any, ...] = field(default=(), repr=False)
    lacks: tuple[str, ...] = field(default=(), repr=False)
    skipped: int = 0
    ranked: int = 0
    errors: Mapping[str, int] = field(factory=dict)
    absent: int = 0
    failures: tuple[tuple[int, str, str], ...] = field(default=(), repr=False)
    orders: Floats | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def is_pairwise(self) -> bool:
        return self.orders is not None

    @property
    def scored(self) -> int:
        return int((~np.isnan(self.scores)).sum())

    @property
    def failed(self) -> int:
        return sum(self.errors.values())

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The ends of the scale; None where one is open."""
        scale = self.scale
        if scale is None or scale.low is None or scale.high is None:
            return None
        return scale.low, scale.high

    def check_threshold(self, at: float) -> None:
        """See to it that scores can lie on both sides of a threshold.

        Raises:
            DataError: it is not on the scale.
        """
        scale = self.scale
        if scale is None:
            return
        if (scale.low is not None and at < scale.low) or (
            scale.high is not None and at > scale.high
        ):
            said = f"the threshold {at:g} is not on the scale {scale} of {self.column.name!r}"
            raise DataError([Problem(said, "name a score on it")])


@frozen(eq=False)
class RunScores:
    """The scores of a run: one place for each sample, in the order of the dataset.

    `fields` has what was asked for of the rows, by path: None where a row has no such field.
    `lost` samples have no row in the dataset any more.
    """

    place: str
    want: str | None
    index: tuple[int, ...] = field(repr=False)
    ids: tuple[str | int | None, ...] = field(repr=False)
    columns: Mapping[str, ColumnScores]
    fields: Mapping[str, tuple[Any, ...]] = field(factory=dict, repr=False)
    lost: int = 0

    def __len__(self) -> int:
        return len(self.index)

    @property
    def has_ids(self) -> bool:
        return any(each is not None for each in self.ids)


def read(
    run: StoredRun, columns: Sequence[str] | None = None, fields: Sequence[str] = ()
) -> RunScores:
    """Read columns of a run, all of them by default, with fields of the dataset's rows.

    Raises:
        DataError: there is no such column or field, or the dataset is another.
        StoreError: the run cannot be read.
    """
    wanted = run.columns if columns is None else tuple(map(run.column, columns))
    gathered = [_Gathered(each) for each in wanted]
    index: list[int] = []
    ids: list[str | int | None] = []
    found: dict[str, list[Any]] = {path: [] for path in fields}
    lost = 0
    for sample in run.samples(fields=fields):
        index.append(sample.index)
        ids.append(sample.id)
        row = {} if sample.fields is None else sample.fields
        lost += sample.fields is None
        for path, values in found.items():
            values.append(row.get(path))
        for each in gathered:
            each.add(sample.outcomes.get(each.column.name), sample.repeats.get(each.column.name))
    return RunScores(
        str(run.place),
        run.want,
        tuple(index),
        tuple(ids),
        {each.column.name: each.made() for each in gathered},
        {path: tuple(values) for path, values in found.items()},
        lost,
    )


class _Gathered:
    """The outcomes of one column as they come."""

    def __init__(self, column: RunColumn) -> None:
        self.column = column
        self.scores: list[float] = []
        self.repeats: list[list[float]] = []
        self.labels: list[Any] = []
        self.lacks: list[str] = []
        self.scales: set[Scale] = set()
        self.counts: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.failures: list[tuple[int, str, str]] = []
        self.orders: list[tuple[float, float]] = []
        self._has_labels = False
        self._is_pairwise = False

    def add(
        self, outcome: Outcome | None, repeats: "Sequence[Outcome | None] | None" = None
    ) -> None:
        label, lack = None, ""
        orders = UNSEEN
        if isinstance(outcome, GraderScore):
            self.scores.append(outcome.score)
            self.scales.add(outcome.scale)
            if outcome.metadata:
                label = outcome.metadata.get("label")
                if "net" in outcome.metadata:
                    orders = by_position(outcome.metadata.get("votes"))
                    self._is_pairwise = True
        else:
            lack = self._count(outcome)  # by its place, which is the number of scores so far
            self.scores.append(np.nan)
        self.orders.append(orders)
        self.labels.append(label)
        self.lacks.append(lack)
        self._has_labels = self._has_labels or label is not None
        if self.column.repeats > 1:
            self.repeats.append([*map(_score_of, repeats or [None] * self.column.repeats)])

    def _count(self, outcome: Outcome | None) -> str:
        match outcome:
            case GraderError(kind=kind, error=said):
                self.errors[kind] += 1
                self.failures.append((len(self.scores), kind, said))
                return kind
            case GraderRank():
                lack = "ranked"
            case GraderSkip():
                lack = "skipped"
            case _:
                lack = "absent"
        self.counts[lack] += 1
        return lack

    def made(self) -> ColumnScores:
        scales = self.scales or ({self.column.scale} - {None})
        return ColumnScores(
            self.column,
            np.array(self.scores, dtype=float),
            next(iter(scales)) if len(scales) == 1 else None,
            np.array(self.repeats, dtype=float) if self.column.repeats > 1 else None,
            tuple(self.labels) if self._has_labels else (),
            tuple(self.lacks),
            skipped=self.counts["skipped"],
            ranked=self.counts["ranked"],
            errors=dict(sorted(self.errors.items())),
            absent=self.counts["absent"],
            failures=tuple(self.failures),
            orders=np.array(self.orders) if self._is_pairwise else None,
        )


def by_position(votes: Any) -> tuple[float, float]:
    """Return which position won in the votes on two answers, of both orders in which they stood.

    1 for the response shown first, 0 for the second, 0.5 for neither, nan where none counts; of
    several votes in an order it is what they say on balance.
    """
    nets: dict[tuple[int, ...], list[float]] = {(0, 1): [], (1, 0): []}
    for vote in votes if isinstance(votes, Sequence) else ():
        labels = vote.get("verdict", {}).get("labels", {})
        order = tuple(vote.get("order", (0, 1)))
        if order in nets and "" in labels:
            nets[order].append(POSITIONS.get(str(labels[""]).casefold(), 0.5))
    first, second = (
        (np.sign(np.mean(each) - 0.5) + 1) / 2 if each else np.nan for each in nets.values()
    )
    return float(first), float(second)


def _score_of(outcome: Outcome | None) -> float:
    return outcome.score if isinstance(outcome, GraderScore) else np.nan
