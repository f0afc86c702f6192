"""How well a score tells positives from negatives, whatever the threshold."""

from typing import Literal

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import ArrayLike, NDArray

from rmg_plugin_stats.binning import MOST_BINS, binned
from rmg_plugin_stats.clusters import Clusters, checked_weights, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.resampling import (
    MOST_CLUSTERS,
    RESAMPLES,
    Statistic,
    Sums,
    bootstrap,
    figure_near,
)
from rmg_plugin_stats.scores import numbers
from rmg_plugin_stats.wording import joined

Criterion = Literal["youden", "accuracy", "f1"]


@frozen(eq=False)
class Scored:
    """Scores beside the truth: `positive` is 1 or 0; what has no score or truth is left out."""

    scores: NDArray[np.float64] = field(repr=False)
    positive: NDArray[np.float64] = field(repr=False)
    clusters: Clusters
    rule: str
    weights: NDArray[np.float64] | None = field(default=None, repr=False)

    @property
    def why(self) -> str:
        """Why nothing can be told apart, or nothing."""
        if not len(self.scores):
            return "no score with a truth"
        if self.positive.all():
            return "the truth has no negative"
        return "" if self.positive.any() else "the truth has no positive"

    def figure(self, name: str, level: float) -> Figure:
        """Return the figure without a value yet."""
        rule = joined(self.rule, self.clusters.told)
        return Figure(name, None, n=len(self.scores), level=level, rule=rule, why=self.why)


def score_up(
    scores: ArrayLike,
    positive: ArrayLike,
    *,
    impute: float | None = None,
    clusters: Clusters | None = None,
    weights: ArrayLike | None = None,
) -> Scored:
    """Return scores with their truth; nan in either is missing.

    `impute` stands in for a score that is missing, for instance the lowest of the scale; without it
    the sample is left out, and counted. `weights` are above 0: how many samples of the whole each
    one stands for.

    Raises:
        ValueError: a truth is neither 1 nor 0, a weight not above 0, or the lengths differ.
    """
    values, truth = numbers(scores), numbers(positive)
    if values.shape != truth.shape:
        raise ValueError(f"{len(values)} scores and {len(truth)} truths")
    known = ~np.isnan(truth)
    if not np.isin(truth[known], (0, 1)).all():
        raise ValueError("the truth is 1 or 0; say at which threshold it becomes 1")
    missing = int((np.isnan(values) & known).sum())
    end = "left out" if impute is None else f"counted as {impute:g}"
    told = f"{missing} missing {end}; ties of scores count half"
    if impute is not None:
        values = np.where(np.isnan(values), impute, values)
    if untrue := int((~known).sum()):
        told = joined(told, f"{untrue} without truth left out")
    kept = known & ~np.isnan(values)
    weighted = None if weights is None else checked_weights(weights, len(values))[kept]
    told = told if weighted is None else joined(told, "weighted")
    groups = clusters or each_alone(len(values))
    return Scored(values[kept], truth[kept], groups.only(kept), told, weighted)


def roc_auc(
    scored: Scored, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Figure:
    """Return how often a positive scores above a negative, a tie counting half, 0..1.

    The area under the ROC curve by Mann & Whitney (1947; Hanley & McNeil 1982). The interval of
    more than 256 different scores is of 256 bins of equal mass, moved to the exact value.
    """
    return _of_curve("ROC AUC", scored, _area, level=level, resamples=resamples, seed=seed)


def average_precision(
    scored: Scored, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Figure:
    """Return the area under the precision-recall curve as the sum of steps, 0..1 (AP, AUPRC).

    Σ (R_i - R_{i-1})·P_i over the thresholds, without interpolation, as scikit-learn has it. What
    chance would give is the share of positives. The interval is made as that of `roc_auc`.
    """
    found = _of_curve("AUPRC", scored, _steps, level=level, resamples=resamples, seed=seed)
    if found.value is None:
        return found
    chance = np.average(scored.positive, weights=scored.weights)
    return evolve(found, rule=joined(found.rule, f"chance is {chance:.3f}"))


def best_threshold(
    scored: Scored,
    criterion: Criterion = "youden",
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[Figure, Figure]:
    """Return the threshold at which score >= threshold tells best, and what it reaches there.

    "youden" is sensitivity + specificity - 1 (Youden 1950). Of equal thresholds it is the highest.
    The interval of the threshold is the percentile one, and rough: a maximum is not smooth. What is
    reached is of the same samples that
    chose, thus too good, and has no interval.
    """
    found = scored.figure(f"best threshold by {criterion}", level)
    reached = scored.figure(f"{criterion} at the best threshold", level)
    if scored.why:
        return found, reached
    known, places = np.unique(scored.scores, return_inverse=True)
    reaches = _reaches(criterion, _rows(scored, places, len(known), scored.clusters, one_row=True))
    best = _last_best(reaches)
    reached = evolve(
        reached, value=float(reaches[0, best[0]]), why="of the samples that chose it: too good"
    )
    edges, rough = binned(scored.scores)
    groups = scored.clusters.at_most(MOST_CLUSTERS, seed)
    (got,) = bootstrap(
        _rows(scored, rough, len(edges), groups),
        lambda sums: edges[_last_best(_reaches(criterion, sums))][:, None],
        level=level,
        resamples=resamples,
        seed=seed,
        corrected=False,
    )
    rule = f"the highest of equals; percentile bootstrap, {resamples} resamples; {found.rule}"
    value = float(known[best[0]])
    return evolve(found, value=value, low=got.low, high=got.high, why=got.why, rule=rule), reached


def _of_curve(
    name: str, scored: Scored, statistic: Statistic, *, level: float, resamples: int, seed: int
) -> Figure:
    found = scored.figure(name, level)
    if scored.why:
        return found
    known, places = np.unique(scored.scores, return_inverse=True)
    value = float(statistic(_rows(scored, places, len(known), scored.clusters, one_row=True))[0, 0])
    if len(known) > MOST_BINS:
        edges, places = binned(scored.scores)
        known = edges
    rows = _rows(scored, places, len(known), scored.clusters.at_most(MOST_CLUSTERS, seed))
    found = evolve(found, value=value)
    return figure_near(found, rows, statistic, ends=(0, 1), resamples=resamples, seed=seed)


def _rows(
    scored: Scored,
    places: NDArray[np.intp],
    width: int,
    groups: Clusters,
    *,
    one_row: bool = False,
) -> Sums:
    """Return the negatives and then the positives of each value: clusters × 2·values."""
    if one_row:
        groups = Clusters(np.zeros(len(places), dtype=np.intp), 1)
    cells = places + width * scored.positive.astype(np.intp)
    return groups.tallies(cells, 2 * width, scored.weights)


def _area(sums: Sums) -> NDArray[np.float64]:
    negative, positive = np.split(sums, 2, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    won = (positive * below).sum(axis=1)
    return np.asarray(won / (negative.sum(axis=1) * positive.sum(axis=1)))[:, None]


def _reached(sums: Sums) -> list[NDArray[np.float64]]:
    """Return how many negatives and positives reach each value, from the lowest value on."""
    return [np.cumsum(each[:, ::-1], axis=1)[:, ::-1] for each in np.split(sums, 2, axis=1)]


def _steps(sums: Sums) -> NDArray[np.float64]:
    negative, positive = _reached(sums)
    of_value = np.split(sums, 2, axis=1)[1]
    precision = positive / np.maximum(positive + negative, 1e-300)
    return np.asarray((of_value * precision).sum(axis=1) / of_value.sum(axis=1))[:, None]


def _reaches(criterion: Criterion, sums: Sums) -> NDArray[np.float64]:
    """Return what each value reaches as the threshold: resamples × values."""
    false, true = _reached(sums)
    negatives, positives = false[:, :1], true[:, :1]
    if criterion == "youden":
        return np.asarray(true / positives - false / negatives)
    if criterion == "f1":
        return np.asarray(2 * true / (true + false + positives))
    return np.asarray((true + negatives - false) / (negatives + positives))


def _last_best(reaches: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the last of the best, apart from what rounding makes of equals."""
    near = reaches >= reaches.max(axis=1, keepdims=True) - 1e-12
    return np.asarray(reaches.shape[1] - 1 - near[:, ::-1].argmax(axis=1))
