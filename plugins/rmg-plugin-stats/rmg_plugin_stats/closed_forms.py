"""Intervals that need neither numpy nor scipy, whose import costs more than many a run."""

from statistics import NormalDist


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a rate (Wilson 1927); `n` > 0 may be an effective size."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate = successes / n
    middle = rate + z**2 / (2 * n)
    half = z * (rate * (1 - rate) / n + z**2 / (4 * n**2)) ** 0.5
    scale = 1 + z**2 / n
    low, high = (middle - half) / scale, (middle + half) / scale
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)


def t_of_many(level: float, freedom: float) -> float:
    """Return the two-sided quantile of t for 250 degrees of freedom or more.

    The first four terms of Cornish and Fisher (Abramowitz & Stegun 1964, 26.7.5): from there on
    equal to the quantile within 1e-9.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))
