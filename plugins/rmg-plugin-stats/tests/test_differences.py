import numpy as np
import pytest

from rmg_plugin_stats.association import put_together
from rmg_plugin_stats.differences import (
    bias,
    limits_of_agreement,
    mean_absolute_error,
    root_mean_squared_error,
)

from .inputs import score_pairs

metrics = pytest.importorskip("sklearn.metrics")


def test_errors_are_those_of_scikit_learn():
    for one, two in score_pairs():
        scores = put_together(one, two)
        assert mean_absolute_error(scores, resamples=10).value == pytest.approx(
            metrics.mean_absolute_error(two, one), rel=1e-12, abs=1e-12
        )
        assert root_mean_squared_error(scores, resamples=10).value == pytest.approx(
            metrics.root_mean_squared_error(two, one), rel=1e-12, abs=1e-12
        )


def test_bias_is_how_much_higher_the_first_is():
    assert bias(put_together([2.0, 3.5, 4.0], [1.0, 3.0, 4.0])).value == pytest.approx(0.5)


def test_limits_are_the_bias_and_1_96_deviations():
    for one, two in score_pairs():
        off = one - two
        lower, upper = limits_of_agreement(put_together(one, two), resamples=10)
        half = 1.959963984540054 * off.std(ddof=1)
        assert lower.value == pytest.approx(off.mean() - half, rel=1e-12, abs=1e-9)
        assert upper.value == pytest.approx(off.mean() + half, rel=1e-12, abs=1e-9)


def test_each_limit_has_an_interval_of_its_own():
    rng = np.random.default_rng(0)
    two = rng.normal(size=80)
    lower, upper = limits_of_agreement(put_together(two + rng.normal(size=80), two))
    assert lower.low < lower.value < lower.high < upper.low < upper.value < upper.high
    assert (lower.why, upper.why) == ("", "")


def test_the_limits_of_one_sample_are_not_available():
    lower, _ = limits_of_agreement(put_together([1.0], [1.0]))
    assert (lower.value, lower.why) == (None, "two samples are the least")


@pytest.mark.parametrize("figure", [bias, mean_absolute_error, root_mean_squared_error])
def test_no_samples_have_no_error(figure):
    found = figure(put_together([np.nan], [1.0]))
    assert (found.value, found.why) == (None, "no sample has both scores")
    assert found.rule == "1 missing left out"


def test_a_judge_who_is_always_right_has_no_error_and_no_interval():
    found = root_mean_squared_error(put_together(np.arange(20.0), np.arange(20.0)))
    assert (found.value, found.low, found.why) == (0.0, None, "every resample gives the same value")


def test_a_bias_of_nothing_is_no_rate_of_an_error_that_only_raises():
    found = bias(put_together(np.arange(20.0), np.arange(20.0)))
    assert (found.value, found.low, found.high) == (0.0, None, None)


def test_the_distance_of_zeros_and_ones_is_a_rate():
    found = mean_absolute_error(put_together(np.ones(40), np.ones(40)))
    assert (found.value, found.low, found.rule) == (0.0, 0.0, "Wilson; 0 missing left out")
