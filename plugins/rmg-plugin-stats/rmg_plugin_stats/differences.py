"""How far a judge's scores are from the true ones, in units of the scale."""

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from rmg_plugin_stats.association import Together
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.resampling import (
    MOST_CLUSTERS,
    RESAMPLES,
    Statistic,
    Sums,
    figure_of,
    figures_of,
)
from rmg_plugin_stats.wording import joined

NO_SAMPLES = "no sample has both scores"


def bias(
    scores: Together, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Figure:
    """Return the mean of first less second, in units of the scale; above 0 the first is higher."""
    return _mean_of(
        "bias",
        scores,
        scores.first - scores.second,
        bounds=(-np.inf, np.inf),
        level=level,
        resamples=resamples,
        seed=seed,
    )


def mean_absolute_error(
    scores: Together, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Figure:
    """Return the mean distance of first and second, in units of the scale (MAE).

    Of zeros and ones it is a rate, with the interval of one.
    """
    is_rate = bool(np.isin([scores.first, scores.second], (0, 1)).all())
    return _mean_of(
        "MAE",
        scores,
        np.abs(scores.first - scores.second),
        bounds=(0.0, 1.0 if is_rate else np.inf),
        level=level,
        resamples=resamples,
        seed=seed,
    )


def root_mean_squared_error(
    scores: Together, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Figure:
    """Return the root of the mean squared distance, in units of the scale (RMSE)."""
    found = scores.figure("RMSE", level)
    if not len(scores.first):
        return evolve(found, why=NO_SAMPLES)
    off = scores.first - scores.second
    rows = scores.clusters.at_most(MOST_CLUSTERS, seed).sums(np.ones(len(off)), off**2)
    return figure_of(found, rows, _root, why=NO_SAMPLES, resamples=resamples, seed=seed)


def limits_of_agreement(
    scores: Together, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[Figure, Figure]:
    """Return the lower and upper limit of agreement, in units of the scale (Bland & Altman 1986).

    Bias ± 1.96 standard deviations of the differences (n - 1): where 95 % of the differences lie if
    they are normal; other levels have other quantiles. Each limit has an interval of its own.
    """
    from scipy.special import ndtri

    found = [
        evolve(scores.figure(f"{side} limit of agreement", level), why="two samples are the least")
        for side in ("lower", "upper")
    ]
    if len(scores.first) < 2:
        return found[0], found[1]
    off = scores.first - scores.second
    middle = float(off.mean())
    off = off - middle  # so that no digits cancel in the squares
    rows = scores.clusters.at_most(MOST_CLUSTERS, seed).sums(np.ones(len(off)), off, off**2)
    limits = _limits(middle, float(ndtri((1 + level) / 2)))
    whys = [each.why for each in found]
    lower, upper = figures_of(found, rows, limits, whys=whys, resamples=resamples, seed=seed)
    return lower, upper


def _mean_of(
    name: str,
    scores: Together,
    values: NDArray[np.float64],
    *,
    bounds: tuple[float, float],
    level: float,
    resamples: int,
    seed: int,
) -> Figure:
    found = mean(
        values,
        name=name,
        bounds=bounds,
        clusters=scores.clusters,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    why = NO_SAMPLES if found.value is None else found.why
    return evolve(found, rule=joined(found.rule, scores.rule), why=why)


def _root(sums: Sums) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(sums[:, 1:] / sums[:, :1]))


def _limits(middle: float, quantile: float) -> Statistic:
    def limits(sums: Sums) -> NDArray[np.float64]:
        n, total, squares = sums.T
        mean_off = total / n
        spread = quantile * np.sqrt(np.maximum(squares - n * mean_off**2, 0) / (n - 1))
        return np.stack([middle + mean_off - spread, middle + mean_off + spread], axis=1)

    return limits
