"""What sways a judge that should not: the order shown, its own family, chance."""

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from rmg_plugin_stats.clusters import Clusters, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.paired import mean_of
from rmg_plugin_stats.panels import votes_of
from rmg_plugin_stats.resampling import MOST_CLUSTERS, RESAMPLES, figures_of
from rmg_plugin_stats.samples import (
    Floats,
    Places,
    aligned,
    clusters_of,
    floats,
    t_quantile,
    variance_of_sum,
)
from rmg_plugin_stats.shares import even_p_value, share
from rmg_plugin_stats.significance import Significance
from rmg_plugin_stats.summaries import ALIKE

PARTS = ("variance within items", "variance between items", "share within items")


@frozen
class PositionBias:
    """How often the response shown first is preferred, and what becomes of a verdict when swapped.

    `first_share` is over verdicts that are no tie, `first_test` its exact test against 1/2.
    `consistency` is the share of pairs with both orders whose verdict is for the same response,
    two ties being the same. `first_of_flips` is, of the pairs whose verdict stays with a position,
    the share that stays with the first; `flip_test` its exact test against 1/2.
    """

    first_share: Figure
    first_test: Significance
    consistency: Figure
    first_of_flips: Figure
    flip_test: Significance


def position_bias(
    shown: npt.ArrayLike, swapped: npt.ArrayLike | None = None, *, level: float = 0.95
) -> PositionBias:
    """Measure position bias of pairwise verdicts, by the position that won.

    `shown` has for each pair 1 where the response shown first won, 0 the second, 0.5 a tie, nan
    no verdict; `swapped` the same for the other order, again by position: a judge without bias
    gives 1 - shown. The test over all verdicts takes them as independent; both orders of a pair
    are not, and it says too little rather than too much.

    Raises:
        ValueError: lengths differ, or a value is something else.
    """
    one = _verdicts(shown, "shown")
    two = np.full(len(one), np.nan) if swapped is None else _verdicts(swapped, "swapped")
    aligned(one, two)
    every = np.concatenate([one, two])
    firsts, seconds = int((every == 1).sum()), int((every == 0).sum())
    both = ~np.isnan(one) & ~np.isnan(two)
    same = int((one[both] == 1 - two[both]).sum())
    stays_first = int(((one == 1) & (two == 1)).sum())
    stays_second = int(((one == 0) & (two == 0)).sum())
    decided, flips = firsts + seconds, stays_first + stays_second
    first_share = share(
        "first-position share",
        firsts,
        decided,
        unit="verdicts",
        rule="ties and missing verdicts left out",
        none="no verdict is for either response",
        level=level,
    )
    consistency = share(
        "consistency when swapped",
        same,
        int(both.sum()),
        unit="pairs",
        rule="same response in both orders; two ties are the same, one is not",
        none="no pair has a verdict in both orders",
        level=level,
    )
    of_flips = share(
        "first position among flips",
        stays_first,
        flips,
        unit="pairs",
        rule="pairs whose verdict stays with a position; ties left out",
        none="no verdict stays with a position",
        level=level,
    )
    return PositionBias(
        first_share,
        _even("first position", firsts, decided),
        consistency,
        of_flips,
        _even("flips to the first", stays_first, flips),
    )


def _verdicts(values: npt.ArrayLike, name: str) -> Floats:
    line = floats(values, name)
    if not np.isin(line[~np.isnan(line)], (0.0, 0.5, 1.0)).all():
        raise ValueError(f"{name} must be 1, 0.5, 0 or nan")
    return line


def _even(name: str, hits: int, count: int) -> Significance:
    rule = "exact binomial against 1/2"
    if not count:
        return Significance(name, None, None, 0, rule, "there is none to count")
    return Significance(name, even_p_value(hits, count), float(hits), count, rule)


@frozen
class SelfPreference:
    """Mean residual judge - people, of responses of the judge's family and of others.

    `preference` is the first less the second, in units of the score: above 0 the judge is kinder
    to its own family than people are.
    """

    own: Figure
    others: Figure
    preference: Figure


def self_preference(
    judged: npt.ArrayLike,
    people: npt.ArrayLike,
    is_own: npt.ArrayLike,
    *,
    clusters: Clusters | None = None,
    level: float = 0.95,
) -> SelfPreference:
    """Compare a judge's residuals on its own family with those on others, on one scale.

    `is_own` is 1 where the response is of the judge's family, 0 where not, nan where unknown.
    Samples that lack a value are left out. The interval of the preference is of Student's t with
    the error of the clusters, the samples of both sides of a cluster taken together.

    Raises:
        ValueError: lengths differ.
    """
    score, label, own = floats(judged, "judged"), floats(people, "people"), floats(is_own, "is_own")
    aligned(score, label, own)
    known = ~np.isnan(score) & ~np.isnan(label) & ~np.isnan(own)
    residual, group = (score - label)[known], own[known] == 1
    groups = clusters_of(clusters, len(score)).only(known)
    rule = "judge - people; samples that lack a value left out"
    sides = [
        mean_of(
            residual[at],
            groups.only(at),
            name=name,
            level=level,
            rule=rule,
            unit="samples",
            none=none,
        )
        for at, name, none in (
            (group, "residual on its own family", "no response is of the judge's family"),
            (~group, "residual on other families", "no response is of another family"),
        )
    ]
    n = len(residual)
    if sides[0].value is None or sides[1].value is None:
        why = sides[0].why or sides[1].why
        none = Figure("self-preference", None, n=n, level=level, rule=rule, why=why)
        return SelfPreference(sides[0], sides[1], none)
    value = sides[0].value - sides[1].value
    influences = np.where(
        group,
        (residual - sides[0].value) / max(1, int(group.sum())),
        -(residual - sides[1].value) / max(1, int((~group).sum())),
    )
    figure = Figure("self-preference", value, n=n, level=level, rule=rule)
    variance = variance_of_sum(influences, groups)
    if min(sides[0].n, sides[1].n) < 2 or groups.count < 3:
        why = "no interval: two samples of each side in three clusters are the least"
        figure = evolve(figure, why=why)
    elif variance == 0:
        figure = evolve(figure, why=f"no interval: {ALIKE}")
    else:
        half = t_quantile(level, groups.count - 2) * variance**0.5
        figure = evolve(figure, low=value - half, high=value + half)
    return SelfPreference(sides[0], sides[1], figure)


@frozen
class Consistency:
    """How a judge repeats itself on the same item.

    `flip_rate` is the chance that two repeats of an item differ. `within` and `between` are the
    variances of repeats about their item and of items about the whole, in squared units of the
    score; `within_share` is within / (within + between).
    """

    flip_rate: Figure
    within: Figure
    between: Figure
    within_share: Figure


def repeat_consistency(
    scores: npt.ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0, level: float = 0.95
) -> Consistency:
    """Measure the consistency of scores (items, repeats), nan where missing.

    Only items with two repeats or more count. A flip is any difference; items weigh alike.
    Variances by the one-way analysis (Searle 1971), for unequal numbers of repeats: that between
    items may be negative, and is shown so; then there is no share. Intervals of variances are a
    BCa bootstrap over items.
    """
    table = votes_of(scores)
    counts = (~np.isnan(table)).sum(1)
    table, counts = table[counts >= 2], counts[counts >= 2]
    n = len(table)
    rule = "items with two repeats or more"
    if not n:
        why = "no item was judged twice"
        flips, within, between, within_share = (
            Figure(each, None, unit="items", level=level, rule=rule, why=why)
            for each in ("flip rate", *PARTS)
        )
        return Consistency(flips, within, between, within_share)
    flips = _flip_rate(_flips(table, counts), rule, level)
    why = "one item alone" if n < 2 else "the variance between items is not above 0"
    inside, outside, within_share = figures_of(
        [Figure(each, None, n=n, unit="items", level=level, rule=rule) for each in PARTS],
        each_alone(n).at_most(MOST_CLUSTERS, seed).sums(*_parts(table, counts.astype(float)).T),
        _variances,
        whys=["", "one item alone", why],
        resamples=resamples,
        seed=seed,
    )
    return Consistency(flips, inside, outside, within_share)


def _flip_rate(flips: Floats, rule: str, level: float) -> Figure:
    """Return the mean of flips, as a share where every item flips whole or not at all."""
    n = len(flips)
    if np.isin(flips, (0.0, 1.0)).all():
        hits = int(flips.sum())
        return share("flip rate", hits, n, unit="items", rule=rule, none="", level=level)
    return mean_of(flips, each_alone(n), name="flip rate", level=level, rule=rule, unit="items")


def _flips(table: Floats, counts: Places) -> Floats:
    """Return for each item the share of its pairs of repeats that differ."""
    ordered = np.sort(table, axis=1)  # nan comes last
    equal = np.zeros(len(table))
    for apart in range(1, table.shape[1]):
        equal += (ordered[:, apart:] == ordered[:, :-apart]).sum(1)
    return 1 - equal / (counts * (counts - 1) / 2)


def _parts(table: Floats, counts: Floats) -> Floats:
    """Return of each item: 1, k, k², Σx, (Σx)²/k and the squares about its mean."""
    table = table - np.nanmean(table)  # so that no digits cancel in squares
    totals = np.nansum(table, axis=1)
    inside = np.nansum(np.square(table - (totals / counts)[:, None]), axis=1)
    inside[np.nanmax(table, axis=1) == np.nanmin(table, axis=1)] = 0.0  # not what rounding leaves
    one = np.ones(len(table))
    return np.column_stack([one, counts, counts**2, totals, totals**2 / counts, inside])


def _variances(totals: Floats) -> Floats:
    """Return variance within, between, and the share within, for each row of sums of `_parts`."""
    items, repeats, squares, sums, means, inside = totals.T
    within = inside / (repeats - items)
    freedom = np.where(items > 1, items - 1, np.nan)
    outside = (means - sums**2 / repeats) / freedom
    size = (repeats - squares / repeats) / freedom
    between = (outside - within) / size
    is_share = (between > 0) | ((between == 0) & (within > 0))
    share_within = np.where(is_share, within / np.where(is_share, within + between, 1.0), np.nan)
    return np.column_stack([within, between, share_within])
