"""Krippendorff's α of any number of raters, on four scales, with missing values."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import ArrayLike, NDArray

from rmg_plugin_stats.clusters import Clusters, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.labels import MISSING, Coded
from rmg_plugin_stats.resampling import MOST_CLUSTERS, RESAMPLES, Statistic, Sums, figure_of
from rmg_plugin_stats.scores import numbers
from rmg_plugin_stats.wording import joined

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
MOST_ORDINAL = 50
MOST_RATIO = 2_000
ONE_VALUE = "one value only: nothing tells agreement from chance"


def krippendorff_alpha(
    ratings: ArrayLike,
    metric: Metric = "nominal",
    *,
    clusters: Clusters | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return Krippendorff's α, at most 1, below 0 for less agreement than chance.

    `ratings` is units × raters, nan where a value is missing; units with fewer than two values are
    left out (Krippendorff 2018, chapter 12). Undefined where one value only occurs. The interval
    resamples units, also for what is expected, which Krippendorff's own bootstrap holds fixed; the
    ordinal one is there for up to 50 different values. The ratio scale takes up to 2,000 different
    values, none below 0.
    """
    values = numbers(ratings)
    groups = clusters or each_alone(len(values))
    kept = (~np.isnan(values)).sum(axis=1) > 1
    units = _Units.of(values[kept], groups.only(kept))
    missing = int(np.isnan(values).sum())
    told = f"{metric}, {values.shape[1]} raters" + (f", {missing} missing" if missing else "")
    found = Figure(
        f"Krippendorff's α, {metric}",
        None,
        n=int(kept.sum()),
        unit="items",
        level=level,
        rule=joined(told, groups.told),
    )
    if not kept.any():
        return evolve(found, why="no unit has two values")
    if len(units.known) == 1:
        return evolve(found, why=ONE_VALUE)
    if metric == "ratio" and (units.known[0] < 0 or len(units.known) > MOST_RATIO):
        return evolve(found, why=f"the ratio scale takes 0 and more, {MOST_RATIO} values at most")
    if metric == "ordinal" and len(units.known) > MOST_ORDINAL:
        rows, statistic = _interval(_at_ranks(units), seed)
        (value,) = statistic(rows.sum(axis=0)[None])[0]
        why = f"no interval of more than {MOST_ORDINAL} values"
        return evolve(found, value=float(value), why=why)
    rows, statistic = METRICS[metric](units, seed)
    return figure_of(found, rows, statistic, why=ONE_VALUE, resamples=resamples, seed=seed)


def alpha_of_labels(
    ratings: Coded,
    metric: Literal["nominal", "ordinal"] = "nominal",
    *,
    clusters: Clusters | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return Krippendorff's α of labels, for "ordinal" in their order."""
    values = np.where(ratings.codes == MISSING, np.nan, ratings.codes)
    return krippendorff_alpha(
        values, metric, clusters=clusters, level=level, resamples=resamples, seed=seed
    )


@frozen(eq=False)
class _Units:
    """Values of units with two or more: `places` are those of `known`, -1 where none is."""

    known: NDArray[np.float64] = field(repr=False)
    places: NDArray[np.intp] = field(repr=False)
    clusters: Clusters

    @classmethod
    def of(cls, values: NDArray[np.float64], clusters: Clusters) -> "_Units":
        there = ~np.isnan(values)
        known, found = np.unique(values[there], return_inverse=True)
        places = np.full(values.shape, MISSING, dtype=np.intp)
        places[there] = found
        return cls(known, places, clusters)

    @property
    def sizes(self) -> NDArray[np.float64]:
        return np.asarray((self.places != MISSING).sum(axis=1, dtype=float))

    def pairs(
        self, distance: Callable[[NDArray[np.intp], NDArray[np.intp]], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """Return the sum of a distance over the ordered pairs of each unit, by its size less 1."""
        total = np.zeros(len(self.places))
        for one, two, both in self.columns():
            total[both] += 2 * distance(one[both], two[both])
        return np.asarray(total / (self.sizes - 1))

    def columns(
        self,
    ) -> list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]]:
        """Return each pair of raters, with where both have a value."""
        columns = list(self.places.T)
        return [
            (one, two, (one != MISSING) & (two != MISSING))
            for at, one in enumerate(columns)
            for two in columns[at + 1 :]
        ]


def _tallied(units: _Units, groups: Clusters) -> NDArray[np.float64]:
    """Return how often each value stands in each group: groups × values."""
    width = len(units.known)
    rows = np.zeros((groups.count, width))
    for column in units.places.T:
        there = column != MISSING
        flat = np.bincount(
            groups.codes[there] * width + column[there], minlength=groups.count * width
        )
        rows += flat.reshape(groups.count, width)
    return rows


def _alpha(observed: Sums, expected: Sums, total: Sums) -> NDArray[np.float64]:
    """Return 1 - (n-1)·observed/expected, where both are sums over ordered pairs."""
    expected = np.where(expected <= 1e-12 * total, np.nan, expected)
    return np.asarray(1 - (total - 1) * observed / expected)[:, None]


def _nominal(units: _Units, seed: int) -> tuple[Sums, Statistic]:
    groups = units.clusters.at_most(MOST_CLUSTERS, seed)
    observed = units.pairs(lambda one, two: (one != two).astype(float))
    rows = np.concatenate((groups.sums(observed), _tallied(units, groups)), axis=1)

    def alpha(sums: Sums) -> NDArray[np.float64]:
        counts = sums[:, 1:]
        total = counts.sum(axis=1)
        return _alpha(sums[:, 0], total**2 - (counts * counts).sum(axis=1), total)

    return rows, alpha


def _interval(units: _Units, seed: int) -> tuple[Sums, Statistic]:
    groups = units.clusters.at_most(MOST_CLUSTERS, seed)
    middle = units.known[units.places[units.places != MISSING]].mean()
    known = (units.known - middle) / np.ptp(units.known)  # so that no digits cancel in the squares
    observed = units.pairs(lambda one, two: (known[one] - known[two]) ** 2)
    values = np.where(units.places == MISSING, 0.0, known[units.places])
    rows = groups.sums(observed, units.sizes, values.sum(axis=1), (values**2).sum(axis=1))

    def alpha(sums: Sums) -> NDArray[np.float64]:
        total = sums[:, 1]
        return _alpha(sums[:, 0], 2 * (total * sums[:, 3] - sums[:, 2] ** 2), total)

    return rows, alpha


def _at_ranks(units: _Units) -> _Units:
    """Return the units with middle ranks for values: ordinal distance is the distance of ranks."""
    counts = np.bincount(units.places[units.places != MISSING], minlength=len(units.known))
    return evolve(units, known=np.cumsum(counts) - counts / 2)


def _ordinal(units: _Units, seed: int) -> tuple[Sums, Statistic]:
    """Ranks are made anew in each resample, from its coincidences."""
    groups = units.clusters.at_most(MOST_CLUSTERS, seed)
    width = len(units.known)
    rows = np.zeros((groups.count, width * width))
    share = 1 / (units.sizes - 1)
    for one, two, both in units.columns():
        for left, right in ((one, two), (two, one)):
            cells = groups.codes[both] * width**2 + left[both] * width + right[both]
            rows += np.bincount(cells, share[both], groups.count * width**2).reshape(rows.shape)

    def alpha(sums: Sums) -> NDArray[np.float64]:
        seen = sums.reshape(-1, width, width)
        counts = seen.sum(axis=2)
        ranks = np.cumsum(counts, axis=1) - counts / 2
        square, total = (counts * ranks**2).sum(axis=1), counts.sum(axis=1)
        across = np.einsum("bij,bi,bj->b", seen, ranks, ranks)
        expected = 2 * (total * square - (counts * ranks).sum(axis=1) ** 2)
        return _alpha(2 * (square - across), expected, total)

    return rows, alpha


def _ratio(units: _Units, seed: int) -> tuple[Sums, Statistic]:
    groups = units.clusters.at_most(MOST_CLUSTERS, seed)
    apart = np.abs(units.known[:, None] - units.known)
    both = units.known[:, None] + units.known
    distance = (apart / np.where(both == 0, 1.0, both)) ** 2
    observed = units.pairs(lambda one, two: distance[one, two])
    rows = np.concatenate((groups.sums(observed), _tallied(units, groups)), axis=1)

    def alpha(sums: Sums) -> NDArray[np.float64]:
        counts = sums[:, 1:]
        expected = ((counts @ distance) * counts).sum(axis=1)
        return _alpha(sums[:, 0], expected, counts.sum(axis=1))

    return rows, alpha


METRICS: dict[Metric, Callable[[_Units, int], tuple[Sums, Statistic]]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
    "ratio": _ratio,
}
