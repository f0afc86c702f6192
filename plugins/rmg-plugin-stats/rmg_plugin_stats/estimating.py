"""What people would say of a whole run, as `rmg estimate` tells it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.correction import Correction, correct_mean
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.label_numbers import Ratings, Truth, truth_of
from rmg_plugin_stats.labelling import Labels
from rmg_plugin_stats.rates import RateCorrection, correct_rate
from rmg_plugin_stats.reading import ColumnScores
from rmg_plugin_stats.samples import Flags, Floats
from rmg_plugin_stats.wording import joined

FEWEST_LABELS = 10
FEWEST_OF_EACH = 15
"""Labels of the rarer of two, below which PPI++ covers less than it says: 89 to 90 % with 5 and 92
with 10, of 100 labels (docs/benchmarks/coverage.py, `rare`)."""
STRANGE = 4.0
"""Standard errors between the judge's means of labelled and other samples that chance rarely makes:
6 of 100,000 random samples."""


@frozen(eq=False)
class Estimate:
    """A run's mean as people would give it.

    `whole` is over every sample, for which a sample without a score of the judge takes the judge's
    mean: any stand-in leaves PPI++ right, and costs only width. `scored` is over the samples that
    the judge scored, None where that is all of them. `rate` is of Rogan and Gladen, or `no_rate`
    says why there is none. `rules` say what labels became as numbers.
    """

    target: str
    truth: Floats = field(repr=False)
    judged: Floats = field(repr=False)
    whole: Correction
    scored: Correction | None
    rate: RateCorrection | None
    no_rate: str
    labels: Labels = field(repr=False)
    warnings: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def worth(self) -> float | None:
        """How many labels alone would give an interval as narrow; None where there is none."""
        one, other = self.whole.labels_only, self.whole.corrected
        if one.low is None or one.high is None or other.low is None or other.high is None:
            return None
        return other.n * ((one.high - one.low) / (other.high - other.low)) ** 2


def estimate(
    column: ColumnScores,
    labels: Labels,
    ratings: Ratings,
    *,
    rule: Truth = "mean",
    threshold: float | None = None,
    clusters: Clusters | None = None,
    level: float = 0.95,
) -> Estimate:
    """Estimate what people would say of a run from the labels of a part of it.

    With `threshold`, a score from there on is a yes of the judge; and so is a label, unless all
    labels are 0 or 1. Labels drawn from strata are weighed by them.

    Raises:
        DataError: the column has no scores, or strata and clusters are both there.
    """
    truth, told = truth_of(ratings, rule)
    if np.isnan(column.scores).all():
        said = f"no sample has a score of {column.name!r}"
        raise DataError([Problem(said, "name a grader that scores, with --column")])
    judged, cut = column.scores, ""
    if threshold is not None:
        column.check_threshold(threshold)
        judged = _from(judged, threshold)
        if not ratings.is_binary:
            truth, told = truth_of(evolve(ratings, values=_from(ratings.values, threshold)), rule)
            cut = f" of {threshold:g} or more"
    known = ~np.isnan(truth)
    weights = labels.weights(known)
    if weights is not None and clusters is not None and not clusters.alone:
        said = "labels drawn from strata are weighed by them, and cannot be clustered as well"
        raise DataError([Problem(said, "leave out --cluster, or draw without --stratify")])
    strata = None if weights is None else labels.strata
    design = _Design(weights, strata, clusters if weights is None else None, level)
    filled = np.where(np.isnan(judged), np.nanmean(judged), judged)
    silent = labels.silent(known)
    whole = _said_of(design.correct(truth, filled), truth, design, silent, labels)
    whole = evolve(whole, judge_only=evolve(whole.judge_only, n=column.scored))
    lacks = bool(np.isnan(judged).any())
    scored = None
    if lacks:
        seen = np.where(np.isnan(judged), np.nan, truth)
        scored = _said_of(design.correct(seen, judged), seen, design, silent, labels)
    rate, no_rate = _rate(truth, judged, design)
    kind = "share of samples that people label" if _is_rate(truth) else "mean label of people"
    target = f"{kind}{cut or (' 1' if _is_rate(truth) else '')} ({told})"
    notes = _of_labels(labels, truth, judged)
    if threshold is None and (odd := _other_scale(column, ratings)):
        notes.append(odd)
    if (against := _against(column, truth, judged)) is not None:
        notes.append(against)
    return Estimate(
        target, truth, judged, whole, scored, rate, no_rate, labels, tuple(notes), ratings.notes
    )


@frozen(eq=False)
class _Design:
    """How the labelled samples were drawn, and which belong together."""

    weights: Floats | None
    strata: Sequence[Any] | None
    clusters: Clusters | None
    level: float

    def correct(self, truth: Floats, judged: Floats) -> Correction:
        return correct_mean(
            truth,
            judged,
            weights=self.weights,
            strata=self.strata,
            clusters=self.clusters,
            level=self.level,
        )


def _said_of(
    made: Correction, truth: Floats, design: _Design, silent: Sequence[str], labels: Labels
) -> Correction:
    """Return a correction that says nothing where a stratum has no label, and a rate if it is one.

    The labels alone then have the interval of a rate: at a rate of 95 %, t covers 88 % with 100
    labels (docs/benchmarks/coverage.py, `wrong`).
    """
    if silent:
        held = sum(labels.sizes[name] for name in silent)
        shown = ", ".join(repr(name) for name in silent)
        why = f"no sample of the strata {shown} has a label: nothing speaks for {held:g} samples"
        none = [
            evolve(each, value=None, low=None, high=None, why=why)
            for each in (made.corrected, made.labels_only)
        ]
        return evolve(made, corrected=none[0], labels_only=none[1], trust=None)
    alone = made.labels_only
    if alone.value is not None and design.weights is None and _is_rate(truth):
        seen = truth[~np.isnan(truth)]
        groups = None if design.clusters is None else design.clusters.only(~np.isnan(truth))
        rate = mean(seen, clusters=groups, level=design.level)
        alone = evolve(alone, low=rate.low, high=rate.high, rule=rate.rule, why=rate.why)
    return evolve(made, labels_only=alone)


def _rate(truth: Floats, judged: Floats, design: _Design) -> tuple[RateCorrection | None, str]:
    """Return Rogan and Gladen's correction, or why there is none."""
    if not _is_rate(truth):
        return None, "labels are not 0 or 1: with --threshold T they are"
    if not _is_rate(judged):
        return None, "scores are not 0 or 1: with --threshold T they are"
    if design.weights is not None:
        return None, "the labelled samples were drawn from strata: it needs them drawn all alike"
    made = correct_rate(truth, judged, level=design.level)
    if design.clusters is None or design.clusters.alone:
        return made, ""
    figures = (made.corrected, made.sensitivity, made.specificity)
    told = [evolve(each, rule=joined(each.rule, "clusters are not used")) for each in figures]
    return RateCorrection(*told), ""


def _of_labels(labels: Labels, truth: Floats, judged: Floats) -> list[str]:
    """Return what is to be said of the labels: how few, how chosen, how unlike the rest."""
    known = ~np.isnan(truth)
    count = int(known.sum())
    said = [*labels.notes]
    void = int((labels.labelled & ~known).sum())
    if void:
        note = f"{void} labelled samples come to no label by the rule, and are left out"
        said.append(f"{note}: if they are unlike the others, the estimate is off by that")
    if count < FEWEST_LABELS:
        said.append(f"{count} labels tell next to nothing: ten are few, a hundred are enough")
    rarer = min(int((truth == each).sum()) for each in (0.0, 1.0)) if _is_rate(truth) else count
    if count >= FEWEST_LABELS and 0 < rarer < FEWEST_OF_EACH:
        note = f"{rarer} of {count} labels are the rarer of the two: so few that the interval of"
        said.append(f"{note} labels and judge covers less than it says")
    if not labels.sizes and not known.all():
        said.append(
            "how the labelled samples were chosen is not known: all below holds only if they were "
            "drawn at random, as `rmg sample` does"
        )
        if (away := _away(judged, known)) is not None:
            said.append(away)
    return said


def _away(judged: Floats, known: Flags) -> str | None:
    """Say that labelled samples are scored otherwise than the rest, more than chance makes it."""
    one, other = (judged[at & ~np.isnan(judged)] for at in (known, ~known))
    if len(one) < FEWEST_LABELS or len(other) < FEWEST_LABELS:
        return None
    error = float(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)) ** 0.5
    gap = float(one.mean() - other.mean())
    if error == 0 or abs(gap) <= STRANGE * error:
        return None
    means = f"{one.mean():.3g} where there is a label, and {other.mean():.3g} elsewhere"
    return f"the judge's mean is {means}: the labelled samples do not look drawn at random"


def _against(column: ColumnScores, truth: Floats, judged: Floats) -> str | None:
    """Say that scores fall where labels rise, by more than chance: such a judge counts for nothing.

    Two standard errors of a correlation of nothing are about 2 / sqrt(n).
    """
    both = ~np.isnan(truth) & ~np.isnan(judged)
    one, other = truth[both], judged[both]
    if len(one) < FEWEST_LABELS or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    if float(np.corrcoef(one, other)[0, 1]) > -2 / len(one) ** 0.5:
        return None
    said = "the judge's scores fall where labels rise, so that it is not used (λ = 0)"
    if column.scale is None or column.scale.higher_is_better:
        return f"{said}: what does a high label say?"
    return f"{said}: less is better on its scale, so let 1 be the label of what is bad"


def _other_scale(column: ColumnScores, ratings: Ratings) -> str | None:
    """Say that labels are on another scale than the judge's scores."""
    seen = ratings.values[~np.isnan(ratings.values)]
    if column.bounds is None or not len(seen):
        return None
    low, high = column.bounds
    if low <= seen.min() and seen.max() <= high:
        return None
    span = f"labels go from {seen.min():g} to {seen.max():g}, and the judge's scale {low:g} to "
    return f"{span}{high:g}: the mean of the judge is not comparable, the others hold"


def _from(values: Floats, threshold: float) -> Floats:
    return np.where(np.isnan(values), np.nan, values >= threshold)


def _is_rate(values: Floats) -> bool:
    return bool(np.isin(values[~np.isnan(values)], (0.0, 1.0)).all())


def width(figure: Figure) -> float | None:
    """Return how wide the interval of a figure is."""
    return None if figure.low is None or figure.high is None else figure.high - figure.low
