"""Whether two runs are as good as one another, or one no worse, to within a margin."""

from typing import Literal

from attrs import frozen

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


def equivalent(
    pairs: Pairs, margin: float, *, span: float | None = None, alpha: float = 0.05
) -> Margin:
    """Say whether the mean difference is within ±`margin`, in units of the score (above 0).

    Two one-sided t tests (Schuirmann 1987) with the error of the clusters; p is the larger one.
    `yes` where the whole interval of 1 - 2 alpha is within the margin, which is where p < alpha;
    `no` where the whole is outside. Runs that do not differ have no p value; `span` as in
    `difference`.

    Raises:
        ValueError: the margin is not above 0.
    """
    shown = _shown(pairs, margin, span, alpha)
    p = None if shown.low is None else _larger(_above(pairs, -margin), _above(pairs, margin, -1))
    verdict: Verdict = "inconclusive"
    if shown.low is not None and shown.high is not None:
        if -margin < shown.low and shown.high < margin:
            verdict = "yes"
        elif shown.low > margin or shown.high < -margin:
            verdict = "no"
    return _margin(verdict, shown, "two one-sided t tests", p, margin)


def non_inferior(
    pairs: Pairs,
    margin: float,
    *,
    higher_is_better: bool = True,
    span: float | None = None,
    alpha: float = 0.05,
) -> Margin:
    """Say whether the second run is worse than the first by less than `margin` (above 0).

    One one-sided t test with the error of the clusters; `yes` where p < alpha. `no` where the whole
    interval of 1 - 2 alpha is beyond the margin. `span` as in `difference`.

    Raises:
        ValueError: the margin is not above 0.
    """
    shown = _shown(pairs, margin, span, alpha)
    sign = 1 if higher_is_better else -1
    p = None if shown.low is None else _above(pairs, -sign * margin, sign)
    verdict: Verdict = "inconclusive"
    if shown.low is not None and shown.high is not None:
        worst, best = sorted((sign * shown.low, sign * shown.high))
        verdict = "yes" if worst > -margin else "no" if best < -margin else "inconclusive"
    return _margin(verdict, shown, "one-sided t test", p, margin)


def _shown(pairs: Pairs, margin: float, span: float | None, alpha: float) -> Figure:
    if not margin > 0:
        raise ValueError(f"the margin must be above 0, and is {margin}")
    return difference(pairs, span=span, level=1 - 2 * alpha)


def _margin(
    verdict: Verdict, shown: Figure, rule: str, p_value: float | None, margin: float
) -> Margin:
    why = shown.why or ("" if p_value is not None else "no pair differs: the interval decides")
    test = Significance("margin", p_value, None, shown.n, rule, "" if p_value is not None else why)
    return Margin(verdict, shown, test, margin, shown.why)


def _larger(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else max(one, two)


def _above(pairs: Pairs, bound: float, sign: int = 1) -> float | None:
    """Return the p value that the mean difference is above the bound, or below with sign -1."""
    from scipy.special import stdtr

    d, n = pairs.differences, len(pairs.differences)
    variance = variance_of_sum((d - d.mean()) / n, pairs.clusters)
    if variance == 0:
        return None
    return float(stdtr(pairs.clusters.count - 1, -sign * (d.mean() - bound) / variance**0.5))
