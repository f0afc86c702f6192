"""Means, rates and their intervals, also of clustered and weighted samples."""

import numpy as np
from attrs import evolve, frozen
from numpy.typing import ArrayLike, NDArray

from rmg_plugin_stats.closed_forms import wilson
from rmg_plugin_stats.clusters import Clusters, checked_weights, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.resampling import (
    FEWEST_CLUSTERS,
    MOST_CLUSTERS,
    RESAMPLES,
    Interval,
    bootstrap,
    told_resampling,
    with_interval,
)
from rmg_plugin_stats.scores import numbers
from rmg_plugin_stats.summaries import ALIKE, FEWEST_FOR_T, FEWEST_FOR_WILSON
from rmg_plugin_stats.wording import joined


def clopper_pearson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a rate (Clopper & Pearson 1934); `n` > 0 may be effective."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    failures = n - successes
    low = 0.0 if successes == 0 else float(betaincinv(successes, failures + 1, tail))
    high = 1.0 if failures == 0 else float(betaincinv(successes + 1, failures, 1 - tail))
    return low, high


def standard_error(
    scores: ArrayLike, *, clusters: Clusters | None = None, weights: ArrayLike | None = None
) -> float | None:
    """Return the standard error of a mean, or None of fewer than two clusters.

    Clustered as in Miller (2024, appendix A) times sqrt(C/(C-1)), of which the ordinary s/sqrt(n)
    is the case where each sample is a cluster. Weighted: the linearised ratio (Särndal et al. 1992,
    5.6). nan are left out.
    """
    sample = _sample(scores, clusters, weights)
    return sample.error if sample.clusters.count > 1 else None


def mean(
    scores: ArrayLike,
    *,
    name: str = "mean",
    bounds: tuple[float, float] | None = None,
    clusters: Clusters | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return a mean with the interval that covers at its size.

    `scores` are numbers, nan for a sample without one, which is left out and counted in the rule.
    `bounds` are the ends of the scale, infinite where it is open. `weights` are above 0: how many
    samples of the whole each stands for. Where only the two bounds (0 and 1 without `bounds`)
    occur, it is a rate: Wilson, exact under 30; with clusters or weights, at the effective size
    (Korn & Graubard 1998) with t quantiles. Else t from 300 clusters on, BCa bootstrap below, and t
    again below 10, where nothing is left to resample. Never the plain normal interval, which is too
    narrow (Bowyer et al. 2025).

    Raises:
        ValueError: a weight is not above 0, a score out of bounds or infinite, or lengths differ.
    """
    sample = _sample(scores, clusters, weights)
    found = Figure(name, None, n=len(sample.values), level=level, rule=sample.told)
    if not len(sample.values):
        return evolve(found, why="no sample has a score")
    ends = bounds or (0.0, 1.0)
    if bounds and (sample.values.min() < ends[0] or sample.values.max() > ends[1]):
        raise ValueError(f"{name}: a score is outside of {ends[0]:g}..{ends[1]:g}")
    found = evolve(found, value=sample.mean)
    if np.isfinite(ends).all() and np.isin(sample.values, ends).all():
        return _rate(found, sample, ends)
    if sample.clusters.count == 1:
        return evolve(found, why="one cluster tells nothing of how clusters vary")
    if np.ptp(sample.values) == 0:
        return evolve(found, why=ALIKE)
    if FEWEST_CLUSTERS <= sample.clusters.count < FEWEST_FOR_T:
        return _resampled(found, sample, resamples, seed)
    return _student(found, sample, bounds)


def proportion(successes: int, n: int, *, name: str = "rate", level: float = 0.95) -> Figure:
    """Return a rate of counts with its interval: Wilson, exact under 30.

    Raises:
        ValueError: not 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{name}: {successes} of {n} is no rate")
    found = Figure(name, None, n=n, level=level)
    if n == 0:
        return evolve(found, why="nothing to count")
    return _bounded_rate(evolve(found, value=successes / n), successes / n, n, (0.0, 1.0))


@frozen(eq=False)
class _Sample:
    """Scores that are there, with their weights and clusters, and what was left out."""

    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    clusters: Clusters
    weighted: bool
    missing: int

    @property
    def mean(self) -> float:
        """The weighted mean, kept between the least and the greatest value in spite of rounding."""
        raw = float(self.weights @ self.values / self.weights.sum())
        return float(np.clip(raw, self.values.min(), self.values.max()))

    @property
    def error(self) -> float:
        """The standard error; two clusters at least."""
        count = self.clusters.count
        off = self.weights * (self.values - self.mean) / self.weights.sum()
        sums = self.clusters.sums(off)[:, 0]
        return float((sums @ sums * count / (count - 1)) ** 0.5)

    @property
    def told(self) -> str:
        """What the rule of the figure says of it."""
        parts = [self.clusters.told, "weighted" if self.weighted else ""]
        parts.append(f"{self.missing} missing left out" if self.missing else "")
        return joined(*parts)

    @property
    def simple(self) -> bool:
        """Whether every sample counts once and for itself."""
        return self.clusters.alone and not self.weighted


def _sample(scores: ArrayLike, clusters: Clusters | None, weights: ArrayLike | None) -> _Sample:
    values = numbers(scores)
    given = np.ones(len(values)) if weights is None else checked_weights(weights, len(values))
    groups = clusters or each_alone(len(values))
    if len(values) != len(groups.codes):
        raise ValueError(f"{len(values)} samples and {len(groups.codes)} cluster ids")
    kept = ~np.isnan(values)
    missing = int((~kept).sum())
    return _Sample(values[kept], given[kept], groups.only(kept), weights is not None, missing)


def _rate(found: Figure, sample: _Sample, ends: tuple[float, float]) -> Figure:
    rate = (sample.mean - ends[0]) / (ends[1] - ends[0])
    if sample.simple:
        return _bounded_rate(found, rate, found.n, ends)
    if sample.clusters.count == 1:
        return evolve(found, why="one cluster tells nothing of how clusters vary")
    return _bounded_rate(found, rate, _effective(sample, rate, ends, found.level), ends)


def _effective(sample: _Sample, rate: float, ends: tuple[float, float], level: float) -> float:
    """Return the size of a simple sample that would tell as much (Korn & Graubard 1998)."""
    from scipy.special import ndtri, stdtrit

    count = sample.clusters.count
    sums = sample.clusters.sums(sample.weights)[:, 0]
    error = sample.error / (ends[1] - ends[0])
    if error == 0:  # all alike, or alike in every cluster: no more is known than the clusters tell
        return float(sums.sum() ** 2 / (sums @ sums))
    shrunk = float(ndtri((1 + level) / 2) / stdtrit(count - 1, (1 + level) / 2)) ** 2
    return min(rate * (1 - rate) / error**2, len(sample.values)) * shrunk


def _bounded_rate(found: Figure, rate: float, n: float, ends: tuple[float, float]) -> Figure:
    exact = n < FEWEST_FOR_WILSON
    low, high = (clopper_pearson if exact else wilson)(rate * n, n, found.level)
    size = "" if n == found.n else f" at an effective n of {n:.1f}"
    rule = f"{'exact (Clopper-Pearson)' if exact else 'Wilson'}{size}"
    span = ends[1] - ends[0]
    return with_interval(found, Interval(ends[0] + span * low, ends[0] + span * high), rule)


def _student(found: Figure, sample: _Sample, bounds: tuple[float, float] | None) -> Figure:
    from scipy.special import stdtrit

    half = float(stdtrit(sample.clusters.count - 1, (1 + found.level) / 2)) * sample.error
    low, high = sample.mean - half, sample.mean + half
    if bounds:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    rule = "t" if sample.simple else "t, clustered standard error with C/(C-1)"
    return with_interval(found, Interval(low, high), rule)


def _resampled(found: Figure, sample: _Sample, resamples: int, seed: int) -> Figure:
    rows = sample.clusters.at_most(MOST_CLUSTERS, seed).sums(
        sample.weights * (sample.values - sample.mean), sample.weights
    )
    (got,) = bootstrap(
        rows,
        lambda sums: sums[:, :1] / sums[:, 1:],
        level=found.level,
        resamples=resamples,
        seed=seed,
    )
    if got.low is None or got.high is None:
        return evolve(found, why=got.why)
    moved = Interval(got.low + sample.mean, got.high + sample.mean)
    return with_interval(found, moved, told_resampling(resamples))
