"""How far two scores of the same samples go together: over items, within prompts, over systems."""

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import ArrayLike, NDArray

from rmg_plugin_stats.binning import binned
from rmg_plugin_stats.clusters import Clusters, each_alone
from rmg_plugin_stats.correlations import (
    JOINT_BINS,
    Kind,
    correlate,
    correlations_of_rows,
    correlations_within,
    kendall_of_joint,
    pearson_of_sums,
    spearman_of_joint,
)
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.resampling import (
    MOST_CLUSTERS,
    RESAMPLES,
    Statistic,
    Sums,
    figure_near,
    figure_of,
)
from rmg_plugin_stats.scores import numbers
from rmg_plugin_stats.wording import joined

NAMES: dict[Kind, str] = {
    "spearman": "Spearman's ρ",
    "kendall": "Kendall's τ-b",
    "pearson": "Pearson's r",
}
RANGE = (-1.0, 1.0)


@frozen(eq=False)
class Together:
    """Two scores of the same samples, both there."""

    first: NDArray[np.float64] = field(repr=False)
    second: NDArray[np.float64] = field(repr=False)
    clusters: Clusters
    kept: NDArray[np.bool_] = field(repr=False)
    rule: str

    def figure(self, name: str, level: float, unit: str = "samples") -> Figure:
        """Return the figure without a value yet."""
        rule = joined(self.rule, self.clusters.told)
        return Figure(name, None, n=len(self.first), unit=unit, level=level, rule=rule)


def put_together(
    first: ArrayLike,
    second: ArrayLike,
    *,
    impute: float | None = None,
    clusters: Clusters | None = None,
) -> Together:
    """Return two scores, of a judge and of people, for instance; nan in either is missing.

    `impute` stands in for a score that is missing of the first; without it the sample is left out,
    and counted, as it always is where the second is missing.

    Raises:
        ValueError: the lengths differ, or a score is infinite.
    """
    one, two = numbers(first), numbers(second)
    groups = clusters or each_alone(len(one))
    if not len(one) == len(two) == len(groups.codes):
        raise ValueError(f"{len(one)} and {len(two)} scores, {len(groups.codes)} cluster ids")
    missing = int((np.isnan(one) & ~np.isnan(two)).sum())
    end = "left out" if impute is None else f"counted as {impute:g}"
    told = [f"{missing} missing {end}"]
    if impute is not None:
        one = np.where(np.isnan(one), impute, one)
    if lacking := int(np.isnan(two).sum()):
        told.append(f"{lacking} without the second left out")
    kept = ~np.isnan(one) & ~np.isnan(two)
    return Together(one[kept], two[kept], groups.only(kept), kept, joined(*told))


def correlation(
    scores: Together,
    kind: Kind = "spearman",
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return the correlation over all samples, -1..1, undefined where one score never varies.

    Spearman's ρ with middle ranks for ties, Kendall's τ-b, Pearson's r. The interval of ranks of
    more than 32 different values is of 32 bins of equal mass a side, moved to the exact value.
    """
    found = scores.figure(NAMES[kind], level)
    if why := _unvaried(scores.first, scores.second):
        return evolve(found, why=why)
    found = evolve(found, value=correlate(kind, scores.first, scores.second))
    groups = scores.clusters.at_most(MOST_CLUSTERS, seed)
    rows, statistic = _rows(scores, kind, groups)
    return figure_near(found, rows, statistic, ends=RANGE, resamples=resamples, seed=seed)


def correlation_within(
    scores: Together,
    prompts: Clusters,
    kind: Kind = "spearman",
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return the mean over prompts of the correlation within each, as G-Eval has it (Liu 2023).

    `prompts` says which samples, of all that were put together, answer the same prompt. Prompts
    within which one of the scores does not vary have no correlation: they are left out, and
    counted.
    """
    groups = prompts.only(scores.kept)
    values = correlations_within(kind, groups.codes, scores.first, scores.second)
    undefined = int(np.isnan(values).sum())
    found = mean(
        values[~np.isnan(values)],
        name=f"{NAMES[kind]} within prompts",
        bounds=RANGE,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    told = [found.rule, scores.rule, f"{undefined} prompts without variation left out"]
    why = "no prompt has scores that vary" if found.value is None else found.why
    return evolve(found, unit="prompts", rule=joined(*told), why=why)


def correlation_of_systems(
    scores: Together,
    systems: Clusters,
    kind: Kind = "spearman",
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return the correlation over systems of the mean scores of each, -1..1.

    `systems` says which samples, of all that were put together, are of the same model. The interval
    resamples the clusters of the samples, prompts for instance, and keeps the systems: it is for
    these systems on other prompts.
    """
    codes = systems.only(scores.kept)
    count = codes.count
    found = scores.figure(f"{NAMES[kind]} of systems", level, "systems")
    rule = joined(found.rule, "for these systems on other samples, not for other systems")
    found = evolve(found, n=count, rule=rule)
    if count < 3:
        return evolve(found, why=f"{count} systems make no correlation")
    groups = scores.clusters.at_most(MOST_CLUSTERS, seed)
    tallied = [
        groups.tallies(codes.codes, count, each)
        for each in (None, _scaled(scores.first), _scaled(scores.second))
    ]
    rows = np.concatenate(tallied, axis=1)
    why = "the means of the systems do not vary"
    return figure_of(found, rows, _of_systems(kind), why=why, resamples=resamples, seed=seed)


def _rows(scores: Together, kind: Kind, groups: Clusters) -> tuple[Sums, Statistic]:
    """Return what each cluster adds to the sums of a correlation, and the correlation of sums."""
    if kind == "pearson":
        one, two = _scaled(scores.first), _scaled(scores.second)
        rows = groups.sums(np.ones(len(one)), one, two, one * one, two * two, one * two)
        return rows, pearson_of_sums
    sides = [binned(each, JOINT_BINS) for each in (scores.first, scores.second)]
    (first, places), (second, others) = sides
    shape = len(first), len(second)
    tallied = groups.tallies(places * shape[1] + others, shape[0] * shape[1])
    return tallied, (spearman_of_joint if kind == "spearman" else kendall_of_joint)(shape)


def _unvaried(one: NDArray[np.float64], two: NDArray[np.float64]) -> str:
    if len(one) < 3:
        return f"{len(one)} samples make no correlation"
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return f"the {'first' if np.ptp(one) == 0 else 'second'} score never varies"
    return ""


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values around 0 and within 1, so that no digits cancel in squares."""
    off = values - values.mean() if len(values) else values
    return np.asarray(off / (np.abs(off).max(initial=0.0) or 1.0))


def _of_systems(kind: Kind) -> Statistic:
    def correlated(sums: Sums) -> NDArray[np.float64]:
        counts, first, second = np.split(sums, 3, axis=1)
        means = np.stack([first / counts, second / counts], axis=1).round(12)  # equals stay equal
        return correlations_of_rows(kind, means[:, 0], means[:, 1])[:, None]

    return correlated
