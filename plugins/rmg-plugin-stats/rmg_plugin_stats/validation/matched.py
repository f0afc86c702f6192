"""A column of a run beside the labels of people: what is compared with what, by which rules."""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from attrs import evolve, field, frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.labels import Label, Pairs, Rules, pair_up
from rmg_plugin_stats.panels import majority
from rmg_plugin_stats.reading import ColumnScores
from rmg_plugin_stats.samples import Floats, Places
from rmg_plugin_stats.validation.people import People
from rmg_plugin_stats.validation.thresholds import NO_MIDDLE, threshold_of
from rmg_plugin_stats.validation.wording import label_name, listed
from rmg_plugin_stats.wording import joined

Kind = Literal["binary", "nominal", "ordinal", "numeric"]
MOST_LEVELS: Final = 11
"""Different whole numbers that are taken for levels; more are measurements."""

EVEN: Final = 0.5


@frozen
class Asked:
    """How to compare: what the options of the command say.

    `threshold` makes a score a yes, `label_threshold` the number of a person; None is the middle of
    the scale, and numbers that are no 0 and 1 are compared as they are.
    """

    kind: Kind | None = None
    threshold: float | None = None
    label_threshold: float | None = None
    ties: Literal["label", "half", "drop", "wrong"] = "label"
    missing: Literal["drop", "wrong", "tie"] = "drop"
    tie: str | None = None


@frozen(eq=False)
class Match:
    """A column and the people, for the samples that have a label of anybody.

    `judge` and `truth` have a label a sample, None where there is none; `truth` is what most raters
    say. `scores` are the column's numbers, `target` the mean of the raters' numbers (of a binary
    kind, the truth): nan where there is none, and where labels are texts. `codes` is samples ×
    raters. `rows` says which samples of the run these are.
    """

    column: ColumnScores
    kind: Kind
    rows: Places = field(repr=False)
    judge: tuple[Label | None, ...] = field(repr=False)
    raters: tuple[tuple[Label | None, ...], ...] = field(repr=False)
    truth: tuple[Label | None, ...] = field(repr=False)
    labels: tuple[Label, ...]
    scores: Floats = field(repr=False)
    target: Floats = field(repr=False)
    clusters: Clusters
    weights: Floats | None = field(repr=False)
    rules: Rules
    asked: Asked
    told: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    same_units: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def has_labels(self) -> bool:
        """Whether the judge says labels, and not measurements."""
        return self.kind != "numeric"

    @property
    def is_upward(self) -> bool:
        """Whether a higher score is better."""
        return self.column.scale is None or self.column.scale.higher_is_better

    @property
    def not_in_units(self) -> str:
        """Why scores cannot be taken from people's labels as numbers; empty where they can."""
        if self.kind == "binary" and not self.is_upward:
            return "a lower score is better, and a label of 1 is a yes"
        if self.kind == "binary" and self.column.bounds != (0.0, 1.0):
            return "labels are yes and no, and scores are no probabilities"
        return "" if self.same_units else "labels and scores are not on one scale"

    @property
    def told_direction(self) -> tuple[str, ...]:
        """How to read what goes with scores of which less is better; labels may be of either."""
        if self.is_upward or (self.kind != "binary" and self.same_units):
            return ()
        where = "" if self.kind == "binary" else "where a higher label is better, "
        return (f"a lower score is better: {where}below 0 is agreement",)

    def pairs(self) -> Pairs:
        """Return the labels of judge and truth, by the rules."""
        return self.pairs_with(self.judge)

    def pairs_with(self, said: Sequence[Label | None]) -> Pairs:
        """Return other labels, of a baseline for instance, beside the same truth."""
        return pair_up(
            said,
            self.truth,
            labels=self.labels,
            rules=self.rules,
            clusters=self.clusters,
            weights=self.weights,
        )

    def codes(self, lines: Sequence[Sequence[Label | None]]) -> Floats:
        """Return labels as numbers of their places: samples × lines, nan where there is none."""
        places = {label: float(at) for at, label in enumerate(self.labels)}
        table = [[np.nan if x is None else places[x] for x in line] for line in lines]
        return np.array(table, dtype=float).reshape(len(lines), len(self)).T

    def values(self) -> Floats:
        """Return what the raters say as numbers: samples × raters."""
        if self.kind == "nominal":
            return self.codes(self.raters)
        table = [[np.nan if x is None else x for x in line] for line in self.raters]
        return np.array(table, dtype=float).reshape(len(self.raters), len(self)).T


def unweighted(figure: Figure, found: Match) -> Figure:
    """Say of a figure that it does not use the weights of labels, where they have some."""
    if found.weights is None:
        return figure
    return evolve(figure, rule=joined(figure.rule, "weights are not used"))


def unclustered(figure: Figure, found: Match) -> Figure:
    """Say of a figure that takes samples as independent, where they have clusters."""
    if found.clusters.alone:
        return figure
    return evolve(figure, rule=joined(figure.rule, "clusters are not used"))


def match(column: ColumnScores, people: People, clusters: Clusters, asked: Asked) -> Match | str:
    """Return a column beside the people, or why they cannot be compared.

    Raises:
        DataError: an option does not fit the labels.
    """
    here = people.labelled
    rows = np.flatnonzero(here)
    scores = column.scores[rows]
    lines = [tuple(line[at] for at in rows) for line in people.answers]
    weights = None if people.weights is None else people.weights[rows]
    if words := _words(column, people, asked):
        people = evolve(people, answers=words, yes=None)
        lines = [tuple(line[at] for at in rows) for line in words]
    if not people.are_numbers:
        groups = clusters.only(here)
        return _of_texts(column, people, lines, asked, rows=rows, clusters=groups, weights=weights)
    numbers = (
        np.array([[np.nan if x is None else x for x in line] for line in lines], dtype=float)
        .reshape(len(lines), len(rows))
        .T
    )
    if not column.scored:
        return "it has no score"
    told = [] if people.yes is None else [f"the label {people.yes!r} counts as 1, the other as 0"]
    if asked.label_threshold is not None:
        known = ~np.isnan(numbers)
        numbers[known] = numbers[known] >= asked.label_threshold
        told.append(f"a label of {asked.label_threshold:g} and more is a yes")
    kind = asked.kind or _kind_of(numbers, scores, column)
    if kind == "nominal" and _are_measurements(scores):
        return f"its scores are measurements, not labels, such as {scores[~np.isnan(scores)][0]:g}"
    if kind == "binary" and np.isnan(threshold_of(scores, column, asked.threshold)):
        return NO_MIDDLE
    if kind == "numeric" and (asked.missing != "drop" or asked.ties != "label"):
        told.append("rules for ties and missing verdicts are for labels: none is used here")
    judge, truth, labels = _labelled(kind, numbers, scores, column=column, asked=asked, told=told)
    rules = _rules(asked, labels, kind, column)
    raters = tuple(tuple(_named(each) for each in line) for line in numbers.T)
    labels = _with_raters(labels, raters) if kind != "numeric" else ()
    with np.errstate(invalid="ignore"):
        means = _row_means(numbers)
    target = means if kind in ("ordinal", "numeric") else _numbers_of(truth, kind)
    if kind == "nominal" and set(labels) <= {0, EVEN, 1}:
        target = _numbers_of(truth, "binary")
    return Match(
        column, kind, rows, judge, raters, truth, labels, scores, target,
        clusters.only(here), weights, rules, asked, tuple(told), people.raters,
        _same_units(column, numbers),
    )  # fmt: skip


def _words(
    column: ColumnScores, people: People, asked: Asked
) -> tuple[tuple[str | None, ...], ...]:
    """Return yes and no as people wrote them, where the judge says these very words.

    Then its words are compared, and not its scores. Its case of letters is taken.
    """
    if not people.texts or asked.kind == "binary" or asked.threshold is not None:
        return ()
    said = {str(each).casefold(): str(each) for each in column.labels if each is not None}
    wrote = {each.casefold() for line in people.texts for each in line if each is not None}
    if not said.keys() & wrote:
        return ()
    return tuple(
        tuple(None if x is None else said.get(x.casefold(), x) for x in line)
        for line in people.texts
    )


def _of_texts(
    column: ColumnScores,
    people: People,
    lines: Sequence[tuple[float | str | None, ...]],
    asked: Asked,
    *,
    rows: Places,
    clusters: Clusters,
    weights: Floats | None,
) -> Match | str:
    shown = listed(sorted(map(str, people.said)))
    if asked.kind not in (None, "nominal"):
        said = f"labels are texts, {shown}, which are of no {asked.kind} kind"
        raise DataError([Problem(said, "say what each stands for with --value LABEL=NUMBER")])
    if not column.labels:
        return (
            f"the labels are texts, {shown}, and it gives numbers: "
            "say what each stands for with --value LABEL=NUMBER"
        )
    judge = tuple(None if column.labels[at] is None else str(column.labels[at]) for at in rows)
    found = {each for each in judge if each is not None}
    if not found & people.said:
        return f"it says {listed(sorted(found))}, and people {shown}: no label is the same"
    labels: tuple[Label, ...] = tuple(sorted(found | set(map(str, people.said))))
    places = {label: float(at) for at, label in enumerate(labels)}
    table = np.array([[np.nan if x is None else places[x] for x in line] for line in lines])
    most = majority(table.reshape(len(lines), len(rows)).T)
    truth = tuple(None if np.isnan(each) else labels[int(each)] for each in most)
    nothing = np.full(len(rows), np.nan)
    return Match(
        column, "nominal", rows, judge, tuple(lines), truth, labels, column.scores[rows], nothing,
        clusters, weights, _rules(asked, labels, "nominal", column), asked, (), people.raters,
        same_units=False,
    )  # fmt: skip


def _kind_of(numbers: Floats, scores: Floats, column: ColumnScores) -> Kind:
    """Tell the kind by the labels, the scores and the scale."""
    said = np.unique(numbers[~np.isnan(numbers)])
    seen = np.unique(scores[~np.isnan(scores)])
    if np.isin(said, (0, EVEN, 1)).all() and (EVEN in said or column.is_pairwise):
        return "nominal" if np.isin(seen, (0, EVEN, 1)).all() else "numeric"
    is_lowest = column.bounds is not None and column.bounds[0] == 1 and 0 not in said
    if np.isin(said, (0, 1)).all() and not is_lowest:  # where a scale starts at 1, that is no yes
        return "binary"
    is_whole = bool((said % 1 == 0).all() and (seen % 1 == 0).all())
    few = len(np.union1d(said, seen)) <= MOST_LEVELS
    return "ordinal" if is_whole and few and _same_units(column, numbers) else "numeric"


def _are_measurements(scores: Floats) -> bool:
    """Tell whether scores are too many and too fine to be labels."""
    seen = np.unique(scores[~np.isnan(scores)])
    return len(seen) > MOST_LEVELS and bool((seen % 1 != 0).any())


def _labelled(
    kind: Kind,
    numbers: Floats,
    scores: Floats,
    *,
    column: ColumnScores,
    asked: Asked,
    told: list[str],
) -> tuple[tuple[Label | None, ...], tuple[Label | None, ...], tuple[Label, ...]]:
    """Return the judge's labels, the true ones, and all there are."""
    if kind == "numeric":
        nothing = (None,) * len(scores)
        return nothing, nothing, ()
    said = numbers[~np.isnan(numbers)]
    if kind == "binary" and not np.isin(said, (0, 1)).all():
        strange = next(each for each in said if each not in (0, 1))
        problem = f"a label is {strange:g}, and binary labels are 0 and 1"
        hint = "say from which number on a label is a yes: --label-threshold 4"
        raise DataError([Problem(problem, hint)])
    if kind == "binary":
        verdicts = _at_threshold(scores, column, asked, told)
    elif kind == "ordinal" and (scores[~np.isnan(scores)] % 1 != 0).any():
        verdicts = np.round(scores)
        told.append("scores between two labels were rounded to the nearest, halves to the even one")
    else:
        verdicts = scores
    most = majority(numbers)
    split = int((np.isnan(most) & ~np.isnan(numbers).all(1)).sum())
    if numbers.shape[1] > 1:
        told.append(f"the truth is what most raters say; {split} samples have no majority")
    labels = {_named(each) for each in (*np.unique(verdicts), *np.unique(said))} - {None}
    labels |= {0, 1} if kind == "binary" else set()
    labels |= _levels(column) if kind == "ordinal" else set()
    ordered = tuple(sorted((each for each in labels if each is not None), key=_size))
    return tuple(map(_named, verdicts)), tuple(map(_named, most)), ordered


def _at_threshold(scores: Floats, column: ColumnScores, asked: Asked, told: list[str]) -> Floats:
    """Return 1 for a yes, 0 for a no, nan where there is no score."""
    known = ~np.isnan(scores)
    at = threshold_of(scores, column, asked.threshold)
    is_upward = column.scale is None or column.scale.higher_is_better
    is_default = "" if asked.threshold is not None else ", the middle of its scale"
    told.append(f"a score of {at:g} and {'more' if is_upward else 'less'} is a yes{is_default}")
    verdicts = np.full(len(scores), np.nan)
    verdicts[known] = scores[known] >= at if is_upward else scores[known] <= at
    return verdicts


def _levels(column: ColumnScores) -> set[Label | None]:
    """Return the whole numbers of a scale, where they are few."""
    if column.bounds is None:
        return set()
    low, high = column.bounds
    if low % 1 or high % 1 or high - low >= MOST_LEVELS:
        return set()
    return set(range(int(low), int(high) + 1))


def _rules(asked: Asked, labels: Sequence[Label], kind: Kind, column: ColumnScores) -> Rules:
    tie: Label | None = None
    if asked.tie is not None:
        written = {f"{each:g}" if isinstance(each, float) else str(each): each for each in labels}
        if asked.tie not in written:
            said = f"the tie {asked.tie!r} is no label"
            raise DataError([Problem(said, f"the labels are {listed(labels)}")])
        tie = written[asked.tie]
    elif kind == "nominal" and EVEN in labels:
        tie = EVEN
    if tie is None and (asked.ties != "label" or asked.missing == "tie"):
        if kind == "numeric":
            return Rules()
        said = f"the rule for ties of {column.name!r} needs to know which label is a tie"
        raise DataError(
            [Problem(said, f"say it with --tie LABEL; the labels are {listed(labels)}")]
        )
    return Rules(asked.ties, asked.missing, tie)


def _with_raters(
    labels: tuple[Label, ...], raters: Sequence[Sequence[Label | None]]
) -> tuple[Label, ...]:
    found = {each for line in raters for each in line if each is not None}
    return tuple(sorted({*labels, *found}, key=_size))


def _same_units(column: ColumnScores, numbers: Floats) -> bool:
    """Tell whether labels lie on the scale of the scores, and fill more than a corner of it."""
    if column.bounds is None:
        return True
    low, high = column.bounds
    known = numbers[~np.isnan(numbers)]
    is_inside = bool((known >= low).all() and (known <= high).all())
    return is_inside and bool(known.max() - low > 0.05 * (high - low) or (known == low).all())


def _row_means(numbers: Floats) -> Floats:
    counts = (~np.isnan(numbers)).sum(1)
    return np.where(counts > 0, np.nansum(numbers, axis=1) / np.maximum(counts, 1), np.nan)


def _numbers_of(labels: Sequence[Label | None], kind: Kind) -> Floats:
    if kind == "nominal":
        return np.full(len(labels), np.nan)
    return np.array([np.nan if x is None else x for x in labels], dtype=float)


def _named(value: float) -> Label | None:
    return None if np.isnan(value) else label_name(float(value))


def _size(label: Label) -> float:
    return float(str(label))
