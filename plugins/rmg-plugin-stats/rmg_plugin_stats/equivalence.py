"""Whether two runs are as good as one another, or one no worse, to within a margin."""

from typing import Literal

import numpy as np
from attrs import evolve, frozen

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.paired import Pairs, difference
from rmg_plugin_stats.samples import variance_of_sum
from rmg_plugin_stats.significance import Significance

Verdict = Literal["yes", "no", "inconclusive"]


@frozen
class Margin:
    """A verdict to within a margin: `yes`, `no` or `inconclusive`, with its test and interval.

    The figure has the interval of level 1 - 2 alpha, which lies within the margin just where the
    one-sided tests of level alpha say so.
    """

    verdict: Verdict
    difference: Figure
    test: Significance
    margin: float
    why: str = ""


def equivalent(pairs: Pairs, margin: float, *, alpha: float = 0.05) -> Margin:
    """Say whether the mean difference is within ±`margin`, in units of the score (above 0).

    Two one-sided t tests (Schuirmann 1987) with the error of the clusters; p is the larger one.
    `yes` where p < alpha; `no` where the whole interval of 1 - 2 alpha is outside of the margin.

    Raises:
        ValueError: the margin is not above 0.
    """
    shown = _shown(pairs, margin, alpha)
    rule = "two one-sided t tests"
    if shown.low is None or shown.high is None or shown.value is None:
        return _undecided(shown, margin, rule)
    low, high = _one_sided(pairs, -margin), _one_sided(pairs, margin)
    p = max(1 - low, high)
    test = Significance("equivalence", p, None, shown.n, rule)
    if p < alpha:
        return Margin("yes", shown, test, margin)
    outside = shown.low > margin or shown.high < -margin
    return Margin("no" if outside else "inconclusive", shown, test, margin)


def non_inferior(
    pairs: Pairs, margin: float, *, higher_is_better: bool = True, alpha: float = 0.05
) -> Margin:
    """Say whether the second run is worse than the first by less than `margin` (above 0).

    One one-sided t test with the error of the clusters. `no` where the whole interval of
    1 - 2 alpha is beyond the margin.

    Raises:
        ValueError: the margin is not above 0.
    """
    shown = _shown(pairs, margin, alpha)
    rule = "one-sided t test"
    if shown.low is None or shown.high is None:
        return _undecided(shown, margin, rule)
    if higher_is_better:
        p, beyond = 1 - _one_sided(pairs, -margin), shown.high < -margin
    else:
        p, beyond = _one_sided(pairs, margin), shown.low > margin
    test = Significance("non-inferiority", p, None, shown.n, rule)
    verdict: Verdict = "yes" if p < alpha else "no" if beyond else "inconclusive"
    return Margin(verdict, shown, test, margin)


def _shown(pairs: Pairs, margin: float, alpha: float) -> Figure:
    if not margin > 0:
        raise ValueError(f"the margin must be above 0, and is {margin}")
    return difference(pairs, level=1 - 2 * alpha)


def _undecided(shown: Figure, margin: float, rule: str) -> Margin:
    test = Significance("margin", None, None, shown.n, rule, shown.why)
    return Margin("inconclusive", evolve(shown), test, margin, shown.why)


def _one_sided(pairs: Pairs, bound: float) -> float:
    """Return the chance of a mean difference at most as high as seen, were it at the bound."""
    from scipy.special import stdtr

    d, n = pairs.differences, len(pairs.differences)
    variance = variance_of_sum((d - d.mean()) / n, pairs.clusters)
    away = float(d.mean()) - bound
    if variance == 0:
        return float(np.heaviside(away, 0.5))
    return float(stdtr(pairs.clusters.count - 1, away / variance**0.5))
