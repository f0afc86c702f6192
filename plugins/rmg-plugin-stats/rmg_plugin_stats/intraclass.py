"""Intraclass correlation of raters who score the same items on a scale."""

from typing import Literal

import numpy as np
from attrs import evolve
from numpy.typing import ArrayLike, NDArray

from rmg_plugin_stats.clusters import Clusters, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.resampling import MOST_CLUSTERS, RESAMPLES, Statistic, Sums, figure_of
from rmg_plugin_stats.scores import numbers
from rmg_plugin_stats.wording import joined


def intraclass_correlation(
    ratings: ArrayLike,
    form: Literal["2,1", "2,k"] = "2,1",
    *,
    clusters: Clusters | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return ICC(2,1) or ICC(2,k), absolute agreement of random raters (Shrout & Fleiss 1979).

    `ratings` is items × raters, nan where a score is missing; items with a missing score are left
    out. "2,1" is of one rater, "2,k" of the mean of these raters. At most 1, and below 0 where
    raters differ more within items than items do. Undefined where all scores are the same.
    """
    values = numbers(ratings)
    groups = clusters or each_alone(len(values))
    kept = np.asarray(~np.isnan(values).any(axis=1))
    left_out = int((~kept).sum())
    raters = values.shape[1]
    told = f"absolute agreement, {raters} raters"
    told += f"; {left_out} items with a missing score left out" if left_out else ""
    found = Figure(
        f"ICC({form})",
        None,
        n=int(kept.sum()),
        unit="items",
        level=level,
        rule=joined(told, groups.told),
    )
    whole = values[kept]
    if len(whole) < 2 or raters < 2:
        return evolve(found, why="two items with two scores are the least")
    if np.ptp(whole) == 0:
        return evolve(found, why="all scores are the same")
    off = (whole - whole.mean()) / np.ptp(whole)  # so that no digits cancel in the squares
    rows = (
        groups.only(kept)
        .at_most(MOST_CLUSTERS, seed)
        .sums(np.ones(len(off)), off.sum(axis=1) ** 2, (off**2).sum(axis=1), *off.T)
    )
    why = "the scores do not vary as the formula needs"
    return figure_of(found, rows, _icc(form, raters), why=why, resamples=resamples, seed=seed)


def _icc(form: str, raters: int) -> Statistic:
    """Return the ICC of sums [items, squared sums of items, squares, scores of each rater]."""

    def icc(sums: Sums) -> NDArray[np.float64]:
        n, squared_sums, squares, columns = sums[:, 0], sums[:, 1], sums[:, 2], sums[:, 3:]
        centre = columns.sum(axis=1) ** 2 / (n * raters)
        between_items = squared_sums / raters - centre
        between_raters = (columns**2).sum(axis=1) / n - centre
        rest = squares - centre - between_items - between_raters
        of_items = between_items / (n - 1)
        of_raters = between_raters / (raters - 1)
        of_rest = rest / ((n - 1) * (raters - 1))
        below = of_items + (of_raters - of_rest) / n
        if form == "2,1":
            below = of_items + (raters - 1) * of_rest + raters * (of_raters - of_rest) / n
        below[np.abs(below) <= 1e-14 * squares] = np.nan
        return np.asarray((of_items - of_rest) / below)[:, None]

    return icc
