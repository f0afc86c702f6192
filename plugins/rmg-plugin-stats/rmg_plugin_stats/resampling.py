"""Intervals of statistics of sums, by resampling clusters with multinomial weights."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.wording import joined

Sums = NDArray[np.float64]
Statistic = Callable[[Sums], NDArray[np.float64]]
"""From sums, resamples × columns, to values, resamples × figures; nan where one is undefined."""

MOST_CLUSTERS = 2_000
FEWEST_CLUSTERS = 10
MOST_UNDEFINED = 0.05
RESAMPLES = 2_000
AT_ONCE = 4_000_000  # numbers in a block of sums: 32 MB


@frozen
class Interval:
    """The ends of an interval, or why there is none."""

    low: float | None = None
    high: float | None = None
    why: str = ""


@lru_cache(maxsize=1)  # the figures of a report share their weights; 32 MB at most
def multinomial_weights(clusters: int, resamples: int, seed: int) -> NDArray[np.float64]:
    """Return how often each cluster is drawn: resamples × clusters, each row sums to `clusters`."""
    rng = np.random.default_rng(seed)
    weights = np.empty((resamples, clusters))
    for row in weights:
        row[:] = np.bincount(rng.integers(0, clusters, clusters), minlength=clusters)
    weights.flags.writeable = False
    return weights


def bootstrap(
    rows: Sums,
    statistic: Statistic,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
    corrected: bool = True,
) -> list[Interval]:
    """Return an interval for each figure of `statistic`, of which the sums of `rows` are enough.

    `rows` is clusters × columns. The interval is BCa (Efron 1987), its tails widened by the t
    quantile and sqrt(C/(C-1)), since the percentile of few clusters is too narrow (Hesterberg 2015,
    section 4.1); `corrected=False` leaves out bias and acceleration, for what is not smooth.
    Resamples for which a figure is undefined are left out; over 5 % of them, or fewer than 10
    clusters, and there is no interval.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        points = statistic(rows.sum(axis=0)[None])[0]
        if len(rows) < FEWEST_CLUSTERS:
            why = f"{len(rows)} are too few to resample ({FEWEST_CLUSTERS} are needed)"
            return [Interval(why=why)] * len(points)
        weights = multinomial_weights(len(rows), resamples, seed)
        drawn = _in_blocks(lambda some: statistic(some @ rows), weights, rows)
        left_out = np.full((1, len(points)), np.nan)
        if corrected:
            total = rows.sum(axis=0)
            left_out = _in_blocks(lambda some: statistic(total - some), rows, rows)
    tail = _tail(level, len(rows))
    return [
        _interval(point, drawn[:, place], left_out[:, place] if corrected else None, tail)
        for place, point in enumerate(points)
    ]


def figure_of(
    found: Figure, rows: Sums, statistic: Statistic, *, why: str, resamples: int, seed: int
) -> Figure:
    """Fill in the value of a statistic of sums with its interval; `why` where it is undefined."""
    return figures_of([found], rows, statistic, whys=[why], resamples=resamples, seed=seed)[0]


def figures_of(
    found: list[Figure],
    rows: Sums,
    statistic: Statistic,
    *,
    whys: list[str],
    resamples: int,
    seed: int,
) -> list[Figure]:
    """Fill in the values of a statistic of several figures; the resamples are the same."""
    with np.errstate(divide="ignore", invalid="ignore"):
        values = statistic(rows.sum(axis=0)[None])[0]
    level = found[0].level
    intervals = bootstrap(rows, statistic, level=level, resamples=resamples, seed=seed)
    return [
        evolve(each, why=why)
        if np.isnan(value)
        else with_interval(evolve(each, value=float(value)), got, told_resampling(resamples))
        for each, value, got, why in zip(found, values, intervals, whys, strict=True)
    ]


def figure_near(
    found: Figure,
    rows: Sums,
    statistic: Statistic,
    *,
    ends: tuple[float, float],
    resamples: int,
    seed: int,
) -> Figure:
    """Give a figure, whose value is exact, the interval of a statistic that is nearly it.

    The interval is moved by the difference and stays between the `ends` of what is possible.
    """
    (got,) = bootstrap(rows, statistic, level=found.level, resamples=resamples, seed=seed)
    if got.low is None or got.high is None or found.value is None:
        return evolve(found, why=got.why)
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = found.value - float(statistic(rows.sum(axis=0)[None])[0, 0])
    low, high = max(ends[0], got.low + moved), min(ends[1], got.high + moved)
    return with_interval(found, Interval(low, high), told_resampling(resamples))


def with_interval(found: Figure, interval: Interval, rule: str) -> Figure:
    """Return the figure with an interval and how it was made, or why there is none."""
    if interval.low is None:
        return evolve(found, why=interval.why)
    told = joined(rule, found.rule)
    return evolve(found, low=interval.low, high=interval.high, why="", rule=told)


def told_resampling(resamples: int) -> str:
    """Return how the interval was made, in words."""
    return f"BCa bootstrap, {resamples} resamples"


def _in_blocks(compute: Statistic, given: Sums, rows: Sums) -> NDArray[np.float64]:
    """Compute block by block, so that wide rows do not fill the memory."""
    step = max(1, AT_ONCE // max(1, rows.shape[1]))
    return np.concatenate([compute(given[at : at + step]) for at in range(0, len(given), step)])


def _tail(level: float, clusters: int) -> float:
    """Return the widened normal quantile of the lower tail."""
    from scipy.special import stdtrit

    wider = float(np.sqrt(clusters / (clusters - 1)))
    return float(stdtrit(clusters - 1, (1 - level) / 2)) * wider


def _interval(
    point: float, drawn: NDArray[np.float64], left_out: NDArray[np.float64] | None, tail: float
) -> Interval:
    from scipy.special import ndtr

    if np.isnan(point):
        return Interval()
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(drawn):
        share = 1 - len(defined) / len(drawn)
        return Interval(why=f"undefined in {share:.0%} of the resamples")
    spread = float(np.ptp(defined))
    if spread <= 1e-12 * max(1.0, abs(point)):
        return Interval(why="every resample gives the same value")
    ends = np.array([tail, -tail])
    if left_out is not None:
        ends = _bias_corrected(ends, point, defined, left_out[~np.isnan(left_out)], spread)
    low, high = np.quantile(defined, np.clip(ndtr(ends), 0, 1))
    return Interval(float(low), float(high))


def _bias_corrected(
    ends: NDArray[np.float64],
    point: float,
    drawn: NDArray[np.float64],
    left_out: NDArray[np.float64],
    spread: float,
) -> NDArray[np.float64]:
    """Return the quantiles with the bias and the acceleration of BCa, in normal units."""
    from scipy.special import ndtri

    same = np.abs(drawn - point) <= 1e-9 * spread
    below = np.mean((drawn < point) & ~same) + np.mean(same) / 2
    edge = 0.5 / len(drawn)
    bias = float(ndtri(np.clip(below, edge, 1 - edge)))
    off = left_out.mean() - left_out if len(left_out) else np.zeros(1)
    square = float((off**2).sum())
    acceleration = float((off**3).sum()) / (6 * square**1.5) if square > 0 else 0.0
    moved = bias + ends
    slope = np.maximum(1 - acceleration * moved, 0.1)  # beyond that BCa turns back on itself
    return np.asarray(bias + moved / slope)
