"""How many samples, labels and repeats an answer of a given precision takes."""

from math import ceil, sqrt

import numpy as np
import numpy.typing as npt
from attrs import frozen

from rmg_plugin_stats.bias import repeat_consistency
from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.paired import pair
from rmg_plugin_stats.samples import aligned, clusters_of, floats, t_quantile

INFINITE = float("inf")

ALT_TEST_ITEMS = (50, 100)
"""How many items, labelled by `ALT_TEST_RATERS` people or more, the alt-test asks for."""

ALT_TEST_RATERS = 3


def half_width(
    items: int,
    *,
    share: float | None = None,
    deviation: float | None = None,
    design: float = 1.0,
    level: float = 0.95,
) -> float:
    """Return the half-width that a mean over `items` samples will have.

    z · √(design · variance / items), with the variance p(1-p) of a `share` or the standard
    `deviation` of the scores; `design` is the `design_effect` of clusters. For shares of .7: .127
    at 50 items, .090 at 100, .064 at 200, .040 at 500, .028 at 1,000.

    Raises:
        ValueError: not just one of share and deviation, or a value out of range.
    """
    _check(items >= 1, f"items must be 1 or more, and is {items}")
    return _quantile(level) * sqrt(design * _variance(share, deviation) / items)


def items_for_half_width(
    half: float,
    *,
    share: float | None = None,
    deviation: float | None = None,
    design: float = 1.0,
    level: float = 0.95,
) -> int:
    """Return how many samples a mean needs for a half-width, as in `half_width`.

    Raises:
        ValueError: not just one of share and deviation, or a value out of range.
    """
    _check(half > 0, f"a half-width is above 0, and is {half}")
    return _up(design * _variance(share, deviation) * (_quantile(level) / half) ** 2)


def kappa_half_width(
    items: int, kappa: float, *, chance: float = 0.5, level: float = 0.95
) -> float:
    """Return the half-width of Cohen's kappa over `items` doubly labelled samples.

    z · √(p(1-p)/n) / (1-e) (Cohen 1960), with e the agreement by `chance` (0.5 for two balanced
    labels) and p = kappa · (1-e) + e. At kappa .6: .16 at 100 items, .11 at 200, .07 at 500.

    Raises:
        ValueError: a value is out of range.
    """
    _check(0 <= chance < 1, f"agreement by chance is in 0..1, and is {chance}")
    agreement = kappa * (1 - chance) + chance
    _check(0 <= agreement <= 1, f"kappa {kappa} cannot be with {chance} by chance")
    _check(items >= 1, f"items must be 1 or more, and is {items}")
    return _quantile(level) * sqrt(agreement * (1 - agreement) / items) / (1 - chance)


def items_for_paired_binary(
    difference: float, discordant: float, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return how many samples McNemar's test needs to find a difference of two shares.

    (z₁₋ₐ/₂ · √q + z_power · √(q - d²))² / d² (Connor 1987): d the `difference`, q the share of
    `discordant` samples, on which both runs differ. d = .02: 1,960 (q = .1), 3,923 (.2);
    d = .05: 312, 626, 940 (.3).

    Raises:
        ValueError: the difference is 0 or larger than what differs.
    """
    size = abs(difference)
    _check(0 < size <= discordant <= 1, "0 < difference <= discordant <= 1 must hold")
    found = _quantile(1 - alpha) * sqrt(discordant)
    missed = _quantile(2 * power - 1) * sqrt(discordant - size**2)
    return _up((found + missed) ** 2 / size**2)


def items_for_paired_mean(
    difference: float, deviation: float, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return how many samples find a mean difference, `deviation` that of the differences.

    Raises:
        ValueError: a value is not above 0.
    """
    _check(difference != 0 and deviation > 0, "a difference and its deviation must not be 0")
    total = _quantile(1 - alpha) + _quantile(2 * power - 1)
    return _up((total * deviation / difference) ** 2)


def standard_error(items: int, repeats: int, *, between: float, within: float) -> float:
    """Return √(between/n + within/(n·k)): the error of a mean of n items judged k times each.

    Raises:
        ValueError: a variance is negative, or there is no item or repeat.
    """
    _check(items >= 1 and repeats >= 1, "one item and one repeat are the least")
    _check(between >= 0 and within >= 0, "variances are 0 or more")
    return sqrt((between + within / repeats) / items)


def best_repeats(
    *, between: float, within: float, item_cost: float = 0.0, repeat_cost: float = 1.0
) -> int | None:
    """Return how many repeats an item give the least error for the money; None if items are alike.

    √(within/between · item_cost/repeat_cost) (Cochran 1977, 10.6), rounded to the better neighbour:
    1 where a new item costs no more than a repeat. Without variance between items repeats are as
    good as items, and no number is best.

    Raises:
        ValueError: a variance is negative, or a repeat costs nothing.
    """
    _check(between >= 0 and within >= 0, "variances are 0 or more")
    _check(item_cost >= 0 and repeat_cost > 0, "a repeat costs something")
    if between == 0:
        return None
    low = max(1, int(sqrt(within / between * item_cost / repeat_cost)))

    def price(repeats: int) -> float:
        return (between + within / repeats) * (item_cost + repeats * repeat_cost)

    return min((low, low + 1), key=price)


@frozen
class Design:
    """The effect of clusters: the factor by which they raise the variance of a mean.

    `correlation` is that of two samples of a cluster (it may be negative), `size` the mean size
    that a sample sees, Σm²/Σm.
    """

    effect: float | None
    correlation: float | None
    size: float
    why: str = ""


def design_effect(values: npt.ArrayLike, clusters: Clusters) -> Design:
    """Estimate 1 + (m - 1) · correlation of a pilot (Kish 1965), by the analysis of variance.

    Raises:
        ValueError: lengths differ.
    """
    line = floats(values)
    groups = clusters_of(clusters, len(line)).only(~np.isnan(line))
    line = line[~np.isnan(line)]
    counts = np.bincount(groups.codes, minlength=groups.count)
    if not len(line):
        return Design(None, None, 0.0, "no value")
    size = float(np.square(counts).sum() / counts.sum())
    if len(counts) < 2 or counts.max() < 2:
        return Design(None, None, size, "two clusters, and one of two samples, are the least")
    n, count = len(line), groups.count
    means = groups.sums(line)[:, 0] / counts
    inside = float(np.square(line - means[groups.codes]).sum()) / (n - count)
    outside = float((counts * np.square(means - line.mean())).sum()) / (count - 1)
    usual = (n - float(np.square(counts).sum()) / n) / (count - 1)
    spread = outside + (usual - 1) * inside
    if spread <= 0:
        return Design(None, None, size, "the values do not vary")
    correlation = (outside - inside) / spread
    return Design(1 + (size - 1) * correlation, correlation, size)


@frozen
class Pilot:
    """What a small run says of a large one, None where it says nothing.

    `deviation` is the standard deviation of the values, `discordant` and `pair_deviation` are of
    differences to the other run, `between` and `within` are variances of repeats.
    """

    deviation: float | None = None
    discordant: float | None = None
    pair_deviation: float | None = None
    between: float | None = None
    within: float | None = None


def pilot(
    values: npt.ArrayLike,
    other: npt.ArrayLike | None = None,
    repeats: npt.ArrayLike | None = None,
) -> Pilot:
    """Read a pilot: one value a sample, the other run's, and scores (items, repeats).

    A negative variance between items counts as none here: planning needs a number that can be.

    Raises:
        ValueError: lengths differ.
    """
    line = floats(values)
    seen = line[~np.isnan(line)]
    deviation = float(seen.std(ddof=1)) if len(seen) > 1 else None
    discordant = pair_deviation = between = within = None
    if other is not None:
        aligned(line, floats(other, "other"))
        moved = pair(line, floats(other, "other")).differences
        if len(moved) > 1:
            discordant, pair_deviation = float((moved != 0).mean()), float(moved.std(ddof=1))
    if repeats is not None:
        found = repeat_consistency(repeats, resamples=1)
        within = found.within.value
        if found.between.value is not None:
            between = max(0.0, found.between.value)
    return Pilot(deviation, discordant, pair_deviation, between, within)


def _variance(share: float | None, deviation: float | None) -> float:
    if share is not None and deviation is None:
        _check(0 <= share <= 1, f"a share is in 0..1, and is {share}")
        return share * (1 - share)
    if deviation is not None and share is None:
        _check(deviation >= 0, f"a deviation is 0 or more, and is {deviation}")
        return deviation**2
    raise ValueError("give share or deviation, and not both")


def _quantile(level: float) -> float:
    return t_quantile(level, INFINITE)


def _up(items: float) -> int:
    # 1e-9 keeps a whole number whole that rounding has raised.
    return max(1, ceil(items - 1e-9))


def _check(holds: bool, wrong: str) -> None:
    if not holds:
        raise ValueError(wrong)
