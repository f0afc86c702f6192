"""The interval of a share, and what chance says of a count."""

from .clusters import t_quantile
from .figures import Figure


def wilson(hits: int, count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a share (Wilson 1927), for `count` of at least 1."""
    z = t_quantile(level, float("inf"))
    share = hits / count
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * (share * (1 - share) / count + z**2 / (4 * count**2)) ** 0.5
    # At the ends rounding would leave 1e-17 of a bound that is 0 or 1.
    return (middle - half if hits else 0.0), (middle + half if hits < count else 1.0)


def exact(hits: int, count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper, Pearson 1934), for `count` of at least 1."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(hits, count - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, count - hits, 1 - tail)) if hits < count else 1.0
    return low, high


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
    low, high = (exact if count < 30 else wilson)(hits, count, level)
    kind = "Clopper-Pearson" if count < 30 else "Wilson"
    return Figure(name, hits / count, low, high, count, unit, level, f"{rule}; {kind} interval")
