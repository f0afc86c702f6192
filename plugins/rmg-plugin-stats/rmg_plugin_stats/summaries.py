"""The interval of a mean in the summary of a run."""

from collections.abc import Mapping

from rmg_core import Interval, Spread
from rmg_plugin_stats.closed_forms import t_of_many, wilson

LEVEL = 0.95
FEWEST_FOR_WILSON = 30
FEWEST_FOR_T = 300
ALIKE = "all values are the same, which tells nothing of how they vary"


def interval(spread: Spread) -> Interval:
    """Return the 95 % interval of a mean of independent samples, by the rules of `intervals.mean`.

    A rate, where only the two ends of the scale occur: Wilson, exact under 30. Else t from 300
    scores on, and BCa bootstrap below.
    """
    low, high = spread.scale.low, spread.scale.high
    is_rate = spread.counts and spread.counts.keys() <= {low, high}
    if low is not None and high is not None and is_rate and spread.count >= FEWEST_FOR_WILSON:
        least, most = wilson(spread.counts.get(high, 0), spread.count, LEVEL)
        span = high - low
        return Interval(low + span * least, low + span * most, LEVEL, "Wilson")
    if spread.count >= FEWEST_FOR_T:
        return _student(spread)
    return _resampled(spread.counts, spread)


def _student(spread: Spread) -> Interval:
    if not spread.variance:
        return Interval(level=LEVEL, why=ALIKE)
    half = t_of_many(LEVEL, spread.count - 1) * (spread.variance / spread.count) ** 0.5
    low, high = spread.mean - half, spread.mean + half
    scale = spread.scale
    return Interval(
        low if scale.low is None else max(low, scale.low),
        high if scale.high is None else min(high, scale.high),
        LEVEL,
        "t",
    )


def _resampled(counts: Mapping[float, int], spread: Spread) -> Interval:
    """Return the interval of fewer than 300 scores, all of which are counted."""
    import numpy as np

    from rmg_plugin_stats.intervals import mean
    from rmg_plugin_stats.scores import ends_of

    scores = np.repeat([*counts], [*counts.values()])
    made = mean(scores, bounds=ends_of(spread.scale), level=LEVEL)
    return Interval(made.low, made.high, LEVEL, made.rule, made.why)
