import numpy as np
import pytest

from rmg_plugin_stats.resampling import bootstrap, multinomial_weights


def ratio(sums):
    return sums[:, :1] / sums[:, 1:]


def rows_of(values):
    return np.stack([values, np.ones(len(values))], axis=1)


def test_weights_draw_as_many_clusters_as_there_are():
    weights = multinomial_weights(20, 50, 0)
    assert weights.shape == (50, 20)
    assert set(weights.sum(axis=1)) == {20.0}


def test_the_interval_is_that_of_scipy_but_for_the_widening():
    from scipy import stats
    from scipy.special import stdtrit

    values = np.random.default_rng(0).exponential(size=200)
    wide = float(stats.norm.cdf(stdtrit(199, 0.975) * (200 / 199) ** 0.5)) * 2 - 1
    theirs = stats.bootstrap(
        (values,), np.mean, confidence_level=wide, n_resamples=20_000, rng=np.random.default_rng(1)
    ).confidence_interval
    (ours,) = bootstrap(rows_of(values), ratio, resamples=20_000)
    assert (ours.low, ours.high) == pytest.approx(theirs, abs=0.01)


def test_fewer_than_ten_clusters_are_not_resampled():
    (found,) = bootstrap(rows_of(np.arange(9.0)), ratio)
    assert (found.low, found.why) == (None, "9 are too few to resample (10 are needed)")


def test_resamples_that_are_all_the_same_make_no_interval():
    (found,) = bootstrap(rows_of(np.ones(20)), ratio)
    assert (found.low, found.why) == (None, "every resample gives the same value")


def test_a_statistic_that_is_often_undefined_has_no_interval():
    rows = np.zeros((20, 2))
    rows[0] = 1
    (found,) = bootstrap(rows, ratio)
    assert (found.low, found.why) == (None, "undefined in 35% of the resamples")


def test_a_statistic_that_is_undefined_has_no_interval():
    (found,) = bootstrap(np.zeros((20, 2)), ratio)
    assert found.low is None


def test_wide_sums_in_blocks_give_what_they_give_at_once(monkeypatch):
    rows = rows_of(np.random.default_rng(0).normal(size=30))
    whole = bootstrap(rows, ratio)
    monkeypatch.setattr("rmg_plugin_stats.resampling.AT_ONCE", 14)
    assert bootstrap(rows, ratio) == [
        pytest.approx(each) if isinstance(each, float) else each for each in whole
    ]
