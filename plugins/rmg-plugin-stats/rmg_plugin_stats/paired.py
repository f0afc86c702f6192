"""Two runs over the same samples, compared sample by sample."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import clopper_pearson
from rmg_plugin_stats.resampling import AT_ONCE
from rmg_plugin_stats.samples import (
    Floats,
    Places,
    aligned,
    clusters_of,
    floats,
    t_quantile,
    variance_of_sum,
)
from rmg_plugin_stats.shares import even_p_value, even_tails
from rmg_plugin_stats.significance import Significance
from rmg_plugin_stats.summaries import ALIKE

Kind = Literal["binary", "ordinal", "continuous"]
RULE = "second - first; samples without both values left out"


@frozen
class Comparison:
    """A paired comparison: the difference of means, its test, its effect size, and the counts."""

    difference: Figure
    test: Significance
    effect: Figure
    higher: int
    equal: int
    lower: int
    unpaired: int


@frozen(eq=False)
class Pairs:
    """Differences second - first where both have a value, with their clusters."""

    differences: Floats
    clusters: Clusters
    unpaired: int


def pair(first: npt.ArrayLike, second: npt.ArrayLike, clusters: Clusters | None = None) -> Pairs:
    """Return the differences of two lines of values, nan where missing.

    Raises:
        ValueError: lengths differ.
    """
    before, after = floats(first, "first"), floats(second, "second")
    aligned(before, after)
    groups = clusters_of(clusters, len(before))
    both = ~np.isnan(before) & ~np.isnan(after)
    either = ~np.isnan(before) | ~np.isnan(after)
    return Pairs((after - before)[both], groups.only(both), int((either & ~both).sum()))


def compare(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    kind: Kind,
    span: float | None = None,
    clusters: Clusters | None = None,
    resamples: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Comparison:
    """Compare two runs: difference, interval, test and effect size for values of a kind.

    `first` and `second` have one value for each sample, nan where missing.
    Test: exact McNemar for binary values, Wilcoxon's signed ranks for ordinal ones, flipped signs
    for continuous ones; flipped signs of whole clusters wherever a cluster has several samples,
    because the others take samples as independent. Effect: Cohen's g for binary values, net wins
    for ordinal ones, Cohen's d of the differences for continuous ones. `span` is the width of the
    scale, for the interval of runs that do not differ; of binary values it is 1.

    Raises:
        ValueError: lengths differ, or binary values are not 0, 1 or nan.
    """
    if kind == "binary":
        for line in (floats(first, "first"), floats(second, "second")):
            if not np.isin(line[~np.isnan(line)], (0.0, 1.0)).all():
                raise ValueError("binary values are 0, 1 or nan")
    pairs = pair(first, second, clusters)
    d = pairs.differences
    if not pairs.clusters.alone or kind == "continuous":
        test = flip_test(pairs, resamples=resamples, seed=seed)
    else:
        test = mcnemar(pairs) if kind == "binary" else wilcoxon(pairs)
    effects = {"binary": cohens_g, "ordinal": net_wins, "continuous": cohens_d}
    return Comparison(
        difference(pairs, span=1.0 if kind == "binary" else span, level=level),
        test,
        effects[kind](pairs, level=level),
        int((d > 0).sum()),
        int((d == 0).sum()),
        int((d < 0).sum()),
        pairs.unpaired,
    )


def difference(
    pairs: Pairs, *, span: float | None = None, level: float = 0.95, name: str = "difference"
) -> Figure:
    """Return the mean difference in units of the score; t interval with the clusters' error.

    Student's paired t interval without clusters; with them C - 1 degrees (Miller 2024). Where no
    pair differs that would be [0, 0], of two pairs as of a thousand: there it is ±`span`, the
    largest difference that the scale allows, times the exact bound of the share that differs;
    without a span there is none.
    """
    figure = mean_of(pairs.differences, pairs.clusters, name=name, level=level)
    if figure.low is not None or span is None or figure.value != 0:
        return figure
    _, most = clopper_pearson(0, pairs.clusters.count, level)
    rule = f"{RULE}; no pair differs: exact bound of the share that does, times {span:g}"
    return evolve(figure, low=-most * span, high=most * span, rule=rule, why="")


def mean_of(
    values: Floats,
    clusters: Clusters,
    *,
    name: str,
    level: float,
    rule: str = RULE,
    unit: str = "pairs",
    none: str = "no sample has both values",
) -> Figure:
    """Return the mean of values without nan, with the t interval of their clusters."""
    n = len(values)
    if not n:
        return Figure(name, None, unit=unit, level=level, rule=rule, why=none)
    value = float(values.mean())
    count = clusters.count
    if count < 2:
        why = "no interval: two independent samples are the least"
        return Figure(name, value, n=n, unit=unit, level=level, rule=rule, why=why)
    if np.ptp(values) == 0:
        return Figure(
            name, value, n=n, unit=unit, level=level, rule=rule, why=f"no interval: {ALIKE}"
        )
    half = t_quantile(level, count - 1) * variance_of_sum((values - value) / n, clusters) ** 0.5
    rule = f"{rule}; t interval over {count} {'clusters' if count < n else 'samples'}"
    return Figure(name, value, value - half, value + half, n, unit, level, rule)


def mcnemar(pairs: Pairs) -> Significance:
    """Return McNemar's exact test (1947): the binomial of 1/2 on the pairs that differ.

    Two-sided: twice the smaller tail, at most 1. Where no pair differs the p value is 1.
    """
    higher, lower = int((pairs.differences > 0).sum()), int((pairs.differences < 0).sum())
    rule = "exact, on the pairs that differ; statistic: the rarer direction"
    if not len(pairs.differences):
        return Significance("McNemar", None, None, 0, rule, "no sample has both values")
    why = "" if higher + lower else "no pair differs"
    p = even_p_value(higher, higher + lower)
    return Significance("McNemar", p, float(min(higher, lower)), higher + lower, rule, why)


def wilcoxon(pairs: Pairs) -> Significance:
    """Return Wilcoxon's signed-rank test (1945) as scipy does it, pairs without difference dropped.

    Exact up to 50 pairs without ties, else the normal approximation corrected for ties. Statistic:
    the smaller sum of ranks.
    """
    d = pairs.differences[pairs.differences != 0]
    rule = "signed ranks, equal pairs dropped"
    if not len(d):
        return Significance("Wilcoxon", None, None, 0, rule, "no pair differs")
    from scipy.stats import wilcoxon as signed_ranks

    found = signed_ranks(d, zero_method="wilcox")
    return Significance("Wilcoxon", float(found.pvalue), float(found.statistic), len(d), rule)


def flip_test(pairs: Pairs, *, resamples: int = 10_000, seed: int = 0) -> Significance:
    """Return the test of flipped signs of the mean difference (Fisher 1935), by whole clusters.

    Every assignment of signs up to 13 clusters that differ (the p value is exact then); else
    `resamples` random ones, and (1 + as far from 0) / (1 + resamples) (Phipson and Smyth 2010);
    above 5,000 clusters the normal limit of all assignments.
    """
    totals = pairs.clusters.sums(pairs.differences)[:, 0]
    totals = totals[totals != 0]
    count = len(totals)
    if not count:
        return Significance("flipped signs", None, None, 0, "flipped signs", "no pair differs")
    seen = abs(float(totals.sum()))
    # A sum in another order differs by rounding, which would lose assignments that are as far.
    least = seen - 1e-9 * float(np.abs(totals).sum())
    if count <= 13:
        signs = 1 - 2.0 * ((np.arange(2**count)[:, None] >> np.arange(count)) & 1)
        p, how = float((np.abs(signs @ totals) >= least).mean()), "all assignments"
    elif count > 5_000:
        p = even_tails(float(totals.sum()) / float(np.square(totals).sum()) ** 0.5)
        how = "normal limit"
    else:
        far = sum(
            int((np.abs(block @ totals) >= least).sum()) for block in _signs(count, resamples, seed)
        )
        p, how = (1 + far) / (1 + resamples), f"{resamples} random assignments, seed {seed}"
    rule = f"{how}; statistic: the mean difference"
    return Significance("flipped signs", p, float(pairs.differences.mean()), count, rule)


def _signs(count: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield blocks (resamples, clusters) of random signs, -1 or 1."""
    dice = np.random.default_rng(seed)
    step = max(1, AT_ONCE // count)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        yield dice.integers(0, 2, (size, count), dtype=np.int8).astype(np.float64) * 2 - 1


def cohens_g(pairs: Pairs, *, level: float = 0.95) -> Figure:
    """Return Cohen's g (1988): the share of higher among pairs that differ, less 1/2; -0.5..0.5.

    The interval is the exact one of the share; with clusters the t interval of the linear ratio.
    """
    d = pairs.differences
    higher, n = int((d > 0).sum()), int((d != 0).sum())
    rule = "share of higher among pairs that differ, less 1/2"
    if not n:
        why = "no pair differs"
        return Figure("Cohen's g", None, unit="pairs", level=level, rule=rule, why=why)
    share = higher / n
    if not pairs.clusters.alone:
        influences = ((d > 0) - share * (d != 0)) / n
        like = Figure("Cohen's g", share - 0.5, n=n, unit="pairs", level=level, rule=rule)
        return _with_interval(like, influences, pairs.clusters)
    low, high = clopper_pearson(higher, n, level)
    rule = f"{rule}; Clopper-Pearson interval"
    return Figure("Cohen's g", share - 0.5, low - 0.5, high - 0.5, n, "pairs", level, rule)


def net_wins(pairs: Pairs, *, level: float = 0.95) -> Figure:
    """Return the share of pairs where the second is higher, less that where it is lower; -1..1."""
    rule = "share higher - share lower, equal pairs count as neither"
    signs = np.sign(pairs.differences)
    return mean_of(signs, pairs.clusters, name="net wins", level=level, rule=rule)


def rank_biserial(pairs: Pairs) -> Figure:
    """Return the rank-biserial correlation of pairs (Kerby 2014), -1..1: (R⁺ - R⁻) / (R⁺ + R⁻).

    R are the sums of Wilcoxon's ranks over pairs that differ. It has no interval.
    """
    from scipy.stats import rankdata

    d = pairs.differences[pairs.differences != 0]
    rule = "rank-biserial of pairs that differ"
    if not len(d):
        return Figure("rank-biserial", None, unit="pairs", rule=rule, why="no pair differs")
    ranks = rankdata(np.abs(d))
    value = float((ranks * np.sign(d)).sum() / ranks.sum())
    why = "no interval: no closed form; net wins has one"
    return Figure("rank-biserial", value, n=len(d), unit="pairs", rule=rule, why=why)


def cohens_d(pairs: Pairs, *, level: float = 0.95) -> Figure:
    """Return Cohen's d of the differences: their mean over their standard deviation.

    The interval is normal, with the variance 1/n + d²/2n (Hedges and Olkin 1985); with clusters the
    t interval of the linearised ratio.
    """
    d = pairs.differences
    n, rule = len(d), "mean of the differences / their standard deviation"
    spread = float(d.std(ddof=1)) if n > 1 else 0.0
    if spread <= 1e-12 * float(np.abs(d).max(initial=0.0)):
        why = "the differences do not vary"
        return Figure("Cohen's d", None, n=n, unit="pairs", level=level, rule=rule, why=why)
    value = float(d.mean()) / spread
    if not pairs.clusters.alone:
        away = (d - d.mean()) / spread
        influences = (away - value * (np.square(away) - (n - 1) / n) / 2) / n
        like = Figure("Cohen's d", value, n=n, unit="pairs", level=level, rule=rule)
        return _with_interval(like, influences, pairs.clusters)
    half = t_quantile(level, np.inf) * (1 / n + value**2 / (2 * n)) ** 0.5
    rule = f"{rule}; normal interval"
    return Figure("Cohen's d", value, value - half, value + half, n, "pairs", level, rule)


def _with_interval(like: Figure, influences: Floats, clusters: Clusters) -> Figure:
    count = clusters.count
    if count < 2 or like.value is None:
        return evolve(like, why="no interval: two clusters are the least")
    if not influences.any():
        return evolve(like, why="no interval: every pair that differs differs alike")
    half = t_quantile(like.level, count - 1) * variance_of_sum(influences, clusters) ** 0.5
    rule = f"{like.rule}; t interval over {count} clusters"
    return evolve(like, low=like.value - half, high=like.value + half, rule=rule)


def most_changed(first: npt.ArrayLike, second: npt.ArrayLike, count: int = 10) -> Places:
    """Return the places of the samples that changed most, largest first, ties in their order."""
    moved = np.abs(floats(second, "second") - floats(first, "first"))
    order = np.argsort(-np.nan_to_num(moved, nan=0.0), kind="stable")[:count]
    return order[np.nan_to_num(moved[order], nan=0.0) > 0].astype(np.intp)
