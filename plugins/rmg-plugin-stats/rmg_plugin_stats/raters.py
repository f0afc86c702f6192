"""How far many raters agree on labels, some of which may be missing."""

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from rmg_plugin_stats.agreement import NO_PAIRS, ONE_LABEL
from rmg_plugin_stats.clusters import Clusters, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.labels import MISSING, Coded
from rmg_plugin_stats.resampling import MOST_CLUSTERS, RESAMPLES, Statistic, Sums, figure_of
from rmg_plugin_stats.wording import joined


def pairwise_agreement(
    ratings: Coded,
    *,
    clusters: Clusters | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return the mean over items of the share of pairs of raters that agree, 0..1.

    Items with fewer than two labels are left out.
    """
    agreed, pairable = _agreed(_counts(ratings))
    scores = np.where(pairable > 0, agreed, np.nan)
    found = mean(
        scores,
        name="pairwise agreement",
        bounds=(0.0, 1.0),
        clusters=clusters,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    return evolve(found, unit="items")


def fleiss_kappa(
    ratings: Coded,
    *,
    clusters: Clusters | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return Fleiss' κ, at most 1, below 0 for less agreement than chance (Fleiss 1971).

    Fleiss has the same number of labels for each item. Where some are missing it is his κ as Gwet
    (2014, 2.4) carries it on: agreement over items with two labels or more, chance from the mean
    over items of the share of each label. Undefined where one label only was said.
    """
    return _corrected(
        "Fleiss' κ", ratings, clusters, _fleiss, level=level, resamples=resamples, seed=seed
    )


def gwet_ac1_of_raters(
    ratings: Coded,
    *,
    clusters: Clusters | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return Gwet's AC1 of many raters, at most 1 (Gwet 2008; missing labels as in Gwet 2014).

    It counts the labels that are declared. Where one label only was said it is not available:
    Gwet's formula would give 1, whatever the raters can tell apart.
    """
    return _corrected(
        "Gwet's AC1", ratings, clusters, _ac1, level=level, resamples=resamples, seed=seed
    )


def rater_prevalence(
    ratings: Coded,
    *,
    clusters: Clusters | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[Figure, ...]:
    """Return for each label the mean over items of its share, 0..1."""
    counts = _counts(ratings)
    with np.errstate(invalid="ignore"):
        shares = counts / counts.sum(axis=1, keepdims=True)
    return tuple(
        evolve(
            mean(
                shares[:, place],
                name=f"prevalence of {label!r}",
                bounds=(0.0, 1.0),
                clusters=clusters,
                level=level,
                resamples=resamples,
                seed=seed,
            ),
            unit="items",
        )
        for place, label in enumerate(ratings.labels)
    )


def _counts(ratings: Coded) -> NDArray[np.float64]:
    """Return how many raters gave each label to each item: items × labels."""
    items, width = len(ratings.codes), len(ratings.labels)
    counts = np.zeros((items, width))
    for column in ratings.codes.T:
        there = np.flatnonzero(column != MISSING)
        counts[there, column[there]] += 1
    return counts


def _agreed(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share of agreeing pairs of each item, and whether it has pairs."""
    size = counts.sum(axis=1)
    pairs = size * (size - 1)
    pairable = (pairs > 0).astype(float)
    return ((counts * counts).sum(axis=1) - size) / np.maximum(pairs, 1), pairable


def _corrected(
    name: str,
    ratings: Coded,
    clusters: Clusters | None,
    statistic: Statistic,
    *,
    level: float,
    resamples: int,
    seed: int,
) -> Figure:
    counts = _counts(ratings)
    agreed, pairable = _agreed(counts)
    groups = clusters or each_alone(len(counts))
    found = Figure(
        name,
        None,
        n=int(pairable.sum()),
        unit="items",
        level=level,
        rule=joined(_told(ratings), groups.told, _most_common(ratings, counts)),
    )
    if not pairable.any():
        return evolve(found, why=NO_PAIRS)
    if (counts.sum(axis=0) > 0).sum() == 1:
        return evolve(found, why=ONE_LABEL)
    size = counts.sum(axis=1)
    kept = groups.only(size > 0).at_most(MOST_CLUSTERS, seed)
    shares = (counts / np.maximum(size, 1)[:, None])[size > 0]
    rows = kept.sums(agreed[size > 0], pairable[size > 0], *shares.T)
    return figure_of(found, rows, statistic, why=ONE_LABEL, resamples=resamples, seed=seed)


def _told(ratings: Coded) -> str:
    raters = ratings.codes.shape[1]
    missing = int((ratings.codes == MISSING).sum())
    return f"{raters} raters" + (f", {missing} labels missing" if missing else "")


def _most_common(ratings: Coded, counts: NDArray[np.float64]) -> str:
    said = counts.sum(axis=0)
    if not said.any():
        return ""
    return f"{ratings.labels[int(said.argmax())]!r} is {said.max() / said.sum():.1%} of the labels"


def _fleiss(sums: Sums) -> NDArray[np.float64]:
    """Return κ of sums [agreement, items with pairs, share of each label]."""
    shares = _shares(sums)
    apart = 1 - (shares * shares).sum(axis=1)
    apart[apart <= 1e-12] = np.nan
    return np.asarray(1 - (1 - sums[:, 0] / sums[:, 1]) / apart)[:, None]


def _ac1(sums: Sums) -> NDArray[np.float64]:
    shares = _shares(sums)
    chance = (shares * (1 - shares)).sum(axis=1) / max(1, shares.shape[1] - 1)
    return np.asarray(1 - (1 - sums[:, 0] / sums[:, 1]) / (1 - chance))[:, None]


def _shares(sums: Sums) -> NDArray[np.float64]:
    return np.asarray(sums[:, 2:] / sums[:, 2:].sum(axis=1, keepdims=True))
