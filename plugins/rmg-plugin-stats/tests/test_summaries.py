import numpy as np
import pytest
from scipy.stats import t

from rmg_core import Scale, Spread
from rmg_core.spread import Spreading
from rmg_plugin_stats.closed_forms import t_of_many
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.summaries import interval

UNIT = Scale(0, 1)


def spread_of(scores: list[float], scale: Scale = UNIT) -> Spread:
    gathered = Spreading()
    for score in scores:
        gathered.add(score)
    return gathered.spread(sum(scores) / len(scores), scale)


@pytest.mark.parametrize("freedom", [250, 299, 300, 1_000, 10**6])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_quantile_of_many_is_that_of_t(level, freedom):
    assert t_of_many(level, freedom) == pytest.approx(t.ppf((1 + level) / 2, freedom), abs=1e-9)


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        ([0.0] * 3 + [1.0] * 9, UNIT),
        ([0.0] * 40 + [1.0] * 9, UNIT),
        ([1.0] * 40 + [5.0] * 9, Scale(1, 5)),
        ([*np.random.default_rng(1).uniform(size=50)], UNIT),
        ([*np.random.default_rng(2).uniform(size=2_000)], UNIT),
        ([*np.random.default_rng(3).normal(size=400)], Scale(None, None)),
        ([0.5] * 20, UNIT),
        ([0.5] * 500, UNIT),
        ([0.5], UNIT),
        ([0.0] * 20 + [1.0] * 20, Scale(None, None)),
        ([0.0] * 40, Scale(0, None)),
        ([1.0] * 400, Scale(0, None)),
    ],
)
def test_the_interval_of_a_summary_is_that_of_the_figures(scores, scale):
    low, high = scale.low, scale.high
    bounds = (-np.inf if low is None else low, np.inf if high is None else high)
    figure, made = mean(sorted(scores), bounds=bounds), interval(spread_of(scores, scale))
    ends = (made.low, made.high)
    assert ends == pytest.approx((figure.low, figure.high), abs=1e-9) or ends == (None, None)
    assert (made.low is None) == (figure.low is None)
    assert made.why == figure.why


def test_moments_of_many_values_keep_their_digits():
    scores = [1e9 + each for each in np.random.default_rng(4).uniform(size=5_000)]
    spread = spread_of(scores, Scale(None, None))
    assert not spread.counts
    assert spread.variance == pytest.approx(np.var(scores, ddof=1), rel=1e-6)
