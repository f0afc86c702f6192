"""What several raters or judges are worth together, and whether a judge may stand in for one."""

from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt
from attrs import frozen

from rmg_plugin_stats.clusters import each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.paired import mean_of
from rmg_plugin_stats.resampling import MOST_CLUSTERS, RESAMPLES, figure_of
from rmg_plugin_stats.samples import Floats, floats
from rmg_plugin_stats.shares import share
from rmg_plugin_stats.significance import benjamini_yekutieli

Measure = Literal["equal", "distance"]


def votes_of(ratings: npt.ArrayLike) -> Floats:
    """Return ratings (items, raters) as floats, nan where a rater gave none.

    Raises:
        ValueError: they are no table, or one is infinite.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"ratings are (items, raters), and have the shape {table.shape}")
    if np.isinf(table).any():
        raise ValueError("ratings must be finite or nan")
    return table


def majority(ratings: npt.ArrayLike) -> Floats:
    """Return the label most raters gave to each item, nan where two are as frequent or none is.

    A rater without a label is left out.
    """
    table = votes_of(ratings)
    labels = np.unique(table[~np.isnan(table)])
    if not len(labels):
        return np.full(len(table), np.nan)
    counts = np.stack([(table == label).sum(1) for label in labels], axis=1)
    most = counts.max(1)
    is_one = (counts == most[:, None]).sum(1) == 1
    return np.where(is_one & (most > 0), labels[counts.argmax(1)], np.nan)


def effective_size(
    judged: npt.ArrayLike,
    truth: npt.ArrayLike,
    *,
    measure: Measure = "equal",
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> Figure:
    """Return how many independent judges a panel is worth: P / (1 + (P - 1) · mean correlation).

    `judged` (items, judges), `truth` one label an item. The correlation is Pearson's between the
    errors of two judges: 1 where a judge's label is not the true one (`equal`), or judged - true
    (`distance`). Items that lack a label or a judge are left out. A pair of which one judge never
    errs differently has no correlation, and is left out of the mean. Negative correlations are not
    clipped: the panel is worth more than P then, and has no value where it would be infinite. The
    interval is a BCa bootstrap over items.

    Raises:
        ValueError: shapes do not fit.
    """
    table, labels = votes_of(judged), floats(truth, "truth")
    if len(table) != len(labels):
        raise ValueError(f"there are {len(table)} items and {len(labels)} labels")
    full = ~np.isnan(table).any(1) & ~np.isnan(labels)
    away = table[full] - labels[full, None]
    errors = (away != 0).astype(np.float64) if measure == "equal" else away
    rule = (
        f"P / (1 + (P-1) · mean correlation of errors); {(~full).sum()} incomplete items left out"
    )
    n, judges = errors.shape
    if judges < 2 or n < 3:
        why = f"{judges} judges over {n} complete items; two over three are the least"
        return Figure("n_eff", None, n=n, unit="items", level=level, rule=rule, why=why)
    return figure_of(
        Figure("n_eff", None, n=n, unit="items", level=level, rule=rule),
        each_alone(n).at_most(MOST_CLUSTERS, seed).sums(*_columns(errors).T),
        partial(_worth, judges=judges),
        why="no two judges have errors that vary, or the correlation makes it infinite",
        resamples=resamples,
        seed=seed,
    )


def _columns(errors: Floats) -> Floats:
    """Return what n_eff needs of each item: 1, errors, and products of each two judges' errors."""
    left, right = np.triu_indices(errors.shape[1])
    return np.column_stack([np.ones(len(errors)), errors, errors[:, left] * errors[:, right]])


def _worth(totals: Floats, *, judges: int) -> Floats:
    """Return n_eff for each row of sums of `_columns`, nan where there is none."""
    left, right = np.triu_indices(judges)
    scaled = totals / totals[:, :1]
    means, products = scaled[:, 1 : judges + 1], scaled[:, judges + 1 :]
    joint = products - means[:, left] * means[:, right]
    spread = np.maximum(joint[:, left == right], 0.0)
    apart = left != right
    scale = np.sqrt(spread[:, left[apart]] * spread[:, right[apart]])
    varies = scale > 1e-12
    correlation = np.where(varies, joint[:, apart] / np.where(varies, scale, 1.0), 0.0)
    pairs = varies.sum(1)
    mean = np.where(pairs > 0, correlation.sum(1) / np.maximum(pairs, 1), np.nan)
    below = 1 + (judges - 1) * mean
    found = np.where(below > 1e-9, judges / np.where(below > 1e-9, below, 1.0), np.nan)
    return found[:, None]


@frozen
class Ceiling:
    """How well each rater agrees with the others, and, on the same items, how well a judge does."""

    raters: tuple[Figure, ...]
    mean: Figure
    judge: Figure | None = None


def leave_one_out(
    ratings: npt.ArrayLike, judged: npt.ArrayLike | None = None, *, level: float = 0.95
) -> Ceiling:
    """Return the share of items where a rater gives the label that most of the others give.

    `ratings` (items, raters); `judged` one label an item. Items on which the others tie, or of
    which a label is missing, are left out. The mean is over raters, weighted alike; the judge is
    set against the same majorities, and is comparable with it: one voice against the others.
    The means' intervals are over items, each item's raters being one cluster.
    """
    table = votes_of(ratings)
    hits = np.full(table.shape, np.nan)
    judge = np.full(table.shape, np.nan)
    line = None if judged is None else floats(judged, "judged")
    for rater in range(table.shape[1]):
        others = majority(np.delete(table, rater, axis=1))
        hits[:, rater] = _agrees(table[:, rater], others)
        if line is not None:
            judge[:, rater] = np.where(np.isnan(hits[:, rater]), np.nan, _agrees(line, others))
    raters = tuple(_rater(place, hits[:, place], level) for place in range(table.shape[1]))
    mean = _mean(hits, "raters, each left out", level)
    return Ceiling(raters, mean, None if line is None else _mean(judge, "judge", level))


def _agrees(labels: Floats, others: Floats) -> Floats:
    known = ~np.isnan(labels) & ~np.isnan(others)
    return np.where(known, labels == others, np.nan)


def _rater(place: int, hits: Floats, level: float) -> Figure:
    seen = hits[~np.isnan(hits)]
    return share(
        f"rater {place + 1}",
        int(seen.sum()),
        len(seen),
        unit="items",
        rule="label = majority of the others; ties of the others left out",
        none="no item has a label of this rater and a majority of the others",
        level=level,
    )


def _mean(hits: Floats, name: str, level: float) -> Figure:
    """Return the mean over raters of their shares, with the error of items as clusters."""
    rule = "mean over raters; label = majority of the others; ties of the others left out"
    counts = (~np.isnan(hits)).sum(0)
    used = counts > 0
    if not used.any():
        why = "no item has a label and a majority of the others"
        return Figure(name, None, unit="items", level=level, rule=rule, why=why)
    hits, counts = hits[:, used], counts[used]
    means = np.nanmean(hits, axis=0)
    items = ~np.isnan(hits).all(1)
    n = int(items.sum())
    # The influence of an item on the mean of means, times n, about the value.
    away = np.where(np.isnan(hits), 0.0, (hits - means) / counts).sum(1)[items] / len(counts) * n
    return mean_of(
        away + means.mean(), each_alone(n), name=name, level=level, rule=rule, unit="items"
    )


@frozen
class AltTest:
    """Whether a judge may stand in for a rater: `omega` is at least 0.5 where it may.

    `omega` is the share of raters whom the judge beats, `rho` the mean over raters of how often it
    is at least as close to the others; `advantages` and `p_values` are those of each rater, the
    latter not corrected.
    """

    omega: Figure
    rho: Figure
    advantages: tuple[float, ...] = ()
    p_values: tuple[float, ...] = ()

    @property
    def passes(self) -> bool | None:
        return None if self.omega.value is None else self.omega.value >= 0.5


def alt_test(
    judged: npt.ArrayLike,
    ratings: npt.ArrayLike,
    *,
    epsilon: float = 0.2,
    measure: Measure = "equal",
    rate: float = 0.05,
    least_items: int = 30,
) -> AltTest:
    """Return the alternative annotator test (Calderon, Reichart and Dror 2025).

    `judged` one label an item, `ratings` (items, raters), nan where missing. For each rater and
    item, judge and rater are set against the others: by the share of equal labels, or by the root
    mean squared distance. The judge has the advantage where it is at least as close. One-sided t
    test that the rater is ahead by less than `epsilon` (0.2 for experts, 0.15 for skilled raters,
    0.1 for a crowd), Benjamini-Yekutieli over raters at `rate`. Needs three raters, and 30 items
    of each that the judge and another rater labelled; a rater with fewer is left out.

    Raises:
        ValueError: shapes do not fit.
    """
    line, table = floats(judged, "judged"), votes_of(ratings)
    if len(line) != len(table):
        raise ValueError(f"there are {len(line)} judged items and {len(table)} rated ones")
    advantages, p_values, counts = [], [], []
    for rater in range(table.shape[1]):
        ours, theirs = _closeness(line, table, rater, measure)
        if len(ours) < least_items:
            continue
        advantages.append(float((ours >= theirs).mean()))
        ahead = (theirs >= ours).astype(np.float64) - (ours >= theirs)
        p_values.append(_below(ahead, epsilon))
        counts.append(len(ours))
    rule = f"epsilon = {epsilon:g}, measure: {measure}, BY at {rate:g}"
    if len(advantages) < 3:
        why = f"{len(advantages)} raters have {least_items} items with the judge; three are needed"
        omega, rho = (
            Figure(each, None, n=len(counts), unit="raters", rule=rule, why=why)
            for each in ("omega", "rho")
        )
        return AltTest(omega, rho)
    beaten = benjamini_yekutieli(p_values) <= rate
    why = "no interval: the test is in the p values"
    return AltTest(
        Figure("omega", float(beaten.mean()), n=len(counts), unit="raters", rule=rule, why=why),
        Figure("rho", float(np.mean(advantages)), n=sum(counts), unit="labels", rule=rule, why=why),
        tuple(advantages),
        tuple(p_values),
    )


def _closeness(line: Floats, table: Floats, rater: int, measure: Measure) -> tuple[Floats, Floats]:
    """Return how close judge and rater are to the others, on the items where all are known."""
    others = np.delete(table, rater, axis=1)
    own = table[:, rater]
    at = ~np.isnan(line) & ~np.isnan(own) & ~np.isnan(others).all(1)
    return _close(line[at], others[at], measure), _close(own[at], others[at], measure)


def _close(labels: Floats, others: Floats, measure: Measure) -> Floats:
    away = labels[:, None] - others
    if measure == "distance":
        return np.asarray(-np.sqrt(np.nanmean(np.square(away), axis=1)))
    return np.asarray(np.nanmean(np.where(np.isnan(away), np.nan, away == 0), axis=1))


def _below(values: Floats, bound: float) -> float:
    """Return the p value of a one-sided t test that the mean is below the bound."""
    from scipy.special import stdtr

    spread = float(values.std(ddof=1))
    away = float(values.mean()) - bound
    if spread == 0:
        return float(np.heaviside(away, 0.5))
    return float(stdtr(len(values) - 1, away / (spread / len(values) ** 0.5)))
