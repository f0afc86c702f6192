"""The share of a count with its interval, and what chance says of the count."""

from rmg_plugin_stats.closed_forms import wilson
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import clopper_pearson
from rmg_plugin_stats.summaries import FEWEST_FOR_WILSON


def even_p_value(hits: int, count: int) -> float:
    """Return the exact two-sided p value of `hits` out of `count` if both sides were as likely.

    Twice the smaller tail of the binomial of 1/2, at most 1; it is 1 where `count` is 0.
    """
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(hits, count - hits), count, 0.5)))


def even_tails(z: float) -> float:
    """Return the two-sided p value of a standard normal statistic."""
    from scipy.special import ndtr

    return 2 * float(ndtr(-abs(z)))


def share(
    name: str, hits: int, count: int, *, unit: str, rule: str, none: str, level: float = 0.95
) -> Figure:
    """Return a share with its interval: exact under 30, else Wilson; `none` says why it lacks."""
    if not count:
        return Figure(name, None, unit=unit, level=level, rule=rule, why=none)
    is_few = count < FEWEST_FOR_WILSON
    low, high = (clopper_pearson if is_few else wilson)(hits, count, level)
    kind = "Clopper-Pearson" if is_few else "Wilson"
    return Figure(name, hits / count, low, high, count, unit, level, f"{rule}; {kind} interval")
